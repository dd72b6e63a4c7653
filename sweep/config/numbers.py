"""How numbers that a user chose are written."""

from __future__ import annotations

from decimal import Decimal


def shortest_decimal(value: float) -> str:
    """Writes a finite number without exponent and without needless zeros: `0.0001`, `1`, `0`."""
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
