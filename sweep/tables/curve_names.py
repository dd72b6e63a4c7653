"""How tables and charts name the curves of a sweep and their points."""

from __future__ import annotations

import math
from collections.abc import Iterable

from sweep.config.axis_names import Setting, axis_text, setting_parts
from sweep.config.names import StartKind
from sweep.config.numbers import shortest_decimal
from sweep.store.states import Method
from sweep.tables.columns import CURVE, START, adv_text, axis_columns, content_text
from sweep.tables.ranking import Record


def with_curves(records: Iterable[Record]) -> list[Record]:
    """Adds `curve` to the records of a whole table.

    A curve is a content loss, `mse`, at one setting of the further axes, if there are any,
    `mse/learning_rate=0.0001`, and, where trials of the table set out from both ends, from one of
    these, `mse/srgan`; what is no trial has its method there.
    """
    listed = list(records)
    several = has_both_starts(listed)
    return [{**record, CURVE: _curve(record, several)} for record in listed]


def curve_name(record: Record) -> str:
    """The name of the curve of a record that `with_curves` made."""
    return str(record[CURVE])


def setting_of(record: Record) -> Setting:
    """The further axes that apply to a trial; of the others its row has empty cells."""
    axes = axis_columns(record)
    return tuple((axis, record[axis]) for axis in axes if record[axis] not in (None, ""))


def without_start(curve: str) -> str:
    """The content loss and the setting of a curve, which its two ends share."""
    head, _, last = curve.rpartition("/")
    return head if last in tuple(StartKind) else curve


def curve_content(curve: str) -> str:
    """The content loss of a curve."""
    return curve.partition("/")[0]


def canonical_curve(name: str) -> str:
    """Writes the numbers in the name of a curve as `with_curves` does: `mse/learning_rate=1e-4`."""
    return "/".join(map(_canonical_part, name.split("/")))


def has_both_starts(records: Iterable[Record]) -> bool:
    """Whether trials among the records set out from either end of the curve."""
    return len({record.get(START) for record in records if record["method"] == Method.SRGAN}) > 1


def point_name(record: Record) -> str:
    """Names what a record with a curve is of: `bicubic`, `mse@0.001`, `mse/srgan@0.001`.

    It has the coefficient exactly, since it tells points apart, in two sweeps too.
    """
    if record["method"] != Method.SRGAN:
        return str(record["method"])
    adv = record["adv"]
    return f"{record[CURVE]}@{adv_text(adv) if adv is None else shortest_decimal(adv)}"


def shown_point(name: str, among: Iterable[str] = ()) -> str:
    """Writes the name of a point for people, with few digits where it stays unique among others."""
    head, at, adv = name.rpartition("@")
    if not at or not is_number(adv):
        return name
    others = [other.rpartition("@")[2] for other in among]
    return f"{head}@{adv_text(float(adv), [float(other) for other in others if is_number(other)])}"


def is_number(text: str) -> bool:
    """Whether a text is a finite number."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _curve(record: Record, several: bool) -> str:
    if record["method"] != Method.SRGAN:
        return str(record["method"])
    content = content_text(record["content"])
    start = [record[START]] if several else []
    return "/".join((content, *setting_parts(setting_of(record)), *start))


def _canonical_part(part: str) -> str:
    label, is_setting, value = part.partition("=")
    return f"{label}={axis_text(float(value))}" if is_setting and is_number(value) else part
