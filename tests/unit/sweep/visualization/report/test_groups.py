import pytest

from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import front_of
from sweep.analysis.statistics.intervals import mean_half_width
from sweep.analysis.summary import DatasetScores, seed_means
from sweep.tables.metric_file import MetricColumn
from sweep.visualization.report.groups import groups_of, pairs_of

PSNR = MetricColumn("psnr_y", "PSNR", "distortion", "full", True, "dB")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")
COLUMNS = ("psnr_y", "niqe")


def row(adv, psnr, niqe, seed=0, **more):
    return {
        "trial": f"mse-{adv}-{seed}",
        "method": "srgan",
        "content": "mse",
        "adv": adv,
        "seed": seed,
        "scale": 4,
        "dataset": "set5",
        "images": 5,
        "status": "done",
        "psnr_y": psnr,
        "niqe": niqe,
        **more,
    }


HR = row(None, None, 5.0, trial="original", method="original", content="")


def scores(rows):
    return DatasetScores("set5", tuple(rows), tuple(seed_means(rows, COLUMNS)))


def groups(rows):
    return groups_of(scores(rows), COLUMNS)


def test_seeds_become_one_point_with_its_interval():
    (group,) = groups([row(0.1, 28.0, 6.0), row(0.1, 29.0, 7.0, seed=1)])
    assert group["mean"] == {"psnr_y": 28.5, "niqe": 6.5}
    half = mean_half_width([28.0, 29.0])
    assert group["half"] == {"psnr_y": pytest.approx(half), "niqe": pytest.approx(half, rel=1e-5)}
    assert group["trials"] == ["mse-0.1-0", "mse-0.1-1"]


def test_a_failed_seed_is_no_part_of_the_mean():
    bad = row(0.1, None, None, seed=1, status="failed")
    (group,) = groups([row(0.1, 28.0, 6.0), bad])
    assert group["mean"]["psnr_y"] == 28
    assert group["seeds"] == 1
    assert group["status"] == "done, failed"


def test_a_mean_over_some_of_the_scored_seeds_is_none_as_in_the_tables():
    (group,) = groups([row(0.1, 28.0, 6.0), row(0.1, 29.0, None, seed=1)])
    assert group["mean"] == {"psnr_y": 28.5}


def test_infinite_values_are_told_and_have_no_interval():
    (group,) = groups([row(0.1, float("inf"), 6.0), row(0.1, 30.0, 6.0, seed=1)])
    assert group["mean"] == {"psnr_y": "inf", "niqe": 6}
    assert group["half"] == {"niqe": 0}


def test_an_unhealthy_seed_is_named():
    (group,) = groups([row(0.1, 28.0, 6.0), row(0.1, 29.0, 6.0, seed=1, health="grid")])
    assert group["health"] == "seed 1: grid"


def test_the_front_takes_hr_as_the_best_possible_value():
    # Both count as 5.0, so the less faithful one is dominated.
    listed = scores([row(0.0, 29.0, 4.0), row(0.1, 28.0, 3.0), HR])
    for axes in ([PSNR, NIQE], [NIQE, PSNR]):
        assert {pair.front for pair in pairs_of(listed, axes).values()} == {(0,)}


@pytest.mark.parametrize(("health", "front"), [("", (0,)), ("colour shift", (1,))])
def test_unhealthy_points_are_no_part_of_the_front(health, front):
    listed = scores([row(0.0, 29.0, 6.0, health=health), row(0.1, 28.0, 7.0)])
    assert pairs_of(listed, [PSNR, NIQE])["psnr_y|niqe"].front == front


def test_every_pair_of_axes_says_what_lambda_buys():
    rows = [row(0.0, 30.0, 8.0), row(0.01, 28.5, 6.0), HR]
    pairs = pairs_of(scores(rows), [PSNR, NIQE])
    assert {axes: pair.exchange for axes, pair in pairs.items()} == {
        "psnr_y|niqe": "λ 0 to 0.01: PSNR 1.5 dB worse, NIQE 2 better.",
        "niqe|psnr_y": "λ 0 to 0.01: NIQE 2 better, PSNR 1.5 dB worse.",
    }
    alone = pairs_of(scores(rows[1:]), [PSNR, NIQE])
    assert {pair.exchange for pair in alone.values()} == {""}


def test_over_several_seeds_it_says_what_is_beyond_the_bars():
    rows = [row(a, 30 - a, 8 - a + s / 9, seed=s) for a in (0.0, 1.0) for s in (0, 1, 2)]
    sentence = pairs_of(scores(rows), [PSNR, NIQE])["psnr_y|niqe"].exchange
    assert sentence == (
        "λ 0 to 1: PSNR 1 dB worse, NIQE 1 better (NIQE beyond the bars for 1 of 1)."
    )


BICUBIC = row(None, 28.0, 8.0, trial="bicubic", method="bicubic", content="")


def test_the_knee_and_the_area_are_those_of_the_analysis():
    rows = [BICUBIC, row(0.0, 30.0, 8.0), row(0.01, 29.8, 6.0), row(0.1, 27.0, 5.8)]
    pairs = pairs_of(scores(rows), [PSNR, NIQE])
    expected = front_summary(front_of(scores(rows), PSNR, NIQE))
    assert expected.startswith("hypervolume ")
    # Decibels upwards leave the area what it is.
    for axes in ("psnr_y|niqe", "niqe|psnr_y"):
        assert pairs[axes].knee == 2
        assert pairs[axes].summary == f"H{expected[1:]}."


def test_without_a_front_nothing_is_said_of_it():
    (pair, _) = pairs_of(scores([BICUBIC]), [PSNR, NIQE]).values()
    assert (pair.front, pair.knee, pair.summary) == ((), None, "")


def test_what_only_the_means_dominate_is_told_apart():
    rows = [row(0.0, 29.0, 6.0), row(0.1, 28.9, 5.0), row(0.1, 29.3, 7.5, seed=1)]
    pair = pairs_of(scores([row(0.0, 29.2, 6.0), *rows[1:]]), [PSNR, NIQE])["psnr_y|niqe"]
    assert (pair.front, pair.unsure) == ((0,), (1,))


def test_a_group_has_the_values_of_further_axes_by_their_names():
    rate = "adversarial.learning_rate"
    found = groups([row(0.1, 28.0, 6.0, **{rate: 5e-5}), row(0.1, 29.0, 7.0, 1, **{rate: 1e-4})])
    assert [group["setting"] for group in found] == [
        {"learning_rate": "0.00005"},
        {"learning_rate": "0.0001"},
    ]
    assert groups([row(0.1, 28.0, 6.0)])[0]["setting"] == {}
