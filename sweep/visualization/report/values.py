"""Numbers and names on their way into the page's JSON."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

SIGNIFICANT_DIGITS = 6


def plain(value: Any) -> Any:
    """Turns a cell of a table into what JSON can hold.

    Args:
        value: Text, a number of any library, None or nan.

    Returns:
        Text, int, float with 6 significant digits, `"inf"` or `"-inf"`, or None.
    """
    if value is None or isinstance(value, str | bool | int):
        return value
    number = float(value)
    if math.isnan(number):
        return None
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if number.is_integer() and abs(number) < 2**53:
        return int(number)
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")


def plain_tree(value: Any) -> Any:
    """Applies `plain` to every leaf of nested mappings and lists, whose keys become text."""
    if isinstance(value, Mapping):
        return {str(key): plain_tree(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [plain_tree(below) for below in value]
    return plain(value)


def finite(value: Any) -> float | None:
    """Takes a cell that can be drawn; None for text, missing and infinite values."""
    if value is None or isinstance(value, str):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def is_path_part(name: str) -> bool:
    """Tells whether a name from a table can be that of one file or folder, and leads nowhere."""
    return name not in ("", ".", "..") and not any(sign in name for sign in "/\\\0")
