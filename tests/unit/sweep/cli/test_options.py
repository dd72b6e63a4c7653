import click
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sweep.cli.options import CommaList, TestSetList, name, seed

SEEDS = CommaList(seed, "a whole number of 0 or above")
NAMES = CommaList(name, "a name")

hostile = st.text(st.characters(), max_size=60) | st.text("0123456789eE+-.,_ naif\x00", max_size=40)


@given(text=hostile)
@example("9" * 5000)
@example("1e-3,0.001")
@example("\ud800,\x1b[31m")
@example("1" + ",1" * 2000)
@pytest.mark.parametrize("kind", [SEEDS, NAMES])
def test_any_text_is_a_list_or_a_usage_error(kind, text):
    try:
        values = kind.convert(text, None, None)
    except click.BadParameter:
        return
    assert values
    assert len(set(values)) == len(values)


def test_a_list_is_read_without_the_blanks_around_its_items():
    assert SEEDS.convert(" 0 , 1 ", None, None) == (0, 1)


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        (SEEDS, "", "at least one value, got an empty list"),
        (SEEDS, " , ", "at least one value, got an empty list"),
        (SEEDS, "1,", "a whole number of 0 or above, got ''"),
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


@pytest.mark.parametrize(
    ("text", "sets"),
    [
        ("set5,pairs:a/lr, a/hr,skimage3", ("set5", "pairs:a/lr,a/hr", "skimage3")),
        ("pairs:a,b,pairs:c,d", ("pairs:a,b", "pairs:c,d")),
        ("pairs:a", ("pairs:a",)),
        ("degraded:pairs:a,b,set5", ("degraded:pairs:a,b", "set5")),
        ("set5,folder:x", ("set5", "folder:x")),
    ],
)
def test_pairs_keep_their_comma_in_a_list_of_test_sets(text, sets):
    assert TestSetList().convert(text, None, None) == sets


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


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--config", "smoke", "--out", "r\udcfc"),
        ("run", "--config", "smoke", "--eval", "folder:r\udcfc"),
        ("score", "--sr", "r\udcfc"),
        ("upscale", "r\udcfc.png"),
    ],
)
def test_words_that_are_not_utf_8_are_refused_before_anything_is_done(sweep, tmp_path, arguments):
    answer = sweep(*arguments)
    assert answer.status == 2
    assert r"r\udcfc" in answer.err
    assert "its name is not UTF-8; rename it" in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_table_in_place_of_its_folder_is_told_the_folder(sweep, folder):
    answer = sweep("table", str(folder / "results.csv"))
    assert answer.status == 2
    assert f"got the file {folder / 'results.csv'}; give {folder}" in answer.err
