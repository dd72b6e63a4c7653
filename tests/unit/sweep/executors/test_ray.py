"""What only a cluster has: machines that are lost, and files that travel."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import psutil
import pytest

from srgan_core.errors import ConfigError, MissingDependencyError
from sweep.dispatch import dispatch
from sweep.executors import open_executor
from sweep.executors.base import StopRequest
from sweep.executors.courier import Parcel
from sweep.executors.ray import _Board, _current, _Task, _unpack
from sweep.jobs import Event, TrainJob
from sweep.store import TrialFolder

SUPPORT = Path(__file__).resolve().parents[4] / "benchmarks" / "support"

HAS_RAY = importlib.util.find_spec("ray") is not None

needs_ray = pytest.mark.skipif(not HAS_RAY, reason="Ray is not installed: pip install '.[ray]'")

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::ResourceWarning")

STEPS = 30


@pytest.fixture(scope="module")
def stubs() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SUPPORT)
        # Ray's workers are no children of this process but of Ray's own, with its environment.
        patch.setenv("PYTHONPATH", str(SUPPORT))
        import stub_trials

        yield stub_trials


@pytest.fixture
def cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head without processors, where the driver is, and two nodes with one each."""
    monkeypatch.setenv("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    from ray.cluster_utils import Cluster

    started = Cluster(initialize_head=True, head_node_args={"num_cpus": 0})
    yield started
    started.shutdown()


def grid(stubs: ModuleType, root: Path) -> list[Any]:
    return [stubs.make_stub(root, f"stub-{index}", STEPS, 0.05) for index in range(8)]


def names(jobs: list[Any]) -> list[str]:
    return [job.label for job in jobs]


def test_options_of_a_cluster_need_the_executor():
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, address="auto")
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, ray_storage=True)


def test_without_ray_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"srgan-sweep\[ray\]"):
        open_executor("ray", 1, "cpu", 1)


@pytest.fixture
def job(tmp_path: Path) -> TrainJob:
    return TrainJob(tmp_path, tmp_path / "trials" / "a", "a", {"trial": "a"}, None, None, ())


def test_posts_of_an_attempt_that_was_given_up_are_dropped(job):
    """The parcel of a machine that only seemed lost is older than what its successor wrote."""
    first, second = _Task(job, None, attempt=1), _Task(job, None, attempt=2)
    board = _Board()
    board.post(1, "the lost machine")
    board.post(1, Parcel({"trials/a/trial.json": b"{}"}))
    board.post(2, "another machine")
    posts = board.take()
    assert list(_current([second], posts)) == [(second, "another machine")]
    assert [task for task, _ in _current([first, second], posts)] == [first, first, second]


def test_a_second_result_from_another_machine_is_reported(job):
    events: list[Event] = []
    for steps in (1, 2):
        files = {"trials/a/result.json": b'{"steps": %d}' % steps, "trials/a/trial.json": b"{}"}
        _unpack(job, Parcel(files), events.append)
    (event,) = events
    assert (event.job, event.kind) == ("a", "warning")
    (told,) = TrialFolder(job.folder).read_trial()["conflicts"]
    assert told == event.fields["message"]
    assert "a second result differs from the published one" in told


@needs_ray
@pytest.mark.slow
def test_a_grid_survives_the_loss_of_a_node(cluster, stubs, tmp_path):
    doomed = cluster.add_node(num_cpus=1)
    cluster.add_node(num_cpus=1)
    jobs = grid(stubs, tmp_path / "grid")
    executor = open_executor("ray", 2, "cpu", 1, address=cluster.address)
    lost: list[str] = []

    def receive(event: Event) -> None:
        if event.kind == "progress" and event.fields["iteration"] == 10 and not lost:
            lost.append("")
            cluster.remove_node(doomed, allow_graceful=False)
        if event.kind == "warning":
            lost.append(event.fields["message"])

    try:
        states = dispatch(executor, jobs, receive, StopRequest())
    finally:
        executor.close()
    assert states == dict.fromkeys(names(jobs), "done")
    assert any("its machine was lost" in message for message in lost)
    assert stubs.faults(tmp_path / "grid", names(jobs), STEPS) == []


@needs_ray
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
