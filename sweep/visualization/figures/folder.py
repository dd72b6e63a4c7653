"""Draws the comparisons of a results folder, one per test image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from srgan_core.errors import SrganError
from sweep.analysis.summary import DatasetScores, scores_by_dataset
from sweep.config.axis_names import setting_parts
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.store.low_resolution import reference_name
from sweep.store.states import Method
from sweep.tables.columns import adv_text, is_path_part
from sweep.tables.curve_names import curve_name, setting_of
from sweep.tables.files import read_per_image
from sweep.tables.frames import records_of
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import Record
from sweep.tables.tables import Tables
from sweep.visualization.figures.choice import choose_trials
from sweep.visualization.figures.comparison import Panel, draw_comparison
from sweep.visualization.figures.cues import Cue
from sweep.visualization.plots.style import line_styles

FIGURES = "figures"
SCORES = ("psnr_y", "lpips_alex", "niqe")

_Scores = Mapping[tuple[str, str, str], Record]


@dataclass(frozen=True)
class Comparisons:
    """Pictures that were written, and a sentence for each image that was left out."""

    written: tuple[Path, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Method:
    """A panel's source: its row in the tables, the folder of its images, its sign in the chart.

    `setting` has its values on further axes in words.
    """

    label: str
    trial: str
    images: Path
    cue: Cue | None = None
    setting: tuple[str, ...] = ()


def draw_comparisons(tables: Tables) -> Comparisons:
    """Draws `figures/<dataset>/<image>.png` for every test image.

    Shows bicubic, SRResNet, up to five trials (see `choice`) and HR; the same trials for all
    images. What is missing or damaged is left out with a warning.

    Raises:
        StoreError: when per_image.csv is missing or damaged.
    """
    folder = tables.folder
    scores = {
        (record["dataset"], record["trial"], record["image"]): record
        for record in records_of(read_per_image(folder))
    }
    datasets = scores_by_dataset(tables.results)
    chosen = choose_trials(datasets, tables.metrics)
    written: list[Path] = []
    warnings: list[str] = []
    for dataset in datasets:
        made = tables.low_resolution.get(dataset.name)
        methods = list(_methods(folder, dataset, chosen, made))
        for image in dict.fromkeys(name for data, _, name in scores if data == dataset.name):
            panels = _panels(methods, dataset.name, _part(image), scores, warnings)
            target = folder / FIGURES / _part(dataset.name) / f"{image}.png"
            if _draw(panels, target, tables.metrics, warnings):
                written.append(target)
    return Comparisons(tuple(written), tuple(warnings))


def _methods(
    folder: Path, scores: DatasetScores, chosen: Sequence[str], low_resolution: str | None
) -> Iterator[_Method]:
    """Lists the panels from left to right, HR last."""
    store = SweepStore(folder)
    reference = store.reference(_part(scores.name))
    bicubic, srresnet = (Cue.of_reference(m) for m in (Method.BICUBIC, Method.SRRESNET))
    name = reference_name(Method.BICUBIC, low_resolution)
    yield _Method(name, Method.BICUBIC, reference / "bicubic", bicubic)
    srresnets = [row["trial"] for row in scores.rows if row["method"] == Method.SRRESNET]
    for trial in srresnets[:1]:
        images = store.generator(_part(trial)).images(scores.name)
        yield _Method("SRResNet", trial, images, srresnet)
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    styles = line_styles(map(curve_name, trials))
    for row in trials:
        if row["trial"] in chosen:
            curve = curve_name(row)
            images = store.generator(_part(row["trial"])).images(scores.name)
            setting = tuple(setting_parts(setting_of(row)))
            plain = "/".join(part for part in curve.split("/") if part not in setting)
            label = f"{plain}, λ {adv_text(row['adv'], [other['adv'] for other in trials])}"
            cue = Cue.of_point(styles[curve], row["adv"])
            # D is what the chart calls it; the name of its section leaves no room for the value.
            lines = tuple(part.replace("discriminator.", "D ") for part in setting)
            yield _Method(label, row["trial"], images, cue, lines)
    yield _Method("HR", Method.ORIGINAL, reference / "hr")


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
        panels.append(Panel(method.label, path, known, method.cue, method.setting))
    return panels


def _draw(
    panels: Sequence[Panel], target: Path, metrics: Mapping[str, MetricColumn], warnings: list[str]
) -> bool:
    """Draws one picture; a missing HR image or a damaged one costs this picture alone."""
    if not panels or panels[-1].label != "HR":
        warnings.append(f"{target}: not drawn, its HR image is missing")
        return False
    try:
        draw_comparison(panels, panels[-1].path, target, metrics)
    except SrganError as error:
        warnings.append(f"{target}: not drawn: {error}")
        return False
    return True


def _part(name: str) -> str:
    """Refuses a name from a table that would lead out of the results folder."""
    if not is_path_part(name):
        raise StoreError(
            f"a table names {name!r}, which cannot be the name of a file or folder; "
            "run the sweep again to rewrite the tables"
        )
    return name
