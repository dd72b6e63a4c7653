"""Real trainings of tiny generators, killed with SIGKILL at random moments.

    python tests/support/reliability/training_kills.py --kills 15

A nursery process imports PyTorch once and forks a process for every attempt, which trains, scores
and writes as a worker does. It is killed at a random moment, again and again, until it ends. Then
the generator, the restored images, the result and the log are held against those of a training that
nobody disturbed, and trial.json must say that work went on from a checkpoint.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from srgan_core.data.images import write_png
from srgan_core.networks import Generator
from srgan_core.training import learner
from srgan_core.training.config import TrainingSpec
from srgan_core.training.log import read_log
from sweep.execution.jobs.context import Context
from sweep.execution.jobs.missing import TestSetJob
from sweep.execution.jobs.running import run_job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder

STEPS, CHECKPOINT_EVERY = 30, 3


IMPORTED_LATE = (
    "psutil",
    "torch._dynamo",
    "skimage.metrics",
    "srgan_core.training.job",
    "sweep.scoring.evaluate",
    "sweep.scoring.health.measures",
    "sweep.metrics.builtin.psnr",
)


def tiny_generator(spec: TrainingSpec) -> Generator:
    """Fresh weights from the seed, of a network that trains in milliseconds."""
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(spec.seed)
        return Generator(spec.scale, channels=8, blocks=1)


def make_job(root: Path, photographs: Path) -> TrainJob:
    """One trial with a discriminator and one test set of one image."""
    training = {
        "steps": STEPS,
        "batch_size": 2,
        "patch_size": 32,
        "precision": "float32",
        "log_every": 1,
        "checkpoint_every": CHECKPOINT_EVERY,
        "discriminator": {"channels": 4},
    }
    spec = TrainingSpec.model_validate(
        {
            "adversarial_weight": 1e-3,
            "data": {"sources": {f"folder:{photographs}": 1.0}},
            "training": training,
        }
    )
    reference = SweepStore(root).reference("noise")
    write_png(reference / "hr" / "a.png", noise(1, 64))
    write_png(reference / "lr" / "a.png", noise(2, 16))
    test_set = TestSetJob("noise", ("a",), ("psnr_y", "psnr_rgb"), 4)
    folder = root / "trials" / "victim"
    return TrainJob(root, folder, "victim", {"trial": "victim"}, spec, None, (test_set,))


def noise(seed: int, side: int) -> Any:
    """A random image."""
    return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)


def work(job: TrainJob) -> int:
    """Runs the job in a forked process; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        context = Context(lambda event: None, lambda: False, "cpu", 1)
        run_job(job, context)
    finally:
        os._exit(0)


def run(root: Path, kills: int, seed: int) -> dict[str, Any]:
    """Disturbs as many trainings as it takes to kill so often."""
    photographs = root / "photographs"
    for index in range(2):
        write_png(photographs / f"{index}.png", noise(index, 64))
    begin = time.monotonic()
    calm = make_job(root / "calm", photographs)
    os.waitpid(work(calm), 0)
    whole = time.monotonic() - begin
    wanted = belongings(calm)
    dice, killed, rounds, resumed, faults = random.Random(seed), 0, 0, 0, []
    while killed < kills:
        rounds += 1
        job = make_job(root / f"disturbed-{rounds}", photographs)
        while TrialFolder(job.folder).state != "done":
            pid = work(job)
            # Later than that, an undisturbed one would be done.
            time.sleep(dice.uniform(0.1, 0.9) * whole if killed < kills else 0)
            if killed < kills:
                os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
            killed += os.WIFSIGNALED(status)
        attempts = TrialFolder(job.folder).read_trial().attempts
        resumed += sum(bool(attempt.resumed_from) for attempt in attempts)
        faults += [f"{rounds}: another {name}" for name in differing(wanted, belongings(job))]
    return {
        "kills": killed,
        "trainings": rounds,
        "attempts_resumed": resumed,
        "seconds_of_one": round(whole, 2),
        "faults": faults,
    }


def belongings(job: TrainJob) -> dict[str, Any]:
    """What must not depend on kills."""
    files = TrialFolder(job.folder)
    document = files.read_result().document()
    result = {k: v for k, v in document.items() if not k.endswith("_seconds")}
    log = [{k: v for k, v in r.items() if k != "patches_per_second"} for r in read_log(files.log)]
    return {
        "generator": files.generator.read_bytes(),
        "image": (files.images("noise") / "a.png").read_bytes(),
        "result": result,
        "log": log,
    }


def differing(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Names of what differs."""
    return [name for name in wanted if wanted[name] != found[name]]


def import_everything() -> None:
    """What a worker imports when it needs it; a fork has it at once."""
    for name in IMPORTED_LATE:
        importlib.import_module(name)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was done and found as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=15)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    learner.fresh_generator = tiny_generator  # type: ignore[attr-defined]
    import_everything()
    with tempfile.TemporaryDirectory() as name:
        os.environ["SWEEP_CACHE"] = f"{name}/cache"
        report = run(Path(name), options.kills, options.seed)
    print(json.dumps(report, indent=1))
    return int(bool(report["faults"]) or report["attempts_resumed"] == 0)


if __name__ == "__main__":
    sys.exit(main())
