import pytest

from sweep.errors import StoreError
from sweep.metrics.registry import METRICS
from sweep.store.folder import METRICS_FILE
from sweep.tables.metric_file import read_metrics


def test_metrics_read_back_in_order(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    assert list(metrics) == list(METRICS)
    for column, spec in METRICS.items():
        assert metrics[column].label == spec.label
        assert metrics[column].higher_is_better == spec.higher_is_better


def test_a_value_beyond_hr_counts_as_that_of_hr(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    assert metrics["niqe"].merit(5.1, 5.4) == 5.4
    assert metrics["niqe"].merit(5.6, 5.4) == 5.6
    assert metrics["psnr_y"].merit(31.0, 30.0) == 30.0
    assert metrics["psnr_y"].merit(31.0, None) == 31.0


def test_headings_name_unit_and_direction(tmp_path, describe):
    describe(tmp_path)
    metrics = read_metrics(tmp_path)
    assert metrics["psnr_y"].heading == "PSNR (Y) [dB] ↑"
    assert metrics["niqe"].heading == "NIQE ↓"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "is damaged; run the sweep again to rewrite it"),
        ('{"schema": 2}', "expected schema 1, got 2"),
        ("[]", "is damaged; run the sweep again"),
        ('{"schema": 1}', r"\(metrics: Field required"),
        ('{"schema": 1, "metrics": [{"column": "a"}]}', r"\(metrics\.0\.label: Field required"),
    ],
)
def test_a_damaged_file_says_what_is_wrong(tmp_path, text, message):
    (tmp_path / METRICS_FILE).write_text(text)
    with pytest.raises(StoreError, match=message):
        read_metrics(tmp_path)


def test_a_field_of_the_wrong_type_is_refused(tmp_path, describe):
    describe(tmp_path, ["niqe"])
    path = tmp_path / METRICS_FILE
    path.write_text(path.read_text().replace("false", '"no"'))
    with pytest.raises(StoreError, match="higher_is_better"):
        read_metrics(tmp_path)


def test_a_missing_file_says_what_to_run(tmp_path):
    with pytest.raises(StoreError, match=r"metrics\.json: no such file; run `sweep run"):
        read_metrics(tmp_path)
