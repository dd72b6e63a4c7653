"""What a printed table shows: columns, rounded cells, and which values are best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from srgan_core.wording import counted
from sweep.analysis.summary import SEEDS, DatasetScores, counted_seeds
from sweep.config.axis_names import AXES, axis_label
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.curve_names import has_both_starts
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import Mark, Record, is_scored, marks_of

DASH = "\N{EN DASH}"
_HEADINGS = {"adv": "λ", "train_seconds": "seconds"}
_IMPORTANCE = (
    "method",
    "content",
    "adv",
    names.START,
    "status",
    "psnr_y",
    "lpips_alex",
    "niqe",
    "seed",
)
_OPTIONAL = ("steps", "train_seconds", "trial")


@dataclass(frozen=True)
class Column:
    """A column of a printed table, by its name in the CSV tables and its heading for people.

    Unit and arrow, the sign of the better direction, are empty where there is none. The table
    would mislead without an essential column, or is about it.
    """

    name: str
    heading: str
    unit: str
    arrow: str
    numeric: bool
    essential: bool


@dataclass(frozen=True)
class Cell:
    """A printed value, its mark, and the half width of its interval where there is one."""

    text: str
    mark: Mark = ""
    spread: str = ""


@dataclass(frozen=True)
class Row:
    """Cells in the order of the columns; a line may be drawn where `section` changes."""

    cells: tuple[Cell, ...]
    section: str


@dataclass(frozen=True)
class View:
    """A printed table of one data set.

    The title names data set, magnification and number of images.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    dataset: str = ""

    @property
    def has_intervals(self) -> bool:
        """Whether some cell shows an interval."""
        return any(cell.spread for row in self.rows for cell in row.cells)

    def by_importance(self) -> list[str]:
        """Lists the column names, the most important first."""
        listed = [column.name for column in self.columns]
        optional = [column.name for column in self.columns if not column.essential]
        ranked = (*_IMPORTANCE[:3], *AXES, *_IMPORTANCE[3:])
        first = [name for name in ranked if name in listed and name not in optional]
        middle = [name for name in listed if name not in first and name not in optional]
        # HR's distance repeats NIQE, and RGB repeats luma: the first to be missed least.
        last = [name for name in (names.NIQE_DISTANCE, "psnr_rgb") if name in middle]
        return [*first, *(name for name in middle if name not in last), *last, *optional]

    def select(self, chosen: Sequence[str]) -> View:
        """Keeps some columns, in their order."""
        kept = [index for index, column in enumerate(self.columns) if column.name in chosen]
        rows = (Row(tuple(row.cells[index] for index in kept), row.section) for row in self.rows)
        return replace(self, columns=tuple(self.columns[index] for index in kept), rows=tuple(rows))

    def essential(self) -> View:
        """Keeps the essential columns."""
        return self.select([column.name for column in self.columns if column.essential])


def views_of(
    datasets: Sequence[DatasetScores],
    metrics: Mapping[str, MetricColumn],
    *,
    each_seed: bool = False,
) -> list[View]:
    """Prepares the printed tables, one per data set, without metrics that nobody measured.

    With `each_seed` every trial is listed where there are several seeds, else their means.
    """
    views = []
    for scores in datasets:
        over_seeds = not each_seed and len({row["seed"] for row in scores.rows} - {None}) > 1
        records = counted_seeds(scores.means) if over_seeds else scores.rows
        columns = _columns(records, metrics, names.extra_metrics(scores.rows[0]))
        cells = [_column_cells(column.name, records, metrics) for column in columns]
        rows = tuple(
            Row(tuple(column[index] for column in cells), _section(record["method"]))
            for index, record in enumerate(records)
        )
        images = counted(scores.images, "image")
        title = f"{printable(scores.name)}, x{scores.scale}, {images}"
        views.append(View(title, columns, rows, scores.name))
    return views


def printable(text: str) -> str:
    """Replaces line ends and terminal control characters, which a folder's name may hold."""
    return "".join(character if character.isprintable() else "?" for character in text)


def _columns(
    records: Sequence[Record], metrics: Mapping[str, MetricColumn], extra: Sequence[str]
) -> tuple[Column, ...]:
    scores = (*names.METRICS, names.NIQE_DISTANCE, *extra)
    measured = [name for name in scores if any(record[name] is not None for record in records)]
    optional = {*_OPTIONAL} & records[0].keys()
    seed = SEEDS if SEEDS in records[0] else "seed"
    start = (names.START,) if has_both_starts(records) else ()
    axes = names.axis_columns(records[0])
    order = ("method", "content", *axes, "adv", *start, seed, *measured, "status", *_OPTIONAL)
    order = tuple(name for name in order if name not in _OPTIONAL or name in optional)
    if seed == "seed" and len({record["seed"] for record in records} - {None}) < 2:
        optional.add("seed")
    if all(map(is_scored, records)):
        optional.add("status")
    return tuple(_column(name, metrics, name not in optional) for name in order)


def _column(name: str, metrics: Mapping[str, MetricColumn], essential: bool) -> Column:
    numeric = name not in names.TEXT_COLUMNS
    if name in metrics:
        metric = metrics[name]
        return Column(name, metric.label, metric.unit, metric.arrow, numeric, essential)
    if name == names.NIQE_DISTANCE:
        label = metrics["niqe"].label if "niqe" in metrics else "niqe"
        return Column(name, f"{label} - HR", "", "", numeric, essential)
    heading = axis_label(name) if name in AXES else _HEADINGS.get(name, name)
    return Column(name, heading, "", "", numeric, essential)


def _column_cells(
    name: str, records: Sequence[Record], metrics: Mapping[str, MetricColumn]
) -> list[Cell]:
    values = [record[name] for record in records]
    if name == SEEDS or name in names.TEXT_COLUMNS:
        return [Cell(printable(value) or DASH) for value in values]
    if name == "adv":
        texts = names.adv_texts(values)
        return [Cell(DASH if v is None else t) for v, t in zip(values, texts, strict=True)]
    decimals = names.decimals_of(name, records)
    if decimals is None or name.endswith("_seconds"):
        return [Cell(DASH if v is None else names.number_text(name, float(v))) for v in values]
    marks = marks_of(metrics[name], records, decimals) if name in metrics else {}
    sign = "+" if name == names.NIQE_DISTANCE else ""
    halves = [record.get(names.interval_column(name)) for record in records]
    if name == names.NIQE_DISTANCE:
        # That of NIQE itself, which stands beside it.
        halves = [None] * len(records)
    return [
        Cell(
            DASH if value is None else f"{value:{sign}.{decimals}f}",
            marks.get(index, ""),
            "" if half is None else f"{half:.{decimals}f}",
        )
        for index, (value, half) in enumerate(zip(values, halves, strict=True))
    ]


def _section(method: str) -> str:
    if method in (Method.BICUBIC, Method.SRRESNET, Method.PAIR):
        return "start"
    return "trials" if method == Method.SRGAN else "other"
