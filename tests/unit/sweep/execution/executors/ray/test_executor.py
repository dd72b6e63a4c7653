"""What only a cluster has: machines that are lost, and files that travel."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from sweep.execution.dispatch import dispatch
from sweep.execution.executors.base import StopRequest
from sweep.execution.executors.file_exchange import FileBundle
from sweep.execution.executors.opening import open_executor
from sweep.execution.executors.ray.executor import write_files
from sweep.execution.jobs.context import Event
from sweep.execution.jobs.trial import TrainJob
from sweep.store.trial_folder import TrialFolder

SUPPORT = Path(__file__).resolve().parents[5] / "support" / "reliability"

# Ray does not wait for those of its processes that it has to kill.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")

STEPS = 30


@pytest.fixture(scope="module")
def stubs() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SUPPORT)
        # Ray's workers are no children of this process but of Ray's own, with its environment.
        patch.setenv("PYTHONPATH", str(SUPPORT), prepend=os.pathsep)
        import stub_trials

        yield stub_trials


def grid(stubs: ModuleType, root: Path) -> list[Any]:
    return [stubs.make_stub(root, f"stub-{index}", STEPS, 0.05) for index in range(8)]


def names(jobs: list[Any]) -> list[str]:
    return [job.label for job in jobs]


@pytest.fixture
def job(tmp_path: Path) -> TrainJob:
    return TrainJob(tmp_path, tmp_path / "trials" / "a", "a", {"trial": "a"}, None, None, ())


def test_a_second_result_from_another_machine_is_reported(job):
    events: list[Event] = []
    for steps in (1, 2):
        files = {"trials/a/result.json": b'{"steps": %d}' % steps, "trials/a/trial.json": b"{}"}
        write_files(job, FileBundle(files), events.append)
    (event,) = events
    assert (event.job, event.kind) == ("a", "warning")
    (told,) = TrialFolder(job.folder).read_trial().conflicts
    assert told == event.fields["message"]
    assert "a second result differs from the published one" in told


@pytest.mark.slow
def test_a_grid_survives_the_loss_of_a_node(ray_cluster, stubs, tmp_path):
    doomed = ray_cluster.add_node()
    ray_cluster.add_node()
    jobs = grid(stubs, tmp_path / "grid")
    executor = open_executor("ray", 2, "cpu", 1, address=ray_cluster.address)
    lost: list[str] = []

    def receive(event: Event) -> None:
        if event.kind == "progress" and event.fields["iteration"] == 10 and not lost:
            lost.append("")
            ray_cluster.kill_node(doomed)
        if event.kind == "warning":
            lost.append(event.fields["message"])

    try:
        states = dispatch(executor, jobs, receive, StopRequest())
    finally:
        executor.close()
    assert states == dict.fromkeys(names(jobs), "done")
    assert any("its machine was lost" in message for message in lost)
    assert stubs.faults(tmp_path / "grid", names(jobs), STEPS) == []


@pytest.mark.slow
def test_a_job_whose_node_is_lost_before_its_first_message_is_handed_out_again(
    ray_cluster, acting, tmp_path
):
    doomed = ray_cluster.add_node()
    executor = open_executor("ray", 1, "cpu", 1, address=ray_cluster.address)
    told: list[str] = []

    def lose_the_node() -> None:
        deadline = time.monotonic() + 60
        while not (tmp_path / "arriving").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        ray_cluster.kill_node(doomed)

    def receive(event: Event) -> None:
        if event.kind == "warning":
            told.append(event.fields["message"])
            ray_cluster.add_node()

    try:
        with ThreadPoolExecutor(1) as thread:
            lost = thread.submit(lose_the_node)
            jobs = [acting.make(acting.SlowToArrive, tmp_path)]
            states = dispatch(executor, jobs, receive, StopRequest())
            lost.result()
    finally:
        executor.close()
    assert states == {"victim": "done"}
    assert told == ["its machine was lost; it goes on from its last checkpoint elsewhere"]


@pytest.mark.usefixtures("needs_ray")
@pytest.mark.slow
@pytest.mark.parametrize("returns_files", [False, True])
def test_a_local_cluster_listens_on_the_loopback_interface_alone(stubs, tmp_path, returns_files):
    executor = open_executor("ray", 2, "cpu", 1, ray_storage=returns_files)
    try:
        jobs = grid(stubs, tmp_path / "grid")
        assert set(dispatch(executor, jobs, lambda event: None, StopRequest()).values()) == {"done"}
        listening = {
            connection.laddr.ip
            for process in psutil.Process().children(recursive=True)
            for connection in process.net_connections(kind="inet")
            if connection.status == psutil.CONN_LISTEN
        }
    finally:
        executor.close()
    assert listening
    assert listening <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    assert stubs.faults(tmp_path / "grid", names(jobs), STEPS) == []
