"""Curves that cost no training: the interpolations of a results folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from srgan_core.errors import ConfigError, unknown_name
from sweep.analysis.comparison.curves import Curve
from sweep.analysis.comparison.methods import Key, Scored, Tables
from sweep.store.folder import SweepStore
from sweep.store.records.scores import CurveRecord
from sweep.tables.curve_names import point_name, with_curves
from sweep.tables.curves import INTERPOLATION as TABLE
from sweep.tables.files import read_results
from sweep.tables.frames import records_of
from sweep.tables.ranking import is_healthy

INTERPOLATION = "interpolation"
"""Name of a folder's interpolation where it has one alone; else `/` and which one follow."""


@dataclass(frozen=True)
class Interpolation:
    """One interpolation of a results folder.

    Attributes:
        record: Its scores.
        seed: Seed of its end at alpha 1, or of the other one; None where neither has one.
        health: Why its ends may not be compared; empty when they are healthy.
    """

    record: CurveRecord
    seed: int | None
    health: str

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"{self.record.first}--{self.record.second}-{self.record.space}"


def interpolations(tables: Tables) -> dict[str, list[Interpolation]]:
    """Groups the interpolations of a folder by the grid points at their ends and by their space.

    Those between the same points over several seeds are one curve.

    Returns:
        `interpolation/srresnet--mse@0.01-weights` and the like to its members, by name.
    """
    listed = with_curves(records_of(read_results(tables.folder)))
    rows = {row["trial"]: row for row in listed}
    groups: dict[str, list[Interpolation]] = {}
    for record in SweepStore(tables.folder).read_curves():
        ends = [rows.get(name, {"method": name}) for name in (record.first, record.second)]
        seeds = [int(end["seed"]) for end in ends if end.get("seed") is not None]
        health = [f"{end['trial']} is unhealthy" for end in ends if not is_healthy(end)]
        name = f"{INTERPOLATION}/{'--'.join(map(point_name, ends))}-{record.space}"
        found = Interpolation(record, seeds[-1] if seeds else None, "; ".join(health))
        groups.setdefault(name, []).append(found)
    return groups


def choose_interpolation(tables: Tables, name: str) -> list[Interpolation]:
    """Finds the members of an interpolation, which needs no more of a name where it is alone.

    Raises:
        ConfigError: when there is none, none of this name, or more than one to choose from.
    """
    groups = interpolations(tables)
    if not groups:
        means = f"{TABLE} has means over the images alone; " if _has_table(tables) else ""
        raise ConfigError(
            f"{tables.folder}: expected an interpolation with scores of single images, found "
            f"none; {means}run `sweep interpolate {tables.folder} --from srresnet-s0 --to TRIAL`"
        )
    if name == INTERPOLATION and len(groups) > 1:
        raise ConfigError(
            f"{tables.folder}:{name}: expected one of {len(groups)} interpolations, name it: "
            f"{', '.join(groups)}"
        )
    if name not in (INTERPOLATION, *groups):
        raise ConfigError(f"{tables.folder}: {unknown_name('interpolation', name, groups)}")
    return groups.get(name) or next(iter(groups.values()))


def interpolation_curves(tables: Tables, members: Sequence[Interpolation]) -> dict[Key, Curve]:
    """Puts the members of an interpolation together, on each data set of the sweep."""
    fit: dict[int | None, Interpolation] = {}
    remarks = []
    for member in members:
        twice = "another one has its seed" if member.seed in fit else ""
        if reason := member.health or twice:
            remarks.append(f"{member.name} left out: {reason}")
        else:
            fit[member.seed] = member
    keys = tables.images[["dataset", "scale"]].drop_duplicates().itertuples(index=False, name=None)
    return {
        (str(dataset), int(scale)): _curve(tables, str(dataset), list(fit.values()), remarks)
        for dataset, scale in keys
    }


def _curve(
    tables: Tables, dataset: str, members: Sequence[Interpolation], remarks: Sequence[str]
) -> Curve:
    """Keeps the alphas that all members have scored on every image."""
    rows = tables.images[tables.images["dataset"] == dataset]
    images = set(rows["image"])
    scores = [member.record.scores.get(dataset, {}) for member in members]
    whole = [{alpha for alpha in curve if images <= curve[alpha].keys()} for curve in scores]
    alphas = set.intersection(*whole) if whole else set()
    partial = sorted({alpha for curve in scores for alpha in curve} - alphas, key=float)
    if partial:
        remarks = [*remarks, f"alpha {', '.join(partial)} left out: not scored on every image"]
    seeds = tuple(sorted(member.seed for member in members if member.seed is not None))
    points = {}
    for alpha in sorted(alphas, key=float):
        table = [
            {"trial": member.name, "seed": member.seed, "image": image, **columns}
            for member, curve in zip(members, scores, strict=True)
            for image, columns in curve[alpha].items()
        ]
        points[alpha] = Scored(pd.DataFrame(table), seeds)
    return Curve("alpha", points, seeds, tuple(remarks))


def _has_table(tables: Tables) -> bool:
    return (tables.folder / TABLE).is_file()
