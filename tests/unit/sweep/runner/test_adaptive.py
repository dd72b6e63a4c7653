"""A run places coefficients between its trials, and one that was ended goes on with the same."""

import signal

import pytest

from sweep.execution.executors.base import StopRequest
from sweep.execution.jobs.failing import Job
from sweep.store.folder import SweepStore

pytestmark = pytest.mark.usefixtures("drawn")

AUTO = {"grid__trials": 3, "eval__metrics": ["psnr", "lpips"]}


def outcome(store: SweepStore) -> dict[str, str | None]:
    return {each.path.name: each.read_result().generator_sha256 for each in store.trials()}


def test_a_run_that_is_ended_goes_on_to_the_same_trials_and_bytes(tmp_path, in_process, execute):
    whole, ended = SweepStore(tmp_path / "whole"), SweepStore(tmp_path / "ended")
    summary = execute(whole, **AUTO)
    assert (summary.exit_status, len(summary.states), len(summary.trained)) == (0, 3, 3)
    assert "trials of each curve: mse 3; at most 3 were allowed" in summary.notes
    table = (whole.root / "results.csv").read_text()
    assert all(name in table for name in summary.states)

    def end_at_the_first_placed(job: Job, stop: StopRequest) -> None:
        if ended.read_placements().points:
            stop.signals.append(signal.SIGTERM)

    execute(ended, in_process(end_at_the_first_placed), **AUTO)
    (decided,) = ended.read_placements().points
    assert f"-adv{decided.adv:.5f}" in "".join(outcome(ended))
    assert len(ended.read_config().grid.adv) == 1
    executor = in_process()
    assert execute(ended, executor, **AUTO).exit_status == 0
    assert len(executor.ran) == 1
    assert ended.read_placements() == whole.read_placements()
    assert outcome(ended) == outcome(whole)


def test_what_fails_is_tried_once_and_its_gap_is_left_alone(
    tmp_path, monkeypatch, in_process, execute
):
    import srgan_core.training.job as training

    real = training.train

    def train(spec, *args, **kwargs):
        if spec.adversarial_weight not in (0, 1e-3):
            raise RuntimeError("no such luck")
        return real(spec, *args, **kwargs)

    monkeypatch.setattr(training, "train", train)
    store, executor = SweepStore(tmp_path / "smoke"), in_process()
    summary = execute(store, executor, **{**AUTO, "grid__trials": 4})
    assert sorted(summary.states.values()) == ["done", "done", "failed"]
    (failed,) = [name for name, state in summary.states.items() if state == "failed"]
    assert executor.ran.count(failed) == 1
    assert store.read_placements().is_settled
