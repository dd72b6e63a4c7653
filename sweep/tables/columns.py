"""Names, order, types and number formats of the columns of the result tables.

Imports nothing heavy. The text of a cell depends on its value and its column alone, so that
two runs that measured the same write the same bytes.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sweep.config.axis_names import AXES, NUMBER_AXES, WORD_AXES
from sweep.config.numbers import shortest_decimal

START = "start"
"""The end that a trial set out from; older tables lack it, whose trials set out from `srresnet`."""

CURVE = "curve"
"""Which curve a record is of, by `with_curves`; no file has it."""

KEY = ("trial", "method", "content", "adv", "seed", START, "scale", "dataset")
METRICS = ("psnr_y", "ssim_y", "psnr_rgb", "lpips_alex", "niqe")
NIQE_DISTANCE = "niqe_minus_hr"
TRAINING = (
    "status",
    "steps",
    "train_seconds",
    "pixel_weight",
    "content_weight",
    "grad_pixel",
    "grad_content",
    "grad_adv",
    "generator_sha256",
)
HEALTH_MEASURES = (
    "d_real",
    "d_fake",
    "d_saturated",
    "d_blind",
    "colour_shift",
    "checkerboard",
    "lr_psnr",
)
HEALTH = ("health", *HEALTH_MEASURES)
"""Older tables lack these; they read as empty."""
COSTS = ("parameters", "megapixel_seconds")
"""Of generators that `sweep score` added; only tables that hold one have these."""
INTERPOLATION_KEY = ("from", "to", "space", "alpha", "dataset")
PATH_KEY = ("trial", "step", "dataset")
SUMMARY_KEY = ("method", "content", "adv", START, "scale", "dataset")

TEXT_COLUMNS = frozenset(
    {
        *("trial", "method", "content", START, CURVE, "dataset", "image", "status"),
        "generator_sha256",
        *("health", "from", "to", "space"),
        *("distortion", "perception", "point", "trials", "state", "dominated_by", "knee"),
        *("metric", "verdict", "reason"),
        *WORD_AXES,
    }
)
INTEGER_COLUMNS = frozenset(
    {"seed", "scale", "images", "step", "steps", "seeds", "steps_left", "parameters"}
)
# What the user chose is written exactly; what was measured is rounded.
EXACT_COLUMNS = frozenset({"adv", "alpha", "pixel_weight", "content_weight", *NUMBER_AXES})

COUNTS = (
    *("adv", "seed", "scale", "images", "steps", "pixel_weight", "content_weight"),
    *NUMBER_AXES,
)
"""Columns without negative numbers, infinity or nan."""

SECONDS_DECIMALS = 1

NO_CONTENT = "none"
"""Stands for a content loss that nobody named."""

SIGNIFICANT_DIGITS = 4
"""Of measured values in print; the files have more."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "'")


def result_columns(extra: Iterable[str] = (), axes: Iterable[str] = ()) -> tuple[str, ...]:
    """Orders the columns of `results.csv`.

    Args:
        extra: Metric columns beyond the usual ones.
        axes: Further axes of the grid, where it has any.
    """
    return (*KEY, *axes, "images", *METRICS, NIQE_DISTANCE, *extra, *TRAINING, *HEALTH)


def image_columns(extra: Iterable[str] = (), axes: Iterable[str] = ()) -> tuple[str, ...]:
    """Orders the columns of `per_image.csv`."""
    return (*KEY, *axes, "image", *METRICS, *extra)


def axis_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """Picks the further axes of a grid out of a table's columns, in their order."""
    return tuple(column for column in columns if column in AXES)


def point_key(columns: Iterable[str]) -> tuple[str, ...]:
    """Names the columns in which the rows of one point are equal, whatever their seeds."""
    return (*SUMMARY_KEY, *axis_columns(columns))


def summary_columns(extra: Iterable[str] = (), axes: Iterable[str] = ()) -> tuple[str, ...]:
    """Orders the columns of `summary.csv`; `seeds` is the number of trials in a mean.

    After each metric stands the half width of its 95% interval over the seeds.
    """
    usual = [name for metric in METRICS for name in (metric, interval_column(metric))]
    further = [name for metric in extra for name in (metric, interval_column(metric))]
    return (*SUMMARY_KEY, *axes, "images", "seeds", *usual, NIQE_DISTANCE, *further, "health")


def interval_column(metric: str) -> str:
    """Names the column of `summary.csv` with the half width of a metric's interval."""
    return f"{metric}_ci95"


def extra_metrics(columns: Iterable[str]) -> tuple[str, ...]:
    """Picks the metric columns that only this table has, in its order."""
    known = {
        *(*result_columns(), *COSTS, *image_columns(), *summary_columns()),
        *(CURVE, *AXES),
    }
    return tuple(column for column in columns if column not in known)


def adv_text(adv: float | None, among: Iterable[float | None] = ()) -> str:
    """Writes a coefficient for people; names of trials and the CSV tables have it exactly.

    One of more than 4 significant digits, as a logarithmic grid gives, is written with 3, or with
    4 where another one of those beside it would read the same, or exactly.
    """
    return adv_texts([adv], among)[0]


def adv_texts(
    values: Sequence[float | None], among: Iterable[float | None] | None = None
) -> list[str]:
    """Writes many coefficients as `adv_text` does each, beside one another unless others stand."""
    beside = {value for value in (values if among is None else among) if value is not None}
    lengths = (SIGNIFICANT_DIGITS - 1, SIGNIFICANT_DIGITS)
    alike = {digits: Counter(f"{value:.{digits}g}" for value in beside) for digits in lengths}

    def text(adv: float | None) -> str:
        if adv is None:
            return "?"
        exact = shortest_decimal(adv)
        if len(exact.replace(".", "").strip("0")) <= SIGNIFICANT_DIGITS:
            return exact
        for digits in lengths:
            shown = f"{adv:.{digits}g}"
            if alike[digits][shown] == (adv in beside):
                return shortest_decimal(float(shown))
        return exact

    return [text(adv) for adv in values]


def content_text(content: str | None) -> str:
    """Writes the content loss of a trial for people."""
    return content or NO_CONTENT


def decimals_for(values: Iterable[float]) -> int:
    """Number of decimals that gives the largest of some values 4 significant digits."""
    largest = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    whole_digits = len(str(int(largest))) if largest >= 1 else 0
    return max(0, SIGNIFICANT_DIGITS - whole_digits)


def decimals_of(column: str, records: Iterable[Mapping[str, Any]]) -> int | None:
    """Number of decimals of a column's values in print; None for those that are written exactly.

    The distance to HR's NIQE is written like NIQE itself.
    """
    if column in EXACT_COLUMNS | INTEGER_COLUMNS:
        return None
    if column.endswith("_seconds"):
        return SECONDS_DECIMALS
    values = [record["niqe" if column == NIQE_DISTANCE else column] for record in records]
    return decimals_for(value for value in values if value is not None)


def measured_text(value: float) -> str:
    """Writes a single measured value for people, with 4 significant digits."""
    return f"{value:.{decimals_for([value])}f}"


def number_text(column: str, value: float) -> str:
    """Writes one number as its column prescribes; empty for nan, which stands for a missing one.

    Decibels have 4 decimals, seconds 1, chosen values are exact, whole numbers as such, everything
    else has 6 significant digits.
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    if column in INTEGER_COLUMNS:
        return str(int(value))
    if column in EXACT_COLUMNS:
        return shortest_decimal(value)
    if column.startswith("psnr"):
        return f"{value:.4f}"
    if column.endswith("_seconds") and column not in COSTS:
        return f"{value:.{SECONDS_DECIMALS}f}"
    return f"{value:.6g}"


def cost_text(record: Mapping[str, Any]) -> str:
    """Writes what a generator costs for people, as `16.7 M, 2.4 s/MP`; empty where unknown."""
    parameters, seconds = (record.get(column) for column in COSTS)
    texts = []
    if parameters:
        texts.append(f"{parameters / 1e6:.3g} M")
    if seconds is not None:
        texts.append(f"{seconds:.0f} s/MP" if seconds >= 10 else f"{seconds:.2g} s/MP")
    return ", ".join(texts)


def neutralise(text: str) -> str:
    """Keeps a spreadsheet from running a cell as a formula, by a leading apostrophe.

    Text that begins with an apostrophe gets one too, so that `restore_text` gives back exactly
    what was written.
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def restore_text(text: str) -> str:
    """Undoes `neutralise`."""
    return text[1:] if text.startswith("'") else text


def is_path_part(name: str) -> bool:
    """Tells whether a name from a table can be that of one file or folder, and leads nowhere."""
    return name not in ("", ".", "..") and not any(sign in name for sign in "/\\\0")
