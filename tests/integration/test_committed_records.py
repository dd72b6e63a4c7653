"""Every record under results/ is read, and would be written again byte by byte."""

from pathlib import Path

import pytest

from sweep.store.records.base import File, read_record
from sweep.store.records.folder import DataKeys, ReferenceRecord
from sweep.store.records.log import read_log
from sweep.store.records.metrics import MetricsRecord
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.records.trial import TrialRecord

RESULTS = Path(__file__).parents[2] / "results"

KINDS: dict[str, type[File]] = {
    "*/*/*/trial.json": TrialRecord,
    "*/*/*/result.json": ResultRecord,
    "*/metrics.json": MetricsRecord,
    "*/reference/*/reference.json": ReferenceRecord,
    "*/reference/*/scores.json": ReferenceScores,
    "*/shared/data.json": DataKeys,
}


@pytest.mark.parametrize("pattern", KINDS)
def test_a_record_keeps_its_bytes(pattern):
    paths = sorted(RESULTS.glob(pattern))
    assert paths
    for path in paths:
        record = read_record(path, KINDS[pattern])
        assert record is not None
        assert record.encoded() == path.read_bytes(), path


def test_every_line_of_a_log_is_read():
    logs = sorted(RESULTS.glob("*/trials/*/log.jsonl"))
    assert logs
    for log in logs:
        assert len(read_log(log)) == len(log.read_text().splitlines()), log
