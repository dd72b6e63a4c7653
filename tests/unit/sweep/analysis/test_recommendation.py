import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.recommendation import Condition, generator_path, recommend
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import read_metrics
from sweep.tables.rows import ResultRow


@pytest.fixture
def ask(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)

    def search(rows, *conditions, best="niqe", dataset=None):
        return recommend(results_frame(rows), metrics, conditions, best, dataset)

    return search


def test_the_best_that_meets_the_conditions_is_chosen(ask, usual):
    found = ask(usual.rows(), Condition("psnr_y", "min", 29), best="lpips_alex")
    assert found.chosen["trial"] == "vgg22-adv0.0001-s0-1a2b3c4d"
    assert found.chosen["psnr_y"] >= 29


def test_the_direction_is_that_of_the_metric(ask, usual):
    condition = Condition("lpips_alex", "max", 0.195)
    assert ask(usual.rows(), condition, best="psnr_y").chosen["content"] == "vgg22"
    assert ask(usual.rows(), best="niqe").chosen["content"] == "mse"


def test_several_conditions_hold_together(ask, usual):
    conditions = [Condition("psnr_y", "min", 28), Condition("lpips_alex", "max", 0.2)]
    found = ask(usual.rows(), *conditions, Condition("adv", "min", 1e-4))
    assert (found.chosen["content"], found.chosen["adv"]) == ("vgg22", 1e-4)


def test_references_are_never_recommended(ask, usual):
    base = usual.rows()[1]
    rows = [replace(base, scores={**base.scores, "niqe": 6.0}), *usual.rows()]
    assert ask(rows).chosen["method"] == "srgan"


def test_the_nearest_miss_says_how_far_it_is(ask, usual):
    found = ask(usual.rows(), Condition("psnr_y", "min", 31), best="niqe")
    assert found.chosen is None
    assert found.nearest["trial"] == "srresnet-s0"
    assert found.misses == ("psnr_y is 30.0100, 0.99 away from psnr_y >= 31",)


def test_an_infinite_bound_is_not_called_unmeasured(ask, usual):
    found = ask(usual.rows(), Condition("psnr_y", "min", math.inf), best="niqe")
    assert found.chosen is None
    (miss,) = found.misses
    assert re.fullmatch(r"psnr_y is \d+\.\d+, and nothing finite is psnr_y >= inf", miss)


def test_a_value_that_is_missing_was_not_measured(ask, usual):
    def without(row):
        scores = {column: value for column, value in row.scores.items() if column != "ssim_y"}
        return replace(row, scores=scores) if row.method == "srgan" else row

    rows = [without(row) for row in usual.rows() if row.method != "srresnet"]
    assert ask(rows, Condition("ssim_y", "min", 0.1)).misses == ("ssim_y was not measured",)


def test_unhealthy_trials_are_left_out_with_their_reason(ask, usual):
    rows = [
        replace(row, health="checkerboard") if row.content == "mse" else row for row in usual.rows()
    ]
    found = ask(rows)
    assert found.chosen["content"] != "mse"
    assert found.unhealthy[0] == "mse-adv0-s0-1a2b3c4d (checkerboard)"


def test_points_are_ranked_by_their_means_and_not_by_their_luckiest_seed(ask, usual):
    def lucky(row):
        if (row.content, row.adv, row.seed) != ("vgg54", 1e-2, 2):
            return row
        return replace(row, scores={**row.scores, "psnr_y": row.scores["psnr_y"] + 6})

    rows = [lucky(row) for row in replace(usual, seeds=(0, 1, 2)).rows()]
    trials = [row for row in rows if row.method == "srgan"]
    assert max(trials, key=lambda row: row.scores["psnr_y"]).content == "vgg54"
    found = ask(trials, best="psnr_y")
    assert (found.chosen["content"], found.chosen["adv"], found.chosen["seed"]) == ("vgg54", 0, 1)
    assert (found.mean["seeds"], found.mean["psnr_y"]) == (3, pytest.approx(30.03))


def test_niqe_below_hr_counts_as_hr_and_fidelity_breaks_the_tie(ask, usual):
    base = usual.rows()[-1]
    low = replace(base, trial="low", scores={**base.scores, "niqe": 4.0, "psnr_y": 27.0})
    faithful = replace(base, trial="faithful", scores={**base.scores, "niqe": 5.0, "psnr_y": 28.0})
    found = ask([*usual.rows(), low, faithful])
    assert found.chosen["trial"] == "faithful"
    assert found.ties == ("low",)


def test_the_data_set_can_be_chosen(ask, usual):
    rows = [*usual.rows(), *replace(usual, dataset="set14").rows()]
    assert ask(rows).dataset == "set5"
    assert ask(rows, dataset="set14").dataset == "set14"


@pytest.mark.parametrize(
    ("value", "shortfall"), [(28.0, 0), (29.0, 0), (27.5, 0.5), (None, math.inf), (math.inf, 0)]
)
def test_a_bound_counts_as_met(value, shortfall):
    assert Condition("psnr_y", "min", 28).shortfall(value) == shortfall


def test_an_infinite_bound_is_met_by_an_infinite_value():
    assert Condition("psnr_y", "min", math.inf).shortfall(math.inf) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"best": "niq"}, "metric 'niq' is unknown: .*did you mean 'niqe'"),
        ({"best": "lpips"}, "did you mean 'lpips_alex'"),
        ({"best": "steps"}, "metric 'steps' is unknown"),
        ({"dataset": "set15"}, "data set 'set15' is unknown: set5; did you mean 'set5'"),
    ],
)
def test_a_typo_is_answered_with_the_nearest_name(ask, usual, options, message):
    with pytest.raises(ConfigError, match=message):
        ask(usual.rows(), **options)


def test_a_typo_in_a_condition_is_answered_too(ask, usual):
    with pytest.raises(ConfigError, match=r"column 'psnr' is unknown: .*did you mean 'psnr_"):
        ask(usual.rows(), Condition("psnr", "min", 28))


def test_nothing_scored_is_refused(ask):
    with pytest.raises(ConfigError, match="expected at least one scored trial"):
        ask([])
    with pytest.raises(ConfigError, match="at least one healthy trial"):
        ask([ResultRow("bicubic", "bicubic", "set5", 5, 4, scores={"niqe": 8.0})])


def test_generators_lie_where_their_method_puts_them():
    folder = Path("results/x")
    trial, start = {"method": "srgan", "trial": "a"}, {"method": "srresnet", "trial": "srresnet-s0"}
    assert generator_path(folder, trial) == folder / "trials/a/generator.safetensors"
    assert generator_path(folder, start) == folder / "shared/srresnet-s0/generator.safetensors"
