import math
from pathlib import Path

import pytest

from srgan_core.data.pairing import Pair
from sweep.scoring.external.batch import Outcome, Protocol
from sweep.scoring.external.scored_method import ScoredMethod
from sweep.visualization.printing.scores import MOST_ROWS, print_scores, title_of


def scored(*values: float, problem: str = "") -> ScoredMethod:
    outcomes = tuple(
        Outcome(Pair(f"im{i}", Path(f"{i}.png")), {"psnr_y": value, "niqe": 5.0})
        for i, value in enumerate(values)
    )
    bad = (Outcome(Pair("bad", Path("bad.png")), {}, problem),) if problem else ()
    protocol = Protocol(("psnr_y", "niqe"), 4)
    return ScoredMethod("My\x1bNet", "set5", protocol, outcomes + bad, ({"niqe": 4.5},), {}, {}, {})


def test_each_image_has_a_row_and_the_means_of_both_stand_below(capsys):
    print_scores(scored(27.5, 28.5))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["im0", "27.50", "5.000"] in lines
    assert ["mean", "28.00", "5.000"] in lines
    (hr,) = [line for line in lines if line[:2] == ["HR", "itself"]]
    assert (len(hr), hr[-1]) == (4, "4.500")
    assert "border of 4 px cut where a metric cuts one" in " ".join(lines[-1])


@pytest.mark.parametrize(("value", "text"), [(math.inf, "inf"), (math.nan, "-")])
def test_what_is_no_number_is_told_apart(capsys, value, text):
    print_scores(scored(27.5, value))
    (row,) = [line for line in capsys.readouterr().out.splitlines() if line.startswith("im1")]
    assert row.split()[1].replace("\N{EN DASH}", "-") == text


def test_many_images_are_left_to_the_file(capsys):
    print_scores(scored(*([27.5] * (MOST_ROWS + 1))))
    out = capsys.readouterr().out
    assert "im0" not in out
    assert "mean" in out


def test_the_title_counts_what_was_scored_and_shows_any_name():
    assert title_of(scored(27.5)) == "My?Net: set5, x4, 1 image"
    assert title_of(scored(27.5, problem="damaged")) == "My?Net: set5, x4, 1 of 2 images"
