import pytest

from sweep.analysis.interpolation_verdict import interpolation_takeaway, judge, judge_all
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.curves import interpolation_frame
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.tables.rows import ResultRow

ENDS = {"from": "a", "to": "b", "space": "weights", "dataset": "set5", "images": 5}


def row(trial, psnr, lpips, method="srgan", **more):
    scores = {"psnr_y": psnr, "lpips_alex": lpips}
    return ResultRow(trial, method, "set5", 5, 4, scores=scores, seed=0, **more)


def _scores(rows):
    return scores_by_dataset(results_frame(rows))[0]


def curve(*points):
    return interpolation_frame(
        [ENDS | {"alpha": alpha, "psnr_y": x, "lpips_alex": y} for alpha, x, y in points]
    )


@pytest.fixture
def metrics(tmp_path, describe):
    describe(tmp_path)
    read = read_metrics(tmp_path)
    return read["psnr_y"], read["lpips_alex"]


CURVE = curve((0, 30, 0.20), (0.5, 29, 0.15), (1, 27, 0.14))
ROWS = [
    row("bicubic", 28, 0.34, "bicubic"),
    row("a", 30, 0.20, content="mse", adv=0.0),
    row("b", 27, 0.14, content="mse", adv=0.1),
]


@pytest.mark.parametrize(
    ("point", "place"),
    [((29.5, 0.14), "better"), ((28.5, 0.16), "worse"), ((29.5, 0.16), "neither")],
)
def test_a_trial_beats_the_curve_is_beaten_or_neither(metrics, point, place):
    frame = _scores([*ROWS, row("c", *point, content="mse", adv=0.01)])
    verdict = judge(frame, CURVE, *metrics)
    assert {p: getattr(verdict, p) for p in ("better", "worse", "neither")} == {
        "better": (),
        "worse": (),
        "neither": (),
        place: ("c",),
    }


def test_every_pair_of_axes_that_was_measured_is_judged(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    frame = results_frame([*ROWS, row("c", 29.5, 0.14, content="mse", adv=0.01)])
    (verdict,) = judge_all(frame, CURVE, metrics)
    assert (verdict.dataset, verdict.better) == ("set5", ("c",))
    assert verdict.y_label == metrics["lpips_alex"].label
    assert list(judge_all(frame, CURVE, {"psnr_y": metrics["psnr_y"]})) == []


def test_ends_and_unhealthy_trials_are_on_neither_side(metrics):
    broken = row("c", 29.5, 0.1, content="mse", adv=0.01, health="checkerboard pattern")
    assert judge(_scores([*ROWS, broken]), CURVE, *metrics) is None


def test_a_curve_that_bends_further_dominates_more(metrics):
    frame = _scores([*ROWS, row("c", 28.5, 0.16, content="mse", adv=0.01)])
    straight = curve((0, 30, 0.20), (0.5, 28.5, 0.17), (1, 27, 0.14))
    areas = [judge(frame, points, *metrics).curve_area for points in (straight, CURVE)]
    assert areas[0] < areas[1]
    sentence = judge(frame, CURVE, *metrics).sentence()
    assert sentence.startswith(
        "set5, LPIPS (AlexNet) over PSNR (Y): 0 trials better than the curve, 1 worse"
    )


def test_a_curve_of_ends_alone_proves_nothing(metrics):
    frame = _scores([*ROWS, row("c", 28.5, 0.16, content="mse", adv=0.01)])
    assert judge(frame, curve((0, 30, 0.20), (1, 27, 0.14)), *metrics) is None


def test_a_trial_that_was_not_scored_to_its_end_is_on_neither_side(metrics):
    failed = row("c", 29.5, 0.1, content="mse", adv=0.01, status="failed")
    assert judge(_scores([*ROWS, failed]), CURVE, *metrics) is None


def test_a_trial_that_beats_one_point_and_is_beaten_by_another_is_neither(metrics):
    wavy = curve((0, 30, 0.20), (0.3, 29, 0.13), (0.6, 28, 0.19), (1, 27, 0.14))
    frame = _scores([*ROWS, row("c", 28.5, 0.15, content="mse", adv=0.01)])
    verdict = judge(frame, wavy, *metrics)
    assert (verdict.better, verdict.worse, verdict.neither) == ((), (), ("c",))


def test_another_srresnet_is_no_trial(metrics):
    frame = _scores([*ROWS, row("d", 28.5, 0.16, "srresnet")])
    assert judge(frame, CURVE, *metrics) is None


def test_the_takeaway_counts_and_says_where(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    frame = _scores(
        [
            *ROWS,
            row("c", 29.5, 0.14, content="mse", adv=0.01),
            row("d", 28.5, 0.16, content="mse", adv=0.02),
            row("e", 28.0, 0.16, content="mse", adv=0.03),
        ]
    )
    assert interpolation_takeaway(frame, CURVE, metrics) == (
        "Better than interpolation, which is free: LPIPS: 1 of 3 trials (29.5 dB), "
        "2 worse (28.0 to 28.5 dB)."
    )
    assert interpolation_takeaway(frame, None, metrics) == ""
    assert interpolation_takeaway(frame, CURVE[CURVE["dataset"] == "x"], metrics) == ""
