"""Interrupts every write, flush and rename of one checkpoint-and-publish cycle, one by one.

    python tests/support/reliability/failpoints.py [--modes torn] [--every 3]

The cycle writes three checkpoints (so that one is dropped), a generator, trial.json twice and
result.json, and deletes the checkpoints. A forked process goes through it and ends without a word
at its n-th operation on the disk, before or after it, or in the middle of a write; or the operation
raises what a full disk raises. Then the folder is looked at as the next run would look at it.
"""

from __future__ import annotations

import argparse
import builtins
import errno
import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from srgan_core.files import leftovers, write_atomically
from srgan_core.training.checkpoint import TrainingState, load_checkpoint, save_checkpoint
from sweep.store.records.result import ResultRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

OPERATIONS = ("fsync", "replace", "rename", "link", "unlink", "mkdir", "rmdir")

DELETIONS = ("unlink", "rmdir")
"""These succeed on a full disk."""

MODES = ("killed before", "killed after", "torn", "disk full")

CRASHED, ENDED, REFUSED = 7, 0, 8

RESULT = ResultRecord(steps=3, generator_sha256="0", scores={"set5": {"baby": {"psnr_y": 30.0}}})


def state(iteration: int) -> TrainingState:
    """A small training state that tells its iteration."""
    tensors = {"generator/weight": torch.full((4,), float(iteration))}
    return TrainingState(iteration, "spec", {"seconds": 1.0}, tensors)


def cycle(folder: Path) -> None:
    """What a trial writes, from its first checkpoint to its end."""
    files = TrialFolder(folder)
    for iteration in (1, 2, 3):
        save_checkpoint(files.checkpoints, state(iteration))
        (folder / "reached").write_text(str(iteration))
    write_atomically(files.generator, b"generator" * 100)
    files.update_trial(state=State.TRAINED)
    files.write_result(RESULT)
    files.drop_checkpoints()
    files.update_trial(state=State.DONE)


class Failpoint:
    """Counts operations on the disk and lets one of them fail.

    Args:
        at: Number of the operation, from 1; 0 lets all of them pass.
        mode: One of `MODES`.
    """

    def __init__(self, at: int, mode: str) -> None:
        self.at, self.mode, self.count = at, mode, 0

    def install(self) -> None:
        """Puts itself between this process and the disk."""
        for name in OPERATIONS:
            setattr(os, name, self._wrapped(getattr(os, name), name in DELETIONS))
        opened = io.open

        def open_(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
            stream = opened(file, mode, *args, **kwargs)
            if "b" in mode and any(letter in mode for letter in "wxa"):
                return Torn(stream, self)
            return stream

        io.open = builtins.open = open_

    def _wrapped(self, operation: Callable[..., Any], deletes: bool) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.count += 1
            if self.count != self.at or (deletes and self.mode == "disk full"):
                return operation(*args, **kwargs)
            if self.mode == "disk full":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(args[0]))
            try:
                if self.mode == "killed after":
                    operation(*args, **kwargs)
            finally:
                os._exit(CRASHED)

        return call

    def write(self, stream: Any, content: bytes) -> int:
        """A write, which may end in its middle."""
        self.count += 1
        if self.count != self.at:
            return int(stream.write(content))
        if self.mode in ("torn", "disk full"):
            stream.write(content[: len(content) // 2])
            stream.flush()
        if self.mode == "disk full":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), stream.name)
        if self.mode == "killed after":
            stream.write(content)
            stream.flush()
        os._exit(CRASHED)


class Torn:
    """A binary stream whose writes are counted."""

    def __init__(self, stream: Any, failpoint: Failpoint) -> None:
        self._stream, self._failpoint = stream, failpoint

    def write(self, content: Any) -> int:
        """Writes, or fails."""
        return self._failpoint.write(self._stream, bytes(content))

    def __enter__(self) -> Torn:
        self._stream.__enter__()
        return self

    def __exit__(self, *error: Any) -> Any:
        return self._stream.__exit__(*error)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def attempt(folder: Path, at: int, mode: str) -> int:
    """Goes through the cycle in a forked process; returns how that ended."""
    pid = os.fork()
    if pid == 0:
        status = REFUSED
        try:
            Failpoint(at, mode).install()
            cycle(folder)
            status = ENDED
        except OSError as error:
            status = REFUSED if error.errno == errno.ENOSPC else 1
        except BaseException:
            status = 1
        finally:
            os._exit(status)
    _, ended = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(ended)


def inspect(folder: Path, mode: str) -> list[str]:
    """Looks at what is there as the next run does; returns what is wrong."""
    files, wrong = TrialFolder(folder), []
    if mode == "disk full" and leftovers(folder):
        wrong.append(f"left behind: {leftovers(folder)}")
    if files.generator.is_file() and files.generator.read_bytes() != b"generator" * 100:
        wrong.append("half a generator")
    result = files.read_result()
    if result not in (ResultRecord(), RESULT):
        wrong.append(f"another result: {result}")
    reached = folder / "reached"
    if not files.generator.is_file() and reached.is_file():
        at_least = int(reached.read_text() or 0)
        damaged: list[str] = []
        found = load_checkpoint(files.checkpoints, "spec", lambda path, why: damaged.append(why))
        if found is None or found.iteration not in (at_least, at_least + 1):
            wrong.append(f"checkpoint {at_least} is lost: {found and found.iteration}")
        if damaged:
            wrong.append(f"half a checkpoint had its name: {damaged}")
    cycle(folder)
    if files.state != "done" or files.read_result() != RESULT or files.checkpoints.exists():
        wrong.append("the next run does not end well")
    return wrong


def count_operations(folder: Path) -> int:
    """Goes through the cycle undisturbed, in a forked process."""
    pid = os.fork()
    if pid == 0:
        failpoint = Failpoint(0, "")
        failpoint.install()
        cycle(folder)
        os._exit(0 if (folder.parent / "count").write_text(str(failpoint.count)) else 1)
    os.waitpid(pid, 0)
    return int((folder.parent / "count").read_text())


def interrupt(root: Path, modes: Sequence[str], every: int) -> dict[str, Any]:
    """Interrupts each operation, or one of so many, in each way."""
    total = count_operations(root / "undisturbed")
    faults, counts = [], dict.fromkeys(modes, 0)
    for mode in modes:
        for at in range(1, total + 1, every):
            folder = root / f"{mode}-{at}"
            ended = attempt(folder, at, mode)
            # A cycle that meets a full disk where it deletes, or where it can do without, ends.
            expected = (REFUSED, ENDED) if mode == "disk full" else (CRASHED,)
            wrong = inspect(folder, mode)
            wrong += [f"ended with {ended}"] if ended not in expected else []
            faults += [f"{mode} {at}: {text}" for text in wrong]
            counts[mode] += 1
            shutil.rmtree(folder)
    return {"operations": total, "interrupted": counts, "faults": faults}


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was interrupted and found as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as name:
        report = interrupt(Path(name), options.modes.split(","), options.every)
    print(json.dumps(report, indent=1))
    return int(bool(report["faults"]))


if __name__ == "__main__":
    sys.exit(main())
