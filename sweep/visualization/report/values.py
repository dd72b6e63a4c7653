"""Numbers and names on their way into the page's JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sweep.tables.columns import number_text

LOGGED_DIGITS = 6
"""Significant digits that the page keeps of what was logged."""


def plain_tree(value: Any) -> Any:
    """Turns nested mappings and lists into what JSON can hold.

    Keys become text, infinity `"inf"` or `"-inf"`, nan None, and a whole number of any library
    an int.
    """
    if isinstance(value, Mapping):
        return {str(key): plain_tree(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [plain_tree(below) for below in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def cell(column: str, value: Any) -> Any:
    """Turns a cell of a table into what JSON can hold, rounded as the table's file is."""
    if value is None or isinstance(value, str):
        return value
    text = number_text(column, float(value))
    return plain_tree(float(text)) if text else None


def logged(value: Any) -> float | None:
    """Takes a logged number that can be drawn; None for anything else."""
    number = None if isinstance(value, bool) else finite(value)
    return None if number is None else float(f"{number:.{LOGGED_DIGITS}g}")


def finite(value: Any) -> float | None:
    """Takes a number that can be drawn; None for text, missing and infinite values."""
    if not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None
