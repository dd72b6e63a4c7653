"""Scores of methods in the tables of a results folder."""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from srgan_core.errors import ConfigError, unknown_name
from sweep.config.numbers import shortest_decimal
from sweep.store.folder import SweepStore
from sweep.store.states import Method
from sweep.tables.curve_names import (
    canonical_curve,
    is_number,
    point_name,
    shown_point,
    with_curves,
)
from sweep.tables.files import read_per_image, read_results
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn, read_metric_file

if TYPE_CHECKING:
    from numpy.typing import NDArray

REFERENCES = (Method.BICUBIC, Method.ORIGINAL)

Key = tuple[str, int]
"""Data set and magnification."""


@dataclass(frozen=True)
class Tables:
    """What a comparison reads of a results folder.

    `images` is the table of `read_per_image` with the column `point`; `hr_hashes` maps a data set
    to image to hash of the HR image, where the folder says so; `lr_hashes` likewise of LR, where
    it was not shrunk alone.
    """

    folder: Path
    images: pd.DataFrame
    metrics: Mapping[str, MetricColumn]
    hr_hashes: Mapping[str, Mapping[str, str]]
    lr_hashes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def points(self) -> list[str]:
        """Methods and grid points in the order of the table, references left out."""
        named = self.images["point"]
        return [name for name in dict.fromkeys(named) if name not in REFERENCES]


@dataclass(frozen=True)
class Scored:
    """Scores of one method on one data set.

    Attributes:
        rows: One row per trial and image.
        seeds: Seed of each trial, ascending; empty where there are none.
    """

    rows: pd.DataFrame
    seeds: tuple[int, ...]

    def values(self, column: str, images: Sequence[str], seeds: Sequence[int]) -> NDArray[Any]:
        """Arranges the values of a metric as (seeds, images)."""
        rows = self.rows[self.rows["seed"].isin(seeds)] if seeds else self.rows
        table = rows.pivot(index="trial", columns="image", values=column)
        order = rows.sort_values("seed")["trial"].drop_duplicates()
        return table.loc[order, list(images)].to_numpy(dtype=float)

    def images(self, column: str) -> list[str]:
        """Lists the images that every trial has a finite value for."""
        if column not in self.rows:
            return []
        finite = self.rows[self.rows[column].abs() < float("inf")]
        counts = finite.groupby("image", sort=False)["trial"].nunique()
        return [str(name) for name in counts[counts == self.rows["trial"].nunique()].index]


def read_tables(folder: Path) -> Tables:
    """Reads what a comparison needs of a results folder.

    Raises:
        StoreError: when a table is missing or damaged.
    """
    images = read_per_image(folder)
    scored = records_of(images)
    # What curves are called also depends on trials without scores.
    named = with_curves([*scored, *records_of(read_results(folder))])[: len(scored)]
    images = images.assign(point=[*map(point_name, named)])
    file = read_metric_file(folder)
    return Tables(folder, images, file.metrics, file.hr_hashes, file.lr_hashes)


def find_methods(tables: Tables, name: str) -> dict[Key, Scored]:
    """Finds the scores of a trial, a method or a grid point, by data set and magnification.

    Args:
        tables: Tables of a results folder.
        name: Name of a trial; of a method; or content loss and coefficient, `mse@1e-3` and
            `mse@0.001` alike, which stands for all of its seeds.

    Raises:
        ConfigError: when the folder has nothing of this name.
    """
    rows = _rows(tables, name)
    if rows.empty:
        raise ConfigError(unknown_method(tables, name))
    found = {}
    for _, part in rows.groupby(["dataset", "scale"], sort=False):
        seeds = sorted({int(seed) for seed in part["seed"].dropna()})
        found[(str(part["dataset"].iloc[0]), int(part["scale"].iloc[0]))] = Scored(
            part, tuple(seeds)
        )
    return found


def is_method(tables: Tables, name: str) -> bool:
    """Whether a folder has scores of a trial, a method or a grid point of this name."""
    return not _rows(tables, name).empty


def unknown_method(tables: Tables, name: str, curves: Sequence[str] = ()) -> str:
    """Words that a folder has nothing of a name.

    Lists methods, grid points and curves; trials are many, so only the nearest is named. Of a
    trial without scores it says how it comes to some.
    """
    if waiting := _unscored(tables, name):
        return f"{tables.folder}: {name}: {waiting}"
    points = dict.fromkeys(tables.images["point"])
    known = [*curves, *(shown_point(point, points) for point in points)]
    kind = "method or curve" if curves else "method"
    message = f"{tables.folder}: {unknown_name(kind, name, known)}"
    if nearest := _nearest(tables, name):
        return f"{message.partition('; did you mean')[0]}; did you mean {nearest!r}?"
    trials = difflib.get_close_matches(name, set(tables.images["trial"]), n=1)
    if "did you mean" in message or not trials:
        return message
    return f"{message}; did you mean the trial {trials[0]!r}?"


def _unscored(tables: Tables, name: str) -> str:
    """What brings the scores of a trial or a grid point about that has none yet."""
    from sweep.store.status import way_on

    rows = with_curves(records_of(read_results(tables.folder)))
    asked = {name, _canonical(name)}
    trials = [row["trial"] for row in rows if asked & {row["trial"], point_name(row)}]
    files = map(SweepStore(tables.folder).generator, dict.fromkeys(trials))
    return "; ".join(f"{each.path.name} {way_on(each)}" for each in files if each.is_registered)


def _rows(tables: Tables, name: str) -> pd.DataFrame:
    images = tables.images
    for column, wanted in (("trial", name), ("point", _canonical(name))):
        rows = images[images[column] == wanted]
        if not rows.empty:
            return rows
    return images[images["point"] == _rounded(tables, name)]


def _rounded(tables: Tables, name: str) -> str:
    """The one point whose coefficient, rounded to the digits of a name, is that of the name."""
    content, _, adv = name.rpartition("@")
    if not is_number(adv):
        return name
    digits = len(Decimal(adv).normalize().as_tuple().digits)
    fitting = [
        point
        for point, value in _coefficients(tables, canonical_curve(content)).items()
        if digits > 1 and float(f"{value:.{digits}g}") == float(adv)
    ]
    return fitting[0] if len(fitting) == 1 else name


def _nearest(tables: Tables, name: str) -> str:
    """The point of a name's content loss whose coefficient is nearest; empty where none is."""
    content, _, adv = name.rpartition("@")
    known = _coefficients(tables, canonical_curve(content)) if is_number(adv) else {}
    # The steps of a grid are factors; 0 is nearest where it alone is there.
    wanted = abs(float(adv)) if known else 0.0
    distances = {
        point: abs(math.log(value / wanted)) if value > 0 < wanted else math.inf
        for point, value in known.items()
    }
    nearest = min(distances, key=distances.__getitem__, default="")
    return shown_point(nearest, known)


def _coefficients(tables: Tables, content: str) -> dict[str, float]:
    """Point to coefficient of a content loss, or of one of its two curves."""
    split = {point: str(point).rpartition("@") for point in dict.fromkeys(tables.images["point"])}
    return {
        point: float(adv)
        for point, (head, _, adv) in split.items()
        if head == content and is_number(adv)
    }


def _canonical(name: str) -> str:
    content, at, adv = name.rpartition("@")
    try:
        return f"{canonical_curve(content)}@{shortest_decimal(float(adv))}" if at else name
    except (ValueError, ArithmeticError):
        return name
