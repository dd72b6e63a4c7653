"""A results folder with two trials that have ended and one that has not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from srgan_core.training.log import TrainingLog
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.trial_folder import TrialFolder

STUBS = Path(__file__).resolve().parents[3] / "support" / "trackers"

ATTEMPTS = [
    {"host": "a", "started": "2026-01-01T00:00:00+00:00", "ended": "2026-01-01T00:01:00+00:00"},
    {"host": "a", "started": "2026-01-01T01:00:00+00:00", "ended": "2026-01-01T01:10:00+00:00"},
]

SPEC = {
    "scale": 4,
    "seed": 0,
    "content": "mse",
    "adversarial_weight": 0.001,
    "init_sha256": None,
    "data": {"sources": {"folder:../my photos": 0.5, "skimage": 0.5}, "split_seed": 0},
    "training": {
        "steps": 3,
        "schedule": "milestones",
        "milestones": [1, 2],
        "discriminator": {"warmup_steps": 2},
    },
}


def make_trial(files: TrialFolder, state: str, **fields: object) -> TrialFolder:
    name = files.path.name
    files.update_trial(trial=name, spec=SPEC, state=state, attempts=ATTEMPTS, **fields)
    with TrainingLog(files.log, 0) as log:
        for iteration in (1, 2):
            log.write({"iteration": iteration, "loss_d": 1.0 / iteration})
        for step in (1, 2, 3):
            record = {"iteration": step + 2, "step": step, "loss_pixel": 0.1 * step}
            log.write(record | {"loss_d": float("nan") if step == 2 else 0.5})
    return files


def scored(files: TrialFolder) -> TrialFolder:
    rows = {"a": {"psnr_y": 30.0, "niqe": float("inf")}, "b": {"psnr_y": 32.0, "niqe": 5.0}}
    files.write_result(
        ResultRecord(
            schema_version=1,
            steps=3,
            train_seconds=600.0,
            generator_sha256="ab" * 32,
            scores={"set5": rows},
            set_scores={"set5": {"kid_patches": 0.25}},
        )
    )
    return files


@pytest.fixture(scope="session")
def make_results() -> Callable[[Path], SweepStore]:
    """Makes `results/grid`: `mse-done` and `mse-diverged` have ended, `mse-running` not."""

    def make(folder: Path) -> SweepStore:
        store = SweepStore(folder / "results" / "grid")
        scored(make_trial(store.trial("mse-done"), "done", cause=None))
        cause = "loss_d not finite at iteration 4"
        make_trial(store.trial("mse-diverged"), "diverged", cause=cause)
        make_trial(store.trial("mse-running"), "running")
        return store

    return make


@pytest.fixture
def results(make_results: Callable[[Path], SweepStore], tmp_path: Path) -> SweepStore:
    return make_results(tmp_path)


@pytest.fixture
def stub_wandb(monkeypatch: pytest.MonkeyPatch) -> None:
    """A wandb for child processes, which get this process's search path."""
    monkeypatch.syspath_prepend(STUBS)
    monkeypatch.delenv("STUB_WANDB", raising=False)
