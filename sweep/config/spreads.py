"""Many values in one word: `1e-4:1e-2:5`, spaced by equal factors, and `0-4`, one after another."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

MOST_VALUES = 1000
"""Values that one word may stand for."""

_INNER_DIGITS = 4
"""Significant digits of the values between the ends: as many as people type."""

_RANGE = re.compile(r"\s*(\d+)\s*-\s*(\d+)\s*")

_SPREAD_RULE = (
    "expected LOW:HIGH:COUNT, two numbers above 0, the lower one first, and how many from 2 to "
    f"{MOST_VALUES}"
)


def spread(word: str) -> list[float]:
    """Reads `LOW:HIGH:COUNT` as that many numbers spaced by equal factors, both ends included.

    Those between the ends have 4 significant digits, so that `1e-4:1e-2:5` is
    `1e-4,3.162e-4,1e-3,3.162e-3,1e-2`.

    Raises:
        ValueError: says what is expected.
    """
    parts = word.split(":")
    try:
        low, high, count = float(parts[0]), float(parts[1]), int(parts[2])
    except (ValueError, IndexError):
        raise ValueError(f"{_SPREAD_RULE}, got {word!r}") from None
    if len(parts) != 3 or not (0 < low < high < math.inf and 2 <= count <= MOST_VALUES):
        zero = "; 0 stands beside it: 0,LOW:HIGH:COUNT" if low == 0 else ""
        raise ValueError(f"{_SPREAD_RULE}, got {word!r}{zero}")
    step = (math.log(high) - math.log(low)) / (count - 1)
    inner = (math.exp(math.log(low) + place * step) for place in range(1, count - 1))
    return [low, *(float(f"{value:.{_INNER_DIGITS}g}") for value in inner), high]


def whole_range(word: str) -> list[int]:
    """Reads `FIRST-LAST` as all whole numbers from one to the other.

    Raises:
        ValueError: says what is expected.
    """
    found = _RANGE.fullmatch(word)
    first, last = map(int, found.groups()) if found else (1, 0)
    if not 0 <= last - first < MOST_VALUES:
        raise ValueError(
            f"expected FIRST-LAST, the lower one first, for at most {MOST_VALUES} whole numbers, "
            f"got {word!r}"
        )
    return list(range(first, last + 1))


def is_spread(value: object) -> bool:
    """Whether a value is a word that `spread` reads or refuses."""
    return isinstance(value, str) and ":" in value


def is_range(value: object) -> bool:
    """Whether a value is a word that `whole_range` reads or refuses."""
    return isinstance(value, str) and _RANGE.fullmatch(value) is not None


def expanded(
    values: Any, is_many: Callable[[object], bool], read: Callable[[str], list[Any]]
) -> Any:
    """Puts what a word stands for in its place, in a list or alone; the rest stays as it is."""
    if is_many(values):
        return read(values)
    if not isinstance(values, list | tuple):
        return values
    return [each for value in values for each in (read(value) if is_many(value) else [value])]
