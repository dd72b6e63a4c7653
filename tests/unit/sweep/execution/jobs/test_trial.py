import json
from pathlib import Path

import pytest

from srgan_core.files import file_sha256, write_atomically
from sweep.errors import TrialError
from sweep.execution.jobs.context import Context, Event, StoppedError
from sweep.execution.jobs.failing import record_failure
from sweep.execution.jobs.missing import TestSetJob
from sweep.execution.jobs.reference import ReferenceJob
from sweep.execution.jobs.running import run_job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import ReferenceScores
from sweep.store.trial_folder import TrialFolder

TEST_SET = TestSetJob("pets", ("cat", "dog"), ("psnr_y", "niqe"), 4)


def context(events: list[Event], stop: bool = False) -> Context:
    return Context(emit=events.append, should_stop=lambda: stop, device="cpu", threads=1)


def train_job(folder: Path, **changes: object) -> TrainJob:
    fields = {
        "root": folder,
        "folder": folder / "trials" / "x",
        "label": "x",
        "identity": {"trial": "x"},
        "spec": None,
        "init": None,
        "test_sets": (TEST_SET,),
    }
    return TrainJob(**(fields | changes))


def test_a_job_is_not_begun_once_the_sweep_ends(tmp_path):
    events: list[Event] = []
    assert run_job(train_job(tmp_path), context(events, stop=True)) == "interrupted"
    assert events == []
    assert list(tmp_path.iterdir()) == []


def test_checking_raises_only_when_the_sweep_ends():
    context([]).check()
    with pytest.raises(StoppedError):
        context([], stop=True).check()


def test_a_foreseen_error_becomes_the_cause(tmp_path, monkeypatch):
    def fail(self: TrainJob, lent: Context) -> str:
        raise TrialError("the reason")

    monkeypatch.setattr(TrainJob, "run", fail)
    events: list[Event] = []
    assert run_job(train_job(tmp_path), context(events)) == "failed"
    assert [event.kind for event in events] == ["started", "warning", "failed"]
    assert events[1].fields == {"message": "the reason"}
    record = TrialFolder(tmp_path / "trials" / "x").read_trial()
    assert (record.state, record.cause, record.trial) == ("failed", "the reason", "x")
    assert record.traceback is None


def test_a_failed_reference_has_no_trial_to_write_to(tmp_path):
    events: list[Event] = []
    job = ReferenceJob(tmp_path, TEST_SET)
    assert record_failure(job, "why", events.append) == "failed"
    assert events == [Event("reference pets", "warning", {"message": "why"})]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("bicubic", "original", "done"),
    [
        ({}, {}, False),
        ({"psnr_y": 1, "niqe": 1}, {"niqe": 1}, True),
        ({"psnr_y": 1}, {"niqe": 1}, False),
        ({"psnr_y": 1, "niqe": 1}, {}, False),
        ({"psnr_y": 1, "niqe": 1, "lpips_alex": 1}, {"niqe": 1}, True),
    ],
)
def test_a_reference_is_done_with_every_score_that_it_can_have(tmp_path, bicubic, original, done):
    scores = ReferenceScores(
        bicubic={"cat": bicubic, "dog": bicubic}, original={"cat": original, "dog": original}
    )
    SweepStore(tmp_path).write_reference_scores("pets", scores)
    assert ReferenceJob(tmp_path, TEST_SET).is_done() is done


def test_a_generator_is_adopted_and_trained_results_are_not_trained_again(tmp_path, monkeypatch):
    monkeypatch.setattr(TrainJob, "_score", lambda *args: None)
    job, events = train_job(tmp_path), []
    assert run_job(job, context(events)) == "done"
    files = TrialFolder(job.folder)
    first = files.generator.read_bytes()
    assert files.read_result().steps is None
    files.generator.unlink()
    assert run_job(job, context(events)) == "done"
    assert not files.generator.exists()
    assert run_job(train_job(tmp_path, needs_generator=True), context(events)) == "done"
    assert files.generator.read_bytes() == first


def test_a_damaged_result_fails_the_trial_alone(tmp_path):
    job = train_job(tmp_path)
    job.folder.mkdir(parents=True)
    (job.folder / "result.json").write_text("{")
    assert run_job(job, context([])) == "failed"
    cause = json.loads((job.folder / "trial.json").read_text())["cause"]
    assert "result.json: is damaged; put a copy back, or delete it" in cause


def test_a_damaged_record_fails_the_trial_alone_and_is_left_as_it_is(tmp_path):
    job = train_job(tmp_path)
    job.folder.mkdir(parents=True)
    record = job.folder / "trial.json"
    record.write_text('{"state": ')
    events: list[Event] = []
    assert run_job(job, context(events)) == "failed"
    assert [event.kind for event in events] == ["started", "warning", "failed"]
    assert "trial.json: is damaged; put a copy back, or delete it" in events[1].fields["message"]
    assert record.read_text() == '{"state": '


def test_gradient_norms_are_medians_over_the_steps_that_have_one(tmp_path):
    job = train_job(tmp_path)
    files = TrialFolder(job.folder)
    job.folder.mkdir(parents=True)
    norms = ({}, {"grad_pixel": 3.0}, {"grad_pixel": None}, {"grad_pixel": 1.0, "grad_adv": None})
    lines = [json.dumps({"iteration": number, **norm}) for number, norm in enumerate(norms)]
    files.log.write_text("\n".join(lines))
    files.generator.touch()
    result = job._trained_result(files)
    assert (result.grad_pixel, result.grad_content, result.grad_adv) == (2.0, None, None)


@pytest.mark.parametrize("is_pair", [True, False])
def test_the_hashes_of_both_networks_of_a_pair_are_recorded(tmp_path, is_pair):
    job = train_job(tmp_path, is_pair=is_pair)
    files = TrialFolder(job.folder)
    write_atomically(files.generator, b"generator")
    write_atomically(files.discriminator, b"discriminator")
    document = job._trained_result(files).document()
    assert document["generator_sha256"] == file_sha256(files.generator)
    expected = file_sha256(files.discriminator) if is_pair else None
    assert document.get("discriminator_sha256") == expected


def test_a_trial_that_was_done_stays_so_when_a_further_scoring_fails(tmp_path):
    job = train_job(tmp_path)
    files = TrialFolder(job.folder)
    files.write_result(ResultRecord(steps=20, scores={}))
    files.update_trial(state="done")
    events: list[Event] = []
    assert run_job(job, context(events)) == "failed"
    assert [event.kind for event in events] == ["started", "scoring", "warning", "failed"]
    assert files.state == "done"
    assert "generator.safetensors" in files.read_trial().cause


def test_waiting_for_another_worker_ends_without_a_word_about_its_trial(tmp_path):
    job = train_job(tmp_path)
    TrialFolder(job.folder).update_trial(state="running")
    record = {"host": "elsewhere", "pid": 1, "started": "2026-01-01"}
    (job.folder / ".run.json").write_text(json.dumps(record))
    asked = iter([False, False, True, True, True])
    lent = Context(emit=[].append, should_stop=lambda: next(asked), device="cpu", threads=1)
    assert run_job(job, lent) == "interrupted"
    assert TrialFolder(job.folder).read_trial().document() == {"schema": 1, "state": "running"}
