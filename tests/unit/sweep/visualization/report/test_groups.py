import pytest

from sweep.tables.metric_file import Metric
from sweep.visualization.report.groups import fronts_of, groups_of

PSNR = Metric("psnr_y", "PSNR", "distortion", "full", True, "dB")
NIQE = Metric("niqe", "NIQE", "perception", "none", False, "")


def row(adv, psnr, niqe, seed=0, **more):
    return {
        "trial": f"mse-{adv}-{seed}",
        "method": "srgan",
        "content": "mse",
        "adv": adv,
        "seed": seed,
        "scale": 4,
        "dataset": "set5",
        "status": "done",
        "psnr_y": psnr,
        "niqe": niqe,
        **more,
    }


HR = row(None, None, 5.0, trial="original", method="original", content="")


def groups(rows, intervals=None):
    return groups_of(rows, ["psnr_y", "niqe"], intervals or {})


def test_seeds_become_one_point_with_their_range():
    (group,) = groups([row(0.1, 28.0, 6.0), row(0.1, 29.0, 7.0, seed=1)])
    assert group["mean"] == {"psnr_y": 28.5, "niqe": 6.5}
    assert (group["low"]["psnr_y"], group["high"]["psnr_y"]) == (28, 29)
    assert group["trials"] == ["mse-0.1-0", "mse-0.1-1"]


def test_an_interval_of_the_tables_comes_before_the_range():
    rows = [row(0.1, 28.0, 6.0), row(0.1, 29.0, 7.0, seed=1)]
    (group,) = groups(rows, {("srgan", "mse", 0.1, 4, "set5"): {"psnr_y": 2.0}})
    assert (group["low"]["psnr_y"], group["high"]["psnr_y"]) == (26.5, 30.5)
    assert (group["low"]["niqe"], group["high"]["niqe"]) == (6, 7)


def test_a_failed_seed_is_no_part_of_the_mean():
    bad = row(0.1, None, None, seed=1, status="failed")
    (group,) = groups([row(0.1, 28.0, 6.0), bad])
    assert group["mean"]["psnr_y"] == 28
    assert group["seeds"] == 1
    assert group["status"] == "done, failed"


def test_infinite_values_are_not_drawn():
    (group,) = groups([row(0.1, float("inf"), 6.0)])
    assert group["mean"] == {"niqe": 6}


def test_the_front_takes_hr_as_the_best_possible_value():
    rows = [row(0.0, 29.0, 4.0), row(0.1, 28.0, 3.0), HR]
    fronts = fronts_of(groups(rows), [PSNR, NIQE], rows)
    # Both count as 5.0, so the less faithful one is dominated.
    assert fronts == {"psnr_y|niqe": [0]}


@pytest.mark.parametrize(("health", "front"), [("", [0]), ("colour shift", [1])])
def test_unhealthy_points_are_no_part_of_the_front(health, front):
    rows = [row(0.0, 29.0, 6.0, health=health), row(0.1, 28.0, 7.0)]
    assert fronts_of(groups(rows), [PSNR, NIQE], rows) == {"psnr_y|niqe": front}
