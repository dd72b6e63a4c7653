from dataclasses import replace

import pytest

from sweep.analysis.summary import scores_by_dataset
from sweep.tables.columns import decimals_for
from sweep.tables.files import read_results
from sweep.tables.metric_file import read_metrics
from sweep.tables.rows import ResultRow
from sweep.visualization.printing.view import views_of


@pytest.fixture
def view_of(store):
    def view(rows, **options):
        folder = store(rows)
        return views_of(scores_by_dataset(read_results(folder)), read_metrics(folder), **options)

    return view


def test_each_data_set_has_its_table(view_of, usual):
    other = ResultRow("bicubic", "bicubic", "set14", 14, 4, scores={"psnr_y": 26.0})
    titles = [view.title for view in view_of([*usual.rows(), other])]
    assert titles == ["set5, x4, 1 image", "set14, x4, 14 images"]


def test_metrics_that_nobody_measured_are_left_out(view_of):
    (view,) = view_of([ResultRow("a", "theirs", "set5", 5, 4, scores={"niqe": 8.0})])
    names = {column.name for column in view.columns}
    assert "niqe" in names
    assert "psnr_y" not in names


def test_a_single_seed_and_a_finished_sweep_need_no_columns_for_them(view_of, usual):
    (view,) = view_of(usual.rows())
    essential = {column.name for column in view.essential().columns}
    assert essential.isdisjoint({"seed", "status", "steps", "train_seconds", "trial"})


def test_several_seeds_and_failures_are_essential(view_of, usual):
    rows = usual.rows()
    failed = ResultRow("x", "srgan", "set5", 1, 4, "failed", content="mse", adv=1.0, seed=1)
    (view,) = view_of([*rows, failed], each_seed=True)
    assert {"seed", "status"} <= {column.name for column in view.essential().columns}
    texts = [[cell.text for cell in row.cells] for row in view.rows]
    (line,) = [line for line in texts if "failed" in line]
    assert line.count("\N{EN DASH}") >= 6


def test_several_seeds_become_a_mean_with_its_interval(view_of, usual):
    (view,) = view_of(replace(usual, seeds=(0, 1, 2)).rows())
    assert len(view.rows) == 15
    names = [column.name for column in view.columns]
    row = next(row for row in view.rows if row.cells[1].text == "mse")
    cell = row.cells[names.index("psnr_y")]
    # Seeds are 0.03 dB apart: t of two degrees of freedom times 0.03 / sqrt(3).
    assert (cell.text, cell.spread) == ("29.63", "0.07")
    assert row.cells[names.index("seeds")].text == "3"
    assert view.has_intervals
    assert "seed" not in names


def test_seeds_that_are_missing_from_a_mean_are_counted(view_of, usual):
    rows = replace(usual, seeds=(0, 1)).rows()
    place = next(index for index, row in enumerate(rows) if row.method == "srgan")
    rows[place] = replace(rows[place], status="failed", scores={}, per_image=())
    (view,) = view_of(rows)
    names = [column.name for column in view.columns]
    row = next(row for row in view.rows if row.cells[1].text == "mse")
    assert row.cells[names.index("seeds")].text == "1 of 2"
    assert row.cells[names.index("psnr_y")].spread == ""


def test_one_seed_has_no_interval_anywhere(view_of, usual):
    (view,) = view_of(usual.rows())
    assert not view.has_intervals


def test_the_distance_to_hr_has_its_sign_and_the_decimals_of_niqe(view_of, usual):
    (view,) = view_of(usual.rows())
    place = [column.name for column in view.columns].index("niqe_minus_hr")
    assert view.rows[0].cells[place].text == "+3.02"


def test_names_cannot_steer_the_terminal(view_of):
    (view,) = view_of([ResultRow("a", "\x1b[31mred", "set\n5", 5, 4, scores={"niqe": 8.0})])
    assert view.title.startswith("set?5")
    assert view.rows[0].cells[0].text == "?[31mred"


@pytest.mark.parametrize(
    ("values", "decimals"),
    [([0.3407], 4), ([8.478], 3), ([8.478, 11.2], 2), ([28.43], 2), ([12345.0], 0), ([], 4)],
)
def test_the_largest_value_has_four_significant_digits(values, decimals):
    assert decimals_for(values) == decimals
