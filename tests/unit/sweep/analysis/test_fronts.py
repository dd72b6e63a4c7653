from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweep.analysis.front_report import (
    COLUMNS,
    FRONTIER,
    front_lines,
    front_summary,
    write_frontier,
)
from sweep.analysis.fronts import front_of, fronts_of
from sweep.analysis.summary import scores_by_dataset
from sweep.tables.files import read_table
from sweep.tables.frames import results_frame
from sweep.tables.metric_file import MetricColumn, read_metrics
from sweep.tables.rows import ResultRow
from sweep.tables.tables import read_tables

PSNR = MetricColumn("psnr_y", "PSNR (Y)", "distortion", "full", True, "dB")
LPIPS = MetricColumn("lpips_alex", "LPIPS (AlexNet)", "distortion", "full", False, "")
NIQE = MetricColumn("niqe", "NIQE", "perception", "none", False, "")


def _trial(content: str, psnr: float, lpips: float, seed: int = 0, **more: object) -> ResultRow:
    scores = {"psnr_y": psnr, "lpips_alex": lpips}
    name = f"{content}-s{seed}"
    return ResultRow(
        name, "srgan", "set5", 5, 4, content=content, adv=0.0, seed=seed, scores=scores, **more
    )


BICUBIC = ResultRow("bicubic", "bicubic", "set5", 5, 4, scores={"psnr_y": 28.0, "lpips_alex": 0.34})


def _scores(rows):
    return scores_by_dataset(results_frame(rows))[0]


def _front(*rows):
    return front_of(_scores(rows), PSNR, LPIPS)


def _states(front):
    return {point.name: point.state for point in front.candidates}


def test_the_reference_point_is_four_decibels_below_bicubic():
    front = _front(BICUBIC, _trial("a", 30.0, 0.24))
    assert front.reference == (24.0, 0.34)
    assert front.hypervolume == pytest.approx(6.0 * 0.1)
    assert front_summary(front) == (
        "hypervolume 0.6 up to 4 dB below bicubic (24 dB) and its LPIPS (AlexNet) (0.34), no knee"
    )


def test_what_a_generator_of_others_costs_goes_with_it():
    scores = {"psnr_y": 29.0, "lpips_alex": 0.3}
    theirs = ResultRow("RRDB", "RRDB", "set5", 5, 4, scores=scores, parameters=16_697_987)
    paced = replace(theirs, method="SwinIR", trial="SwinIR", megapixel_seconds=241.8)
    front = _front(BICUBIC, theirs, paced)
    assert [point.cost for point in front.others] == ["", "16.7 M", "16.7 M, 242 s/MP"]


def test_without_bicubic_there_is_no_area_and_still_a_front():
    front = _front(_trial("a", 30.0, 0.24), _trial("b", 29.0, 0.3))
    assert (front.reference, front.hypervolume) == (None, None)
    assert _states(front) == {"a@0": "front", "b@0": "dominated"}
    assert front.candidates[1].dominated_by == "a@0"


def test_equal_points_share_the_front_and_add_nothing_alone():
    front = _front(BICUBIC, _trial("a", 30.0, 0.24), _trial("b", 30.0, 0.24))
    assert set(_states(front).values()) == {"front"}
    assert [point.contribution for point in front.candidates] == [0, 0]


def _seeds(content: str, psnr: float, lpips: float, spread: float) -> list[ResultRow]:
    return [
        _trial(content, psnr + step * spread, lpips + step * spread / 100, seed)
        for seed, step in enumerate((-1, 0, 1))
    ]


@pytest.mark.parametrize(
    ("spread", "state"), [(0.05, "dominated"), (1.0, "dominated by the means")]
)
def test_a_point_is_dominated_only_beyond_the_intervals(spread, state):
    front = _front(*_seeds("a", 30.0, 0.2, spread), *_seeds("b", 29.0, 0.21, spread))
    assert _states(front) == {"a@0": "front", "b@0": state}
    assert front.candidates[1].dominated_by == "a@0"
    text = " ".join(front_lines([front]))
    assert ("not beyond the intervals: b@0" in text) == (state == "dominated by the means")


def test_one_seed_has_no_interval():
    assert _front(_trial("a", 30.0, 0.2)).candidates[0].x_half is None


def test_unhealthy_points_are_out_of_front_area_and_knee():
    sick = _trial("a", 35.0, 0.1, health="checkerboard")
    front = _front(BICUBIC, sick, _trial("b", 30.0, 0.24))
    assert _states(front) == {"a@0": "unhealthy", "b@0": "front"}
    assert front.hypervolume == pytest.approx(0.6)
    assert front_lines([front])[-1] == "left out of the fronts: a@0 (checkerboard)"


def test_one_unhealthy_seed_keeps_its_mean_out():
    rows = _seeds("a", 35.0, 0.1, 0.1)
    rows[1] = replace(rows[1], health="colours shifted")
    assert _front(*rows).candidates[0].health == "seed 1: colours shifted"


def test_the_knee_is_named():
    rows = [_trial("a", 30.0, 0.3), _trial("b", 29.5, 0.2), _trial("c", 27.0, 0.19)]
    assert _front(*(replace(row, adv=0.1) for row in rows)).knee == "b@0.1"


def test_the_control_is_no_knee():
    rows = [_trial("a", 30.0, 0.3), _trial("b", 29.5, 0.2), _trial("c", 27.0, 0.19)]
    assert _front(*rows).knee == ""
    between = replace(_trial("d", 28.9, 0.198), adv=0.01)
    assert _front(*rows, between).knee == "d@0.01"


def test_niqe_below_hr_counts_as_hr():
    def row(name: str, psnr: float, niqe: float) -> ResultRow:
        return replace(_trial(name, psnr, 0.2), scores={"psnr_y": psnr, "niqe": niqe})

    hr = ResultRow("original", "original", "set5", 5, 4, scores={"niqe": 5.4})
    front = front_of(_scores([hr, row("a", 29.0, 4.0), row("b", 30.0, 5.0)]), PSNR, NIQE)
    assert _states(front) == {"a@0": "dominated", "b@0": "front"}


def test_hr_bounds_the_horizontal_axis_too():
    def row(name: str, lpips: float, niqe: float) -> ResultRow:
        return replace(_trial(name, 30.0, lpips), scores={"lpips_alex": lpips, "niqe": niqe})

    hr = ResultRow("original", "original", "set5", 5, 4, scores={"niqe": 5.4})
    front = front_of(_scores([hr, row("a", 0.2, 4.0), row("b", 0.1, 5.0)]), NIQE, LPIPS)
    # Both count as 5.4, so the less faithful one is dominated.
    assert _states(front) == {"a@0": "dominated", "b@0": "front"}


values = st.tuples(st.integers(20, 24).map(float), st.integers(1, 5).map(lambda x: x / 10))


@settings(deadline=None, max_examples=25)
@given(st.lists(values, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_neither_order_nor_names_decide_about_the_front(points, random):
    rows = [_trial(f"c{place}", *point) for place, point in enumerate(points)]
    shuffled = random.sample(rows, len(rows))
    one, other = _front(*rows), _front(*shuffled)
    assert _states(one) == _states(other)
    assert one.hypervolume == other.hypervolume


def test_every_data_set_and_axis_has_its_front(store, usual):
    folder = store([*usual.rows(), *replace(usual, dataset="set14").rows()])
    tables = read_tables(folder)
    fronts = list(fronts_of(scores_by_dataset(tables.results), tables.metrics))
    assert [(front.dataset, front.axes.y.column) for front in fronts] == [
        ("set5", "niqe"),
        ("set5", "lpips_alex"),
        ("set14", "niqe"),
        ("set14", "lpips_alex"),
    ]


def test_the_file_reads_back_with_its_columns(store, usual):
    folder = store(usual.rows())
    assert write_frontier(read_tables(folder)) == folder / FRONTIER
    table = read_table(folder, FRONTIER, COLUMNS)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == 2 * 13
    knees = table[table["knee"] == "knee"]
    assert set(knees["state"]) <= {"front"}
    assert (table["contribution"][table["state"] != "front"] == 0).all()


def test_an_empty_table_has_an_empty_file(store):
    folder = store([])
    assert write_frontier(read_tables(folder)).read_text() == ",".join(COLUMNS) + "\n"


@pytest.fixture
def panel(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)

    def collect(rows, column="lpips_alex"):
        return front_of(_scores(rows), metrics["psnr_y"], metrics[column])

    return collect


def test_each_loss_is_a_line_in_the_order_of_the_coefficient(panel, usual):
    lines = panel(usual.rows()[::-1]).lines
    assert set(lines) == {"mse", "vgg22", "vgg54"}
    for points in lines.values():
        assert [point.adv for point in points] == [0.0, 1e-4, 1e-3, 1e-2]


def test_references_are_apart(panel, usual):
    data = panel(usual.rows())
    assert [point.method for point in data.references] == ["srresnet", "bicubic"]
    assert data.references[0].x == pytest.approx(30.01)
    assert [point.curve for point in data.others] == ["bicubic"]


def test_only_a_metric_without_reference_has_a_line_for_hr(panel, usual):
    assert panel(usual.rows(), "niqe").axes.y_hr == pytest.approx(5.459)
    assert panel(usual.rows()).axes.y_hr is None


def test_the_front_is_that_of_the_trained_generators(panel, usual):
    data = panel(usual.rows())
    front = {(point.curve, point.adv) for point in data.candidates if point.on_front}
    losses = {("vgg22", 1e-3), ("vgg22", 1e-4), ("vgg22", 0.0), ("vgg54", 0.0)}
    assert front == {*losses, ("srresnet", None)}
    assert not any(point.on_front for point in data.others)


def test_the_front_is_a_staircase_from_high_fidelity_down(panel, usual):
    corners = panel(usual.rows()).staircase()
    assert corners[0] == (30.01, 0.2312)
    assert corners[1] == (pytest.approx(30.0), 0.2312)
    assert [x for x, _ in corners] == sorted((x for x, _ in corners), reverse=True)
    assert [y for _, y in corners] == sorted((y for _, y in corners), reverse=True)


def test_niqe_below_hr_does_not_win_the_front(panel, usual):
    better = {"psnr_y": 29.0, "lpips_alex": 0.3, "niqe": 5.0}
    faithful = {"psnr_y": 31.0, "lpips_alex": 0.3, "niqe": 5.2}
    base = usual.rows()[-1]
    rows = [replace(base, adv=2.0, scores=better), replace(base, adv=3.0, scores=faithful)]
    data = panel([*usual.rows()[:3], *rows], "niqe")
    assert {p.adv for p in data.candidates if p.on_front} == {3.0}


def test_seeds_become_one_point(panel, usual):
    data = panel(replace(usual, seeds=(0, 1, 2)).rows())
    assert len(data.lines["mse"]) == 4
    assert data.lines["vgg22"][0].x == pytest.approx(29.83)


def test_dominance_within_the_intervals_is_told_apart(panel, usual):
    rows = [
        replace(row, scores={**row.scores, "psnr_y": row.scores["psnr_y"] + row.seed})
        for row in replace(usual, seeds=(0, 1, 2)).rows()
        if row.method == "srgan"
    ]
    states = {point.state for point in panel(rows).candidates}
    assert states >= {"front", "dominated by the means"}
    assert {point.state for point in panel(usual.rows()).candidates} == {"front", "dominated"}
