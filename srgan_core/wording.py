"""Numbers with their nouns, for messages and reports."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Words how many there are of something.

    Returns:
        Such as `1 image` and `5 images`.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
