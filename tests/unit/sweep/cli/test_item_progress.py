import pytest

from sweep.cli import item_progress as module
from sweep.cli.item_progress import item_progress


def test_nothing_is_said_about_what_is_done_at_once(capsys):
    with item_progress("scoring", 3) as advance:
        for item in "abc":
            advance(item)
    assert capsys.readouterr().err == ""


def test_lines_say_how_far_it_is_and_how_long_it_takes(capsys, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_LINES", 0.0)
    with item_progress("scoring", 2) as advance:
        advance("a")
        advance("b")
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(",")[0] for line in lines] == ["scoring: 1/2", "scoring: 2/2"]
    assert lines[1].endswith("0:00:00 left")


def test_a_terminal_gets_a_bar(capsys, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    with item_progress("scoring [b]", 2) as advance:
        advance("a")
    assert "scoring [b]" in capsys.readouterr().err


@pytest.mark.parametrize("total", [0, 1])
def test_any_number_of_items_will_do(total):
    with item_progress("scoring", total) as advance:
        advance("a")
