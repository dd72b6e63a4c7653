import math

import pytest

from sweep.metrics.registry import METRICS
from sweep.scoring.aggregation import aggregate, summarise


def test_the_mean_is_arithmetic():
    assert summarise([{"niqe": 1.0, "psnr_y": 0.5}, {"niqe": 4.0, "psnr_y": 0.0}]) == {
        "psnr_y": 0.25,
        "niqe": 2.5,
    }


def test_rmse_of_a_set_is_the_root_of_the_mean_squared_error_over_its_images():
    squared_errors = [4.0, 16.0, 100.0]
    values = [math.sqrt(error) for error in squared_errors]
    assert aggregate("rmse", values) == pytest.approx(math.sqrt(sum(squared_errors) / 3))
    assert aggregate("rmse", values) != pytest.approx(sum(values) / 3)


def test_only_rmse_is_combined_otherwise_than_by_the_mean():
    others = {c for c, spec in METRICS.items() if spec.aggregation == "root mean square"}
    assert others == {"rmse"}
    for column in METRICS.keys() - others:
        assert aggregate(column, [1.0, 2.0, 6.0]) == 3.0


def test_one_perfect_image_makes_the_mean_infinite():
    assert summarise([{"psnr_y": math.inf}, {"psnr_y": 30.0}]) == {"psnr_y": math.inf}


def test_one_image_without_a_score_leaves_the_value_undefined():
    assert math.isnan(summarise([{"rmse": math.nan}, {"rmse": 5.0}])["rmse"])


def test_columns_that_an_image_lacks_are_left_out():
    assert summarise([{"psnr_y": 1.0, "niqe": 2.0}, {"psnr_y": 3.0}]) == {"psnr_y": 2.0}


def test_columns_come_in_table_order_whatever_order_they_were_scored_in():
    assert list(summarise([{"gmsd": 0.1, "niqe": 5.0, "psnr_y": 30.0}])) == [
        *("psnr_y", "niqe", "gmsd"),
    ]


def test_no_images_have_no_means():
    assert summarise([]) == {}


def test_the_order_of_the_images_does_not_matter():
    rows = [{"psnr_y": value, "rmse": value / 3} for value in (31.79, 30.19, 22.1, 31.62, 26.47)]
    assert summarise(rows) == summarise(rows[::-1])
