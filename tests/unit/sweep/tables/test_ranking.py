import pytest

from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import hr_value, marks_of, rank_marks

NIQE = MetricColumn("niqe", "NIQE", "perception", "none", higher_is_better=False, unit="")
LPIPS = MetricColumn("lpips_alex", "LPIPS", "distortion", "full", higher_is_better=False, unit="")


def _record(method: str, niqe: float | None, status: str = "done") -> dict[str, object]:
    return {"method": method, "status": status, "niqe": niqe, "lpips_alex": niqe}


def test_best_and_second_are_marked_in_the_metric_s_direction():
    assert rank_marks({0: 1.0, 1: 3.0, 2: 2.0}, higher_is_better=True) == {1: "best", 2: "second"}
    assert rank_marks({0: 1.0, 1: 3.0, 2: 2.0}, higher_is_better=False) == {0: "best", 2: "second"}


def test_equal_values_share_the_mark_and_leave_no_second():
    assert rank_marks({0: 1.0, 1: 1.0, 2: 2.0}, higher_is_better=False) == {0: "best", 1: "best"}
    seconds = rank_marks({0: 0.0, 1: 1.0, 2: 1.0}, higher_is_better=False)
    assert seconds == {0: "best", 1: "second", 2: "second"}


@pytest.mark.parametrize("merits", [{}, {4: 1.0}])
def test_what_has_no_rival_has_no_rank(merits):
    assert rank_marks(merits, higher_is_better=True) == {}


def test_references_and_failed_trials_are_not_marked():
    records = [
        _record("bicubic", 1.0),
        _record("srresnet", 1.0),
        _record("srgan", 9.0),
        _record("srgan", 8.0),
        _record("srgan", 2.0, status="failed"),
        _record("srgan", None, status="diverged"),
        _record("theirs", 7.0),
        _record("original", 5.0),
    ]
    assert marks_of(NIQE, records, 2) == {6: "best", 3: "second"}


def test_values_beyond_hr_are_no_better_than_hr_and_than_each_other():
    records = [
        _record("original", 5.4),
        *(_record("srgan", value) for value in (3.0, 5.3, 5.5)),
    ]
    assert marks_of(NIQE, records, 2) == {1: "best", 2: "best"}
    assert marks_of(LPIPS, records, 2) == {1: "best", 2: "second"}


def test_values_that_print_the_same_rank_the_same():
    records = [_record("srgan", 8.001), _record("srgan", 8.002), _record("srgan", 9.0)]
    assert marks_of(NIQE, records, 2) == {0: "best", 1: "best"}


def test_only_a_metric_without_reference_has_a_value_for_hr():
    records = [_record("srgan", 8.0), _record("original", 5.4)]
    assert hr_value(NIQE, records) == 5.4
    assert hr_value(LPIPS, records) is None
    assert hr_value(NIQE, records[:1]) is None


def test_an_unhealthy_trial_is_not_marked():
    ill = {**_record("srgan", 2.0), "health": "colours shifted by 17.2 grey levels"}
    assert marks_of(NIQE, [ill, _record("srgan", 8.0), _record("srgan", 9.0)], 2) == {
        1: "best",
        2: "second",
    }
