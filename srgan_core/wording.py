"""Numbers with their nouns, for messages and reports."""

from __future__ import annotations


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """Words how many there are of something.

    Args:
        number: How many.
        noun: What, in the singular.
        plural: Its plural; the singular with an s by default.

    Returns:
        Such as `1 image` and `5 images`.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
