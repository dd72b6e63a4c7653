"""What every executor has to do, whatever its jobs do: one suite over all of them."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from sweep.execution.dispatch import dispatch
from sweep.execution.executors.base import Executor, StopRequest
from sweep.execution.executors.opening import open_executor
from sweep.execution.executors.slurm.settings import SlurmSettings
from sweep.execution.jobs.context import Event
from sweep.store.trial_folder import TrialFolder

WATCHDOG = 3.0

pytestmark = [
    # Ray does not wait for those of its processes that it has to kill.
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
    # submitit's debug executor leaves its logs open.
    pytest.mark.filterwarnings("ignore:unclosed file .*DEBUG_.*_log:ResourceWarning"),
]

Run = Callable[..., tuple[dict[str, str], list[Event], StopRequest]]


RAY = pytest.param("ray", marks=pytest.mark.slow)

# It starts two interpreters for each job; slurm/test_executor.py has the few that always run.
LOCAL_JOBS = pytest.param("slurm: local", marks=pytest.mark.exhaustive)

IN_PROCESSES = ["local", RAY, LOCAL_JOBS]

in_processes = pytest.mark.parametrize("executor", IN_PROCESSES, indirect=True, scope="module")
"""What ends or outlasts a process cannot be tried in this one, where debug runs its jobs."""


@pytest.fixture(scope="module", params=[*IN_PROCESSES, "slurm: debug"])
def executor(request: pytest.FixtureRequest, acting: ModuleType) -> Iterator[Executor]:
    """Two slots."""
    name, _, cluster = request.param.partition(": ")
    if name == "ray":
        request.getfixturevalue("needs_ray")
    if name == "slurm":
        pytest.importorskip("submitit")
    settings = SlurmSettings(cluster=cluster) if cluster else None
    opened = open_executor(name, 2, "cpu", 1, slurm=settings)
    yield opened
    opened.close()


@pytest.fixture
def run(executor: Executor) -> Run:
    """Runs jobs as a sweep does."""

    def start(*jobs: object, on_event: Callable[[Event, StopRequest], None] | None = None):
        events: list[Event] = []
        stop = StopRequest()

        def receive(event: Event) -> None:
            events.append(event)
            if on_event:
                on_event(event, stop)

        return dispatch(executor, jobs, receive, stop), events, stop

    return start


@pytest.fixture
def _short_watchdog(executor: Executor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "_watchdog", WATCHDOG)


def record(folder: Path, label: str = "victim") -> dict[str, object]:
    return TrialFolder(folder / "trials" / label).read_trial().document()


def kinds(events: list[Event], label: str = "victim") -> list[str]:
    return [event.kind for event in events if event.job == label]


FAILURES = {
    "DataError": "photo.png: damaged; replace it",
    "StoreError": "trial.json: is damaged; delete it",
    "ValueError": "ValueError: unforeseen",
    "KeyError": "KeyError: 'missing'",
    "RecursionError": "RecursionError: too deep",
    "FileNotFoundError": "no such file",
}
"""What a job raises to what its record then says."""


@pytest.mark.parametrize("action", FAILURES)
def test_a_failure_is_that_of_its_trial_alone(run: Run, acting, tmp_path, action):
    check_failure(run, acting, tmp_path, action, FAILURES[action])


@in_processes
@pytest.mark.parametrize("action", ["SIGKILL", "SIGSEGV", "SIGABRT", "exit"])
def test_the_end_of_a_worker_is_that_of_its_trial_alone(run: Run, acting, tmp_path, action):
    check_failure(run, acting, tmp_path, action, "ended")


def check_failure(run: Run, acting, tmp_path, action: str, cause: str) -> None:
    jobs = [
        acting.make(acting.Acting, tmp_path, actions=(action,)),
        acting.make(acting.Acting, tmp_path, "other"),
    ]
    states, events, stop = run(*jobs)
    assert states == {"victim": "failed", "other": "done"}
    assert not stop
    assert cause in record(tmp_path)["cause"]
    assert record(tmp_path)["state"] == "failed"
    assert record(tmp_path)["attempts"][-1]["cause"] == record(tmp_path)["cause"]
    assert kinds(events)[-1] == "failed"
    assert record(tmp_path, "other")["state"] == "done"


@in_processes
@pytest.mark.usefixtures("_short_watchdog")
def test_a_worker_that_hangs_is_ended(run: Run, acting, tmp_path):
    states, _, _ = run(
        acting.make(acting.Acting, tmp_path, actions=("hang",)),
        acting.make(acting.Acting, tmp_path, "other"),
    )
    assert states == {"victim": "failed", "other": "done"}
    assert "no sign of life for 3 s" in record(tmp_path)["cause"]


@in_processes
@pytest.mark.parametrize("action", ["MemoryError", "OutOfMemoryError", "allocator", "cublas"])
def test_a_job_without_memory_is_tried_once_more_alone(run: Run, acting, tmp_path, action):
    states, events, _ = run(
        acting.make(acting.Acting, tmp_path, actions=(action, "done")),
        acting.make(acting.Acting, tmp_path, "other"),
    )
    assert states == {"victim": "done", "other": "done"}
    assert record(tmp_path)["times"] == 2
    order = [event.job for event in events if event.kind == "progress"]
    assert order.index("other") < len(order) - 1 - order[::-1].index("victim")
    pids = [e.fields["pid"] for e in events if e.kind == "progress" and e.job == "victim"]
    assert len(set(pids)) == 2


def test_a_job_without_memory_even_alone_fails_with_advice(run: Run, acting, tmp_path):
    states, events, _ = run(acting.make(acting.Acting, tmp_path, actions=("MemoryError",)))
    assert states == {"victim": "failed"}
    assert record(tmp_path)["times"] == 2
    assert "adversarial.accumulate=2" in record(tmp_path)["cause"]
    assert kinds(events)[-1] == "failed"


@pytest.mark.parametrize("action", ["ENOSPC", "EDQUOT", "EROFS", "EACCES"])
def test_a_disk_that_takes_no_more_stops_the_sweep(run: Run, acting, tmp_path, action):
    jobs = [acting.make(acting.Acting, tmp_path, actions=(action,))]
    jobs += [acting.make(acting.Patient, tmp_path, "a"), acting.make(acting.Patient, tmp_path, "b")]
    states, events, stop = run(*jobs)
    assert set(states.values()) == {"interrupted"}
    assert "results/x/checkpoints: " in stop.disk
    assert stop.signals == []
    assert record(tmp_path)["state"] == "interrupted"
    assert "disk" not in kinds(events)
    assert "warning" in kinds(events)


def test_divergence_is_an_end_like_another(run: Run, acting, tmp_path):
    states, events, _ = run(acting.make(acting.Acting, tmp_path, actions=("diverged",)))
    assert states == {"victim": "diverged"}
    assert kinds(events)[-1] == "diverged"


def test_a_stop_lets_running_jobs_checkpoint_and_begins_no_other(run: Run, acting, tmp_path):
    def stop_at_progress(event: Event, stop: StopRequest) -> None:
        if event.kind == "progress":
            stop.signals.append(signal.SIGTERM)

    names = ["a", "b", "c", "d"]
    jobs = [acting.make(acting.Patient, tmp_path, name) for name in names]
    states, events, _ = run(*jobs, on_event=stop_at_progress)
    assert states == dict.fromkeys(names, "interrupted")
    assert record(tmp_path, "d") == {}
    assert {event.job for event in events} <= {"a", "b"}


@in_processes
@pytest.mark.parametrize("watchdog", [None, 1800.0])
def test_a_worker_that_does_not_stop_is_ended(
    run: Run, executor, acting, tmp_path, monkeypatch, watchdog
):
    monkeypatch.setattr(executor, "_watchdog", watchdog)
    for name in ("local", "ray.executor", "slurm.executor"):
        monkeypatch.setattr(f"sweep.execution.executors.{name}.GRACE_SECONDS", 0.5)

    def stop_at_progress(event: Event, stop: StopRequest) -> None:
        if event.kind == "progress":
            stop.signals.append(signal.SIGTERM)

    states, _, _ = run(acting.make(acting.Deaf, tmp_path), on_event=stop_at_progress)
    assert states == {"victim": "interrupted"}
    assert record(tmp_path)["state"] == "interrupted"


@in_processes
@pytest.mark.usefixtures("_short_watchdog")
def test_the_watchdog_spares_a_worker_that_shows_signs_of_life(run: Run, acting, tmp_path):
    states, events, _ = run(acting.make(acting.Alive, tmp_path))
    assert states == {"victim": "done"}
    assert "alive" not in kinds(events)


def test_a_job_gets_the_device_and_threads_of_the_sweep(run: Run, acting, tmp_path):
    _, events, _ = run(acting.make(acting.Environment, tmp_path))
    (lent,) = [event.fields for event in events if event.kind == "progress"]
    assert lent == {"threads": 1, "device": "cpu", "omp": "1"}


def test_more_jobs_than_slots_all_end(run: Run, acting, tmp_path):
    names = [f"trial-{index}" for index in range(7)]
    states, _, _ = run(*(acting.make(acting.Acting, tmp_path, name) for name in names))
    assert states == dict.fromkeys(names, "done")


def test_nothing_to_do_is_done(run: Run):
    states, events, _ = run()
    assert (states, events) == ({}, [])
