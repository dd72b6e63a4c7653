"""Draws the comparisons of a results folder, one per test image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srgan_core.errors import SrganError
from sweep.config.numbers import shortest_decimal
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.tables.files import read_per_image, read_results
from sweep.tables.frames import records_of
from sweep.tables.metric_file import Metric, read_metrics
from sweep.tables.ranking import Record
from sweep.visualization.figures.choice import choose_trials
from sweep.visualization.figures.comparison import Panel, draw_comparison

FIGURES = "figures"
SCORES = ("psnr_y", "lpips_alex", "niqe")

_Scores = Mapping[tuple[str, str, str], Record]


@dataclass(frozen=True)
class Comparisons:
    """What `draw_comparisons` did.

    Attributes:
        written: Picture files.
        warnings: One sentence for each image that was left out.
    """

    written: tuple[Path, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Method:
    """A panel's source: its row in the tables and the folder of its images."""

    label: str
    trial: str
    images: Path


def draw_comparisons(folder: Path) -> Comparisons:
    """Draws `figures/<dataset>/<image>.png` for every test image.

    Shows bicubic, SRResNet, up to four trials (see `choice`) and HR; the same trials for all
    images.

    Args:
        folder: Results folder with its tables and images.

    Returns:
        The files written, and what was left out because an image is missing or damaged.

    Raises:
        StoreError: when a table is missing or damaged.
    """
    results = read_results(folder)
    metrics = read_metrics(folder)
    scores = {
        (record["dataset"], record["trial"], record["image"]): record
        for record in records_of(read_per_image(folder))
    }
    chosen = choose_trials(results)
    written: list[Path] = []
    warnings: list[str] = []
    for dataset in dict.fromkeys(results["dataset"]):
        rows = records_of(results[results["dataset"] == dataset])
        methods = list(_methods(folder, dataset, rows, chosen))
        for image in dict.fromkeys(name for data, _, name in scores if data == dataset):
            panels = _panels(methods, dataset, _part(image), scores, warnings)
            target = folder / FIGURES / _part(dataset) / f"{image}.png"
            if _draw(panels, target, metrics, warnings):
                written.append(target)
    return Comparisons(tuple(written), tuple(warnings))


def _methods(
    folder: Path, dataset: str, rows: Sequence[Record], chosen: Sequence[str]
) -> Iterator[_Method]:
    """Lists the panels from left to right, HR last."""
    store = SweepStore(folder)
    reference = store.reference(_part(dataset))
    yield _Method("bicubic", "bicubic", reference / "bicubic")
    warm_start = next((row["trial"] for row in rows if row["method"] == "srresnet"), None)
    if warm_start is not None:
        images = store.generator(_part(warm_start)).images(dataset)
        yield _Method("SRResNet", warm_start, images)
    for row in rows:
        if row["method"] == "srgan" and row["trial"] in chosen:
            adv = "" if row["adv"] is None else f", λ {shortest_decimal(row['adv'])}"
            images = store.generator(_part(row["trial"])).images(dataset)
            yield _Method(f"{row['content']}{adv}", row["trial"], images)
    yield _Method("HR", "original", reference / "hr")


def _panels(
    methods: Sequence[_Method], dataset: str, image: str, scores: _Scores, warnings: list[str]
) -> list[Panel]:
    panels = []
    for method in methods:
        path = method.images / f"{image}.png"
        if not path.is_file():
            warnings.append(f"{path}: no such image, {method.label} is left out of {image}")
            continue
        record = scores.get((dataset, method.trial, image), {})
        known = {column: record[column] for column in SCORES if record.get(column) is not None}
        panels.append(Panel(method.label, path, known))
    return panels


def _draw(
    panels: Sequence[Panel], target: Path, metrics: Mapping[str, Metric], warnings: list[str]
) -> bool:
    """Draws one picture; a missing HR image or a damaged one costs this picture alone."""
    if not panels or panels[-1].label != "HR":
        warnings.append(f"{target}: not drawn, its HR image is missing")
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        draw_comparison(panels, panels[-1].path, target, metrics)
    except SrganError as error:
        warnings.append(f"{target}: not drawn: {error}")
        return False
    return True


def _part(name: str) -> str:
    """Refuses a name from a table that would lead out of the results folder."""
    if name in ("", ".", "..") or any(character in name for character in "/\\\0"):
        raise StoreError(
            f"a table names {name!r}, which cannot be the name of a file or folder; "
            "run the sweep again to rewrite the tables"
        )
    return name
