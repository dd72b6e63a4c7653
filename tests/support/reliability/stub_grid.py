"""A grid of stub trials under kills: how many results are lost, how many doubled.

    python tests/support/reliability/stub_grid.py --trials 100 --kills 20 [--stops 10]

A nursery process forks supervisors, so that a restart costs no import. Each runs the local
executor with real worker processes over the same folder; two supervisors are at work at once,
so every trial is handed out twice. At random moments a supervisor or a worker is killed with
SIGKILL; at the end the folder is held against what undisturbed trials leave. With --stops,
supervisors get SIGTERM instead and must have checkpointed and ended in time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parent))

import stub_trials

from sweep.execution.dispatch import dispatch
from sweep.execution.executors.base import StopRequest
from sweep.execution.executors.local import LocalExecutor
from sweep.execution.jobs.trial import TrainJob
from sweep.store import claims
from sweep.store.trial_folder import TrialFolder

WORKERS = 2

LIMIT_SECONDS = 3600


def supervise(jobs: Sequence[TrainJob], seed: int) -> None:
    """A forked supervisor: runs what is not done, in an order of its own, and ends."""
    stop = StopRequest()
    signal.signal(signal.SIGTERM, lambda number, frame: stop.signals.append(number))
    order = [job for job in jobs if TrialFolder(job.folder).state != "done"]
    random.Random(seed).shuffle(order)
    executor = LocalExecutor(WORKERS, "cpu", start_method="fork")
    try:
        dispatch(executor, order, lambda event: None, stop)
    finally:
        executor.close()


def fork_supervisor(jobs: Sequence[TrainJob], seed: int) -> int:
    """Returns its process id."""
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        supervise(jobs, seed)
        status = 0
    finally:
        # No exit handlers of the nursery.
        os._exit(status)


def end_of(pid: int) -> None:
    """Waits for a supervisor and for the workers that it leaves."""
    children = psutil.Process(pid).children(recursive=True)
    os.waitpid(pid, 0)
    deadline = time.monotonic() + 30
    while any(is_at_work(child) for child in children):
        assert time.monotonic() < deadline, "a worker has outlived its supervisor"
        time.sleep(0.005)


def is_at_work(process: psutil.Process) -> bool:
    """Not so one that is dead and waits to be waited for."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def run_grid(root: Path, trials: int, kills: int, steps: int, seed: int) -> dict[str, object]:
    """Runs a grid to its end under kills, which are spread over it evenly."""
    dice = random.Random(seed)
    names = [f"stub-{index:04d}" for index in range(trials)]
    jobs = [stub_trials.make_stub(root, name, steps, 0.002) for name in names]
    killed = {"supervisor": 0, "worker": 0}
    begin = time.monotonic()
    pair: list[int] = []
    while pair or published(jobs) < trials or done(jobs) < trials:
        assert time.monotonic() - begin < LIMIT_SECONDS, f"no end in sight: {killed}"
        if published(jobs) < trials or (not pair and done(jobs) < trials):
            pair += [fork_supervisor(jobs, dice.getrandbits(32)) for _ in range(2 - len(pair))]
        due = trials * sum(killed.values()) / (kills + 1)
        if sum(killed.values()) < kills and published(jobs) >= due:
            kind = kill_one(dice, pair)
            killed[kind] += bool(kind)
        time.sleep(dice.uniform(0.0, 0.02))
        pair = [pid for pid in pair if not has_ended(pid)]
    deadline = time.monotonic() + 30
    while any(map(is_at_work, psutil.Process().children(recursive=True))):
        assert time.monotonic() < deadline, "a worker has outlived its supervisor"
        time.sleep(0.01)
    attempts = [TrialFolder(job.folder).read_trial().attempts for job in jobs]
    resumed = sum(any(attempt.resumed_from for attempt in each) for each in attempts)
    return {
        "trials": trials,
        "killed": killed,
        "resumed_trials": resumed,
        "faults": stub_trials.faults(root, names, steps),
        "seconds": round(time.monotonic() - begin, 1),
    }


def kill_one(dice: random.Random, pair: Sequence[int]) -> str:
    """Kills a supervisor or a worker; says which."""
    victim, kind = dice.choice(pair), dice.choice(("supervisor", "worker"))
    target = victim
    if kind == "worker":
        deadline = time.monotonic() + 5
        while not (workers := psutil.Process(victim).children()) and time.monotonic() < deadline:
            time.sleep(0.001)
        if not workers:
            return kill_one(dice, [victim])
        time.sleep(dice.uniform(0, 0.03))
        target = dice.choice(workers).pid
    try:
        os.kill(target, signal.SIGKILL)
    except ProcessLookupError:
        return kill_one(dice, pair)
    return kind


def has_ended(pid: int) -> bool:
    """Whether a supervisor is no more; one that is not waited for still has its number."""
    return os.waitpid(pid, os.WNOHANG)[0] == pid


def published(jobs: Sequence[TrainJob]) -> int:
    """Number of trials with a result; cheaper to ask than their states."""
    return sum((job.folder / "result.json").exists() for job in jobs)


def done(jobs: Sequence[TrainJob]) -> int:
    """Number of trials that are done."""
    return sum(TrialFolder(job.folder).state == "done" for job in jobs)


def run_stops(root: Path, stops: int, seed: int) -> dict[str, object]:
    """Stops a long grid so many times at random steps; then lets it end."""
    dice = random.Random(seed)
    steps = 60 * stops
    names = ["stub-a", "stub-b"]
    jobs = [stub_trials.make_stub(root, name, steps, 0.004) for name in names]
    slowest, faults = 0.0, []
    for _ in range(stops):
        pid = fork_supervisor(jobs, 0)
        before = {name: logged(root, name) for name in names}
        while any(logged(root, name) == before[name] for name in names):
            time.sleep(0.002)
        time.sleep(dice.uniform(0, 0.1))
        begin = time.monotonic()
        os.kill(pid, signal.SIGTERM)
        end_of(pid)
        slowest = max(slowest, time.monotonic() - begin)
        for name in names:
            files = TrialFolder(root / "trials" / name)
            newest = stub_trials.newest_checkpoint(files.checkpoints)
            if files.state != "interrupted" or newest is None or newest[0] != logged(root, name):
                faults.append(f"{name}: {files.state}, checkpoint {newest}")
    end_of(fork_supervisor(jobs, 0))
    faults += stub_trials.faults(root, names, steps)
    return {"stops": stops, "slowest_seconds": round(slowest, 3), "faults": faults}


def logged(root: Path, name: str) -> int:
    """Steps in a trial's log; the last line may be on its way."""
    path = root / "trials" / name / "log.jsonl"
    return path.read_bytes().count(b"\n") if path.is_file() else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what was done and found as JSON; status 1 when anything is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--stops", type=int, default=0)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(arguments)
    # A trial that the other supervisor's worker holds is waited for; here that takes milliseconds.
    claims.WAIT_SECONDS = 0.01
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        if options.stops:
            report = run_stops(root, options.stops, options.seed)
        else:
            report = run_grid(root, options.trials, options.kills, options.steps, options.seed)
    print(json.dumps(report, indent=1))
    return int(bool(report["faults"]))


if __name__ == "__main__":
    sys.exit(main())
