"""Numbers with their nouns and lists of names, for messages and reports."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 3
"""Names that a message lists before it says how many more there are."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Words how many there are of something.

    Returns:
        Such as `1 image` and `5 images`.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def first_names(names: Iterable[str]) -> str:
    """Lists a few of at least one name: `a.png, b.png, c.png and 7 more`."""
    listed = list(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more
