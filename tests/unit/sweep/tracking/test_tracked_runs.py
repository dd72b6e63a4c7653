"""Which trials a tracker has been told of."""

from __future__ import annotations

import pytest

from sweep.errors import StoreError
from sweep.tracking.tracked_runs import TrackedRuns


def test_an_empty_folder_knows_nothing_and_leaves_nothing_behind(tmp_path):
    tracked = TrackedRuns(tmp_path / "wandb", "here")
    assert tracked.run_of("a") is None
    assert not tracked.knows("a", "1")
    assert not (tmp_path / "wandb").exists()


def test_a_trial_is_known_by_the_records_that_were_written(tmp_path):
    TrackedRuns(tmp_path, "here").write("a", "run-a", "1")
    tracked = TrackedRuns(tmp_path, "here")
    assert (tracked.run_of("a"), tracked.run_of("b")) == ("run-a", None)
    assert (tracked.knows("a", "1"), tracked.knows("a", "2")) == (True, False)


def test_a_run_that_was_only_begun_is_not_known(tmp_path):
    tracked = TrackedRuns(tmp_path, "here")
    tracked.write("a", "run-a")
    assert tracked.run_of("a") == "run-a"
    assert not tracked.knows("a", "1")


def test_each_destination_has_its_own_runs(tmp_path):
    TrackedRuns(tmp_path, "here").write("a", "run-a", "1")
    there = TrackedRuns(tmp_path, "there")
    assert there.run_of("a") is None
    there.write("a", "run-b", "1")
    assert TrackedRuns(tmp_path, "here").run_of("a") == "run-a"


def test_the_file_does_not_hold_the_destination(tmp_path):
    TrackedRuns(tmp_path, "https://me:secret@example.org").write("a", "run-a", "1")
    assert "secret" not in (tmp_path / "tracked.json").read_text()


@pytest.mark.parametrize(
    "content",
    [
        *["", "[]", "{}", '{"schema": 99}', '{"schema": 99, "destinations": {}}', "[" * 100_000],
        *['{"schema": 1, "destinations": []}', '{"schema": 1, "destinations": {"x": {"a": 1}}}'],
    ],
)
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "tracked.json").write_text(content)
    with pytest.raises(
        StoreError, match=r"tracked\.json: (is damaged; delete it|expected schema 1)"
    ):
        TrackedRuns(tmp_path, "here").knows("a", "1")
