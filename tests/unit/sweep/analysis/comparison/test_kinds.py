import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.kinds import common_kind, find_curves
from sweep.analysis.comparison.methods import read_tables
from sweep.analysis.comparison.operands import Operand


def _kind(folder, *names):
    tables = read_tables(folder)
    return common_kind(*((Operand(folder, name), tables) for name in names))


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("", ""), "sweep"),
        (("mse", "vgg22"), "curve"),
        (("mse", "interpolation"), "curve"),
        (("interpolation/a--b-weights", "mse"), "curve"),
        (("mse@0", "bicubic"), "method"),
        (("mse-adv0-s0-1a2b3c4d", "mse@1e-4"), "method"),
    ],
)
def test_a_name_tells_what_it_stands_for(seeded, names, kind):
    assert _kind(seeded, *names) == kind


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("mse", "bicubic"), "expected two curves or two methods, got one of each; name a method"),
        (("mse@0", "mse"), "expected two curves or two methods, got one of each; name a method"),
        (("", "mse"), "expected two sweeps or two curves, got one of each; name a curve of"),
        (("mse@0", ""), "expected two sweeps or two methods, got one of each; name a method of"),
        (("mse", "vgg2"), "method or curve 'vgg2' is unknown: mse, .*did you mean 'vgg22'"),
    ],
)
def test_sides_of_two_kinds_and_unknown_names_are_refused(seeded, names, message):
    with pytest.raises(ConfigError, match=message):
        _kind(seeded, *names)


def test_an_interpolation_that_is_there_is_among_the_known_names(seeded, interpolate):
    interpolate(seeded, 0)
    with pytest.raises(ConfigError, match=r"is unknown: .*; did you mean 'interpolation'"):
        _kind(seeded, "mse", "interpolaton")


def test_a_method_of_the_name_of_a_curve_comes_first(copied, photographed, usual):
    from dataclasses import replace

    rows = photographed(usual.rows())
    rows += [replace(row, method="mse", trial="mse") for row in rows if row.method == "bicubic"]
    assert _kind(copied(rows), "mse", "bicubic") == "method"


def test_curves_are_found_by_their_names(seeded, interpolate):
    interpolate(seeded, 0)
    tables = read_tables(seeded)
    assert list(find_curves(tables, "mse")[("set5", 4)].points)[-1] == "0.01"
    assert list(find_curves(tables, "interpolation")[("set5", 4)].points)[-1] == "1"
