import pytest


@pytest.mark.parametrize("markup", ["csv", "markdown", "latex", "terminal"])
def test_tables_are_printed(sweep, folder, markup):
    answer = sweep("table", str(folder), "--format", markup)
    assert answer.status == 0
    assert "bicubic" in answer.out
    assert answer.err == ""


def test_an_unknown_format_is_refused(sweep):
    answer = sweep("table", "--format", "word")
    assert answer.status == 2
    assert "'word' is not one of" in answer.err
