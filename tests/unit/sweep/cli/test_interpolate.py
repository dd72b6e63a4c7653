import pytest

from sweep.cli.interpolate import MOST_ALPHAS, alpha_list
from sweep.generators.interpolation.ends import End

ENDS = ("--from", "a", "--to", "b")


@pytest.mark.parametrize(
    ("text", "alphas"),
    [
        ("0:1:0.25", (0, 0.25, 0.5, 0.75, 1)),
        ("0:1:0.1", (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1)),
        ("0.2:0.7:0.3", (0.2, 0.5)),
        ("1, 0,0.5", (0, 0.5, 1)),
        ("0.5", (0.5,)),
    ],
)
def test_alphas_are_exact_decimals_with_both_ends(text, alphas):
    assert alpha_list(text) == alphas


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "0:1",
        "0:1:0",
        "0:1:-0.1",
        "1:0:0.1",
        "0:2:0.5",
        "-0.1,1",
        "nan",
        "0,inf",
        "0:1:1e-9",
    ],
)
def test_anything_else_is_a_usage_error(sweep, text):
    answer = sweep("interpolate", *ENDS, f"--alphas={text}")
    assert answer.status == 2
    assert f"at most {MOST_ALPHAS}, got {text!r}; 0:1:0.1 gives eleven" in " ".join(
        answer.err.split()
    )


def test_a_folder_without_a_sweep_is_refused(sweep):
    answer = sweep("interpolate", "nowhere", *ENDS)
    assert answer.status == 2
    assert "nowhere: expected a results folder with a sweep, found no sweep.yaml; run" in answer.err


@pytest.fixture
def scored(monkeypatch, tmp_path):
    """Interpolates in a folder with a chart; gives what is said where the table has this text."""
    (tmp_path / "sweep.yaml").touch()
    (tmp_path / "tradeoff.png").touch()
    table = tmp_path / "interpolation.csv"
    table.write_text("before")
    monkeypatch.setattr("sweep.cli.interpolate.bring_tables", lambda *_: None)
    monkeypatch.setattr("sweep.cli.interpolate._report", lambda *_: None)
    monkeypatch.setattr(
        "sweep.generators.interpolation.ends.find_end", lambda store, name: End(name, None)
    )

    def say(run, text):
        monkeypatch.setattr(
            "sweep.generators.interpolation.scoring.score_curve",
            lambda *_: table.write_text(text),
        )
        return run("interpolate", str(tmp_path), *ENDS).err

    return say


def test_charts_without_the_curve_are_said_to_be_stale(sweep, scored, tmp_path):
    said = f"note: the charts do not show this yet: `sweep plot {tmp_path}` draws it"
    assert said in scored(sweep, "after")
    assert scored(sweep, "after") == ""
    (tmp_path / "tradeoff.png").unlink()
    assert scored(sweep, "again") == ""
