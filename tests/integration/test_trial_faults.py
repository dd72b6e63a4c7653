"""One trial of a tiny generator under faults: what its record says, and that its bytes stay."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from srgan_core.data.images import write_png
from srgan_core.training import learner
from srgan_core.training.packed_data import open_data
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.running import run_job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder

SUPPORT = Path(__file__).resolve().parents[1] / "support" / "reliability"


@pytest.fixture(scope="module")
def kills() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SUPPORT)
        import training_kills

        yield training_kills


@pytest.fixture
def job(kills, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> TrainJob:
    monkeypatch.setattr(learner, "fresh_generator", kills.tiny_generator)
    for index in range(2):
        write_png(tmp_path / "photographs" / f"{index}.png", kills.noise(index, 64))
    made = kills.make_job(tmp_path / "sweep", tmp_path / "photographs")
    training = made.spec.training.model_copy(update={"steps": 12})
    return replace(made, spec=made.spec.model_copy(update={"training": training}))


def run(job: TrainJob, stop_after: int | None = None) -> tuple[str, list[str]]:
    """Runs a job; returns its state and the warnings."""
    steps: list[int] = []
    warnings: list[str] = []

    def emit(event: Event) -> None:
        if event.kind == "progress":
            steps.append(event.fields["iteration"])
        if event.kind == "warning":
            warnings.append(event.fields["message"])

    def should_stop() -> bool:
        return stop_after is not None and len(steps) >= stop_after

    return run_job(job, Context(emit, should_stop, "cpu", 1)), warnings


def test_a_damaged_checkpoint_is_said_and_changes_nothing(kills, job, tmp_path):
    calm = replace(job, folder=tmp_path / "sweep" / "trials" / "calm")
    assert run(calm)[0] == "done"
    assert run(job, stop_after=9)[0] == "interrupted"
    newest = max((job.folder / "checkpoints").iterdir()) / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-7])
    state, warnings = run(job)
    assert state == "done"
    assert any("set aside as damaged-000000009" in message for message in warnings)
    record = TrialFolder(job.folder).read_trial()
    assert len(record.quarantined) == 1
    assert record.attempts[-1].resumed_from == 6
    assert kills.differing(kills.belongings(calm), kills.belongings(job)) == []


def test_a_trial_that_was_cut_off_before_the_end_of_its_path_gets_it(job):
    job = replace(job, score_every=5)
    assert run(job)[0] == "done"
    files = TrialFolder(job.folder)
    path = files.read_path()
    assert list(path.root) == [5, 10, 12]
    files.write_path(path.model_copy(update={"root": {5: path.root[5], 10: path.root[10]}}))
    files.update_trial(state="trained")
    assert run(job)[0] == "done"
    assert files.read_path() == path


def test_training_images_that_changed_are_refused_before_a_step(kills, job, tmp_path):
    (images, _), *_ = open_data(job.spec.data, job.spec.training.patch_size)
    SweepStore(job.root).add_data_keys({images.name: images.key})
    assert run(job, stop_after=5)[0] == "interrupted"
    assert TrialFolder(job.folder).read_trial().data == {images.name: images.key}
    write_png(tmp_path / "photographs" / "0.png", kills.noise(9, 64))
    state, (warning,) = run(job)
    assert state == "failed"
    assert "expected the images that the sweep began with" in warning
    assert not (job.folder / "generator.safetensors").exists()


def test_a_second_result_that_differs_is_reported_and_the_first_stands(job):
    assert run(job)[0] == "done"
    files = TrialFolder(job.folder)
    first = files.read_result()
    (files.path / "result.json").unlink()
    files.write_result(first.model_copy(update={"generator_sha256": "0" * 64, "scores": {}}))
    files.update_trial(state="trained")
    published = files.read_result()
    (aside,) = {files.write_result(first)}
    assert aside.name.startswith("result.conflict-")
    assert files.read_result() == published
