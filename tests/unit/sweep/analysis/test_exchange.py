from dataclasses import replace

import pytest

from sweep.analysis.exchange import exchange_sentence, exchanges_of, short_label
from sweep.analysis.fronts import front_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import MetricColumn
from sweep.tables.rows import ResultRow

PSNR = MetricColumn("psnr_y", "PSNR (Y)", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")


def trial(content: str, adv: float, psnr: float, niqe: float, seed: int = 0) -> ResultRow:
    scores = {"psnr_y": psnr, "niqe": niqe}
    name = f"{content}-{adv:g}-s{seed}"
    return ResultRow(
        name, "srgan", "set5", 5, 4, content=content, adv=adv, seed=seed, scores=scores
    )


def front(*rows):
    return front_of(scores_by_dataset(results_frame(rows))[0], PSNR, NIQE)


A = (trial("a", 0.0, 30.0, 8.0), trial("a", 0.001, 29.9, 7.5), trial("a", 0.01, 28.5, 5.5))


def test_one_curve_exchanges_decibels_for_naturalness():
    assert exchange_sentence(front(*A)) == "λ 0 to 0.01: PSNR 1.5 dB worse, NIQE 2.5 better"


@pytest.mark.parametrize(
    ("niqe", "words"),
    [(6.0, "NIQE 2 to 2.5 better"), (8.25, "NIQE 0.25 worse to 2.5 better")],
)
def test_several_curves_give_a_range(niqe, words):
    rows = (*A, trial("b", 0.0, 30.0, 8.0), trial("b", 0.01, 28.0, niqe))
    assert exchange_sentence(front(*rows)) == f"λ 0 to 0.01: PSNR 1.5 to 2 dB worse, {words}"


def test_a_curve_without_control_exchanges_nothing():
    assert exchanges_of(front(*A[1:])) == []
    assert exchange_sentence(front(*A[1:])) == ""


def test_unhealthy_ends_do_not_count():
    rows = (*A[:2], replace(A[2], health="checkerboard"))
    assert exchange_sentence(front(*rows)).startswith("λ 0 to 0.001: ")
    assert exchanges_of(front(replace(A[0], health="checkerboard"), *A[1:])) == []


@pytest.mark.parametrize(("spread", "beyond"), [(0.01, 1), (2.0, 0)])
def test_several_seeds_say_whether_the_change_is_beyond_the_bars(spread, beyond):
    rows = [
        replace(row, trial=f"{row.trial}-{seed}", seed=seed, scores=_moved(row, seed * spread))
        for row in A
        for seed in (-1, 0, 1)
    ]
    _, second = exchange_sentence(front(*rows)).splitlines()
    assert second == f"(NIQE beyond the bars for {beyond} of 1)"


def _moved(row: ResultRow, by: float) -> dict[str, float]:
    return {**row.scores, "niqe": row.scores["niqe"] + by}


def test_a_short_label_has_no_parentheses():
    assert short_label(PSNR) == "PSNR"
    assert short_label(NIQE) == "NIQE"
