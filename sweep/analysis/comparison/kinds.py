"""What the two sides of a comparison stand for in their folders."""

from __future__ import annotations

from typing import Literal

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.curves import Curve, line_curves, sweep_lines
from sweep.analysis.comparison.interpolations import (
    INTERPOLATION,
    choose_interpolation,
    interpolation_curves,
    interpolations,
)
from sweep.analysis.comparison.methods import Key, Tables, is_method, unknown_method
from sweep.analysis.comparison.operands import Operand
from sweep.tables.curve_names import canonical_curve

Kind = Literal["sweep", "curve", "method"]

_ORDER: tuple[Kind, ...] = ("sweep", "curve", "method")


def common_kind(first: tuple[Operand, Tables], second: tuple[Operand, Tables]) -> Kind:
    """Tells what both sides are.

    Raises:
        ConfigError: when a name is unknown, or the sides are not of one kind.
    """
    kinds = _kind(*first), _kind(*second)
    if kinds[0] == kinds[1]:
        return kinds[0]
    larger, smaller = sorted(kinds, key=_ORDER.index)
    _, tables = first if kinds[0] == larger else second
    raise ConfigError(
        f"{first[0]} and {second[0]}: expected two {larger}s or two {smaller}s, got one of each; "
        f"name a {smaller} of {tables.folder}"
    )


def find_curves(tables: Tables, name: str) -> dict[Key, Curve]:
    """Finds a curve by its name, on each data set.

    Raises:
        ConfigError: when the folder has no interpolation of this name, or more than one.
    """
    lines = sweep_lines(tables)
    if (line := canonical_curve(name)) in lines:
        return line_curves(tables, lines[line])
    return interpolation_curves(tables, choose_interpolation(tables, name))


def _kind(operand: Operand, tables: Tables) -> Kind:
    if not operand.name:
        return "sweep"
    if is_method(tables, operand.name):
        return "method"
    lines = sweep_lines(tables)
    if canonical_curve(operand.name) in lines or operand.name.partition("/")[0] == INTERPOLATION:
        return "curve"
    curves = [*lines, *([INTERPOLATION] if interpolations(tables) else [])]
    raise ConfigError(unknown_method(tables, operand.name, curves))
