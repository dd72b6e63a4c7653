import math

import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweep.cli.options import CommaList, coefficient, name, seed

COEFFICIENTS = CommaList(coefficient, "a number of 0 or above")
SEEDS = CommaList(seed, "a whole number of 0 or above")
NAMES = CommaList(name, "a name")

hostile = st.text(st.characters(), max_size=60) | st.text("0123456789eE+-.,_ naif\x00", max_size=40)


@given(text=hostile)
@example("9" * 5000)
@example("1e-3,0.001")
@example("\ud800,\x1b[31m")
@example("1" + ",1" * 2000)
@pytest.mark.parametrize("kind", [COEFFICIENTS, SEEDS, NAMES])
def test_any_text_is_a_list_or_a_usage_error(kind, text):
    try:
        values = kind.convert(text, None, None)
    except click.BadParameter:
        return
    assert values
    assert len(set(values)) == len(values)


@given(values=st.lists(st.floats(0, 1e300), min_size=1, unique=True))
def test_coefficients_survive_being_written(values):
    assert COEFFICIENTS.convert(",".join(map(repr, values)), None, None) == tuple(values)


@given(text=hostile)
def test_a_coefficient_is_finite_and_not_negative(text):
    try:
        value = coefficient(text)
    except ValueError:
        return
    assert math.isfinite(value)
    assert math.copysign(1, value) == 1


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1e-4,1e-3", (1e-4, 1e-3)),
        (" 0 , 1 ", (0.0, 1.0)),
        ("1e-3", (0.001,)),
        ("1E-3", (0.001,)),
        ("-0", (0.0,)),
    ],
)
def test_a_list_of_coefficients_is_read(text, values):
    read = COEFFICIENTS.convert(text, None, None)
    assert read == values
    assert [str(value) for value in read] == [str(value) for value in values]


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (COEFFICIENTS, "", "at least one value, got an empty list"),
        (COEFFICIENTS, " , ", "at least one value, got an empty list"),
        (COEFFICIENTS, "1e-3,", "a number of 0 or above, got ''"),
        (COEFFICIENTS, "-1", "got '-1'"),
        (COEFFICIENTS, "nan", "got 'nan'"),
        (COEFFICIENTS, "1e999", "got '1e999'"),
        (COEFFICIENTS, "one", "got 'one'"),
        (COEFFICIENTS, "1e-3,0.001", "every value once, 0.001 stands twice"),
        (SEEDS, "0,1.5", "a whole number of 0 or above, got '1.5'"),
        (SEEDS, "-1", "got '-1'"),
        (SEEDS, "1,01", "every value once, 1 stands twice"),
        (NAMES, "mse,,vgg22", "a name, got ''"),
        (NAMES, "mse,mse", "every value once, mse stands twice"),
    ],
)
def test_a_wrong_list_says_what_was_expected(kind, text, message):
    with pytest.raises(click.BadParameter) as raised:
        kind.convert(text, None, None)
    assert message in raised.value.message


def test_a_default_that_is_a_list_already_stays():
    assert NAMES.convert(["a", "b"], None, None) == ("a", "b")


@pytest.mark.parametrize("command", ["plot", "table"])
def test_reading_what_is_not_there_says_how_to_make_it(sweep, command):
    answer = sweep(command)
    assert answer.status == 2
    assert "results/quick" in answer.err
    assert "sweep run" in answer.err
    assert "Traceback" not in answer.err


@pytest.mark.parametrize("command", ["plot", "table", "report", "serve", "status", "clean"])
def test_a_file_is_no_results_folder(sweep, tmp_path, command):
    (tmp_path / "notes.txt").touch()
    answer = sweep(command, "notes.txt")
    assert answer.status == 2
    assert "got the file notes.txt; give the folder that `sweep run` wrote" in answer.err


def test_a_table_in_place_of_its_folder_is_told_the_folder(sweep, folder):
    answer = sweep("table", str(folder / "results.csv"))
    assert answer.status == 2
    assert f"got the file {folder / 'results.csv'}; give {folder}" in answer.err
