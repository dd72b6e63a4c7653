"""Cuts the power at each operation on the disk of one training, in every way a disk may take it.

    python tests/support/reliability/power_cuts.py [--states 40]

A trial of a tiny generator trains, writes checkpoints, is killed between two of them, goes on,
publishes its generator and its result, and is scored. A lossy disk tells in which states a power
cut at any moment may leave the folder. Each is laid down anew and the trial is run again: it has
to end with the bytes of one that nobody disturbed, and may do nothing again that had been said to
be done.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import torch
from lossy_disk import LossyDisk, put
from training_kills import (
    belongings,
    differing,
    make_job,
    noise,
    tiny_generator,
)

from srgan_core.data.images import write_png
from srgan_core.training import learner
from sweep.execution.jobs.context import Context, Event
from sweep.execution.jobs.running import run_job
from sweep.execution.jobs.trial import TrainJob
from sweep.store.states import State

STEPS, CHECKPOINT_EVERY, KILLED_AT = 9, 2, 5
"""Checkpoints after steps 2, 4, 6 and 8: two are dropped again, and step 5 is done twice."""

LIMIT = 64
"""States of one moment."""


class Killed(BaseException):
    """Nothing of the process under test outlives it."""


@dataclass(frozen=True)
class Said:
    """What a run has told.

    Attributes:
        step: Steps that are in a checkpoint for certain.
        trained: Whether nothing is left to train.
    """

    step: int = 0
    trained: bool = False


def tiny_job(root: Path) -> TrainJob:
    """A trial below a results folder, its photographs beside that."""
    for index in range(2):
        write_png(root / "photographs" / f"{index}.png", noise(index, 64))
    job = make_job(root / "sweep", root / "photographs")
    short = {"steps": STEPS, "checkpoint_every": CHECKPOINT_EVERY}
    training = job.spec.training.model_copy(update=short)
    return replace(job, spec=job.spec.model_copy(update={"training": training}))


def run(job: TrainJob, hear: Callable[[Event], None]) -> str:
    """Runs a trial as a worker does; returns its state."""
    return run_job(job, Context(hear, lambda: False, "cpu", 1))


def record(job: TrainJob, disk: LossyDisk) -> None:
    """Goes through the whole cycle on a lossy disk, killed once on the way."""

    def hear(event: Event) -> None:
        if event.kind == "progress":
            behind = event.fields["iteration"] - 1
            disk.said = Said(max(disk.said.step, behind - behind % CHECKPOINT_EVERY))
        if event.kind == "scoring":
            disk.said = Said(STEPS, trained=True)

    def hear_and_die(event: Event) -> None:
        hear(event)
        if event.kind == "progress" and event.fields["iteration"] == KILLED_AT:
            raise Killed

    disk.said = Said()
    with disk.watching():
        with suppress(Killed):
            run(job, hear_and_die)
        run(job, hear)


def unseen(disk: LossyDisk) -> list[str]:
    """Files that were written where the disk did not look."""
    known = {disk.root.joinpath(*parts) for parts, _ in disk.live()}
    found = {path for path in disk.root.rglob("*") if path.suffix != ".lock"}
    return [f"not seen by the double: {path}" for path in sorted(found ^ known)]


def resume(job: TrainJob, said: Said, wanted: dict[str, Any]) -> list[str]:
    """Runs a trial on what a cut has left; returns what is wrong."""
    steps: list[int] = []
    warnings: list[str] = []

    def hear(event: Event) -> None:
        if event.kind == "progress":
            steps.append(event.fields["iteration"])
        if event.kind == "warning":
            warnings.append(event.fields["message"])

    state = run(job, hear)
    if state != State.DONE or warnings:
        return [f"it ends {state}: {warnings}"]
    try:
        wrong = [f"another {name}" for name in differing(wanted, belongings(job))]
    except FileNotFoundError as error:
        wrong = [f"it ends without {error.filename}"]
    if steps and said.trained:
        wrong.append("trained again after its result")
    elif steps and steps[0] <= said.step:
        wrong.append(f"began at {steps[0]}, and {said.step} were in a checkpoint")
    return wrong


def cut(root: Path, states: int | None, seed: int) -> dict[str, Any]:
    """Records one cycle, and resumes from all states of its disk or from so many."""
    job = tiny_job(root)
    begin = frozenset(LossyDisk(root, LIMIT).live())
    run(job, lambda event: None)
    wanted = belongings(job)
    put(begin, root)
    disk = LossyDisk(root, LIMIT, seed)
    record(job, disk)
    faults = unseen(disk)
    if differing(wanted, belongings(job)):
        faults.append("the killed one ends otherwise than the calm one")
    found = list(disk.states.items())
    chosen = found if states is None else random.Random(seed).sample(found, states)
    with mock.patch.object(os, "fsync", return_value=None):
        for number, (state, said) in enumerate(chosen):
            put(state, root)
            faults += [f"{number}: {text} ({said})" for text in resume(job, said, wanted)]
    return {
        "operations": disk.moments,
        "of_them_sampled": disk.cut_short,
        "states": len(found),
        "resumed": len(chosen),
        "faults": faults,
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was cut and found as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=int, help="resume from so many of them only")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    learner.fresh_generator = tiny_generator  # type: ignore[attr-defined]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve() / "all"
        os.environ["SWEEP_CACHE"] = f"{root}/cache"
        report = cut(root, options.states, options.seed)
    print(json.dumps(report, indent=1))
    return int(bool(report["faults"]))


if __name__ == "__main__":
    sys.exit(main())
