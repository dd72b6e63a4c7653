"""Clusters that do not come about; those that do are tested with the executor."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest

from srgan_core.errors import ConfigError
from sweep.executors.cluster import START_TRIES, connect, last_line, start_patiently

# Some of these kill a process that nobody waits for.
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning")


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.mark.usefixtures("needs_ray")
def test_an_address_where_nothing_listens_is_refused_at_once(closed_port):
    begin = time.monotonic()
    with pytest.raises(ConfigError, match=r"Connection refused.*start one with `ray start --head`"):
        connect(f"127.0.0.1:{closed_port}", 1)
    assert time.monotonic() - begin < 30


@pytest.mark.slow
@pytest.mark.usefixtures("needs_ray")
def test_a_cluster_stays_on_the_loopback_interface_where_ray_was_imported_before(monkeypatch):
    monkeypatch.setattr("ray._private.ray_constants.ENABLE_RAY_CLUSTER", True)
    ray = connect(None, 1)
    try:
        assert [node["NodeManagerAddress"] for node in ray.nodes()] == ["127.0.0.1"]
    finally:
        ray.shutdown()


def fail_after(failures: int, started: list[Any]) -> str:
    """Starts a process each time; fails so often."""
    started.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]))
    if len(started) <= failures:
        raise RuntimeError("details\n\nthe helper was late")
    return "cluster"


def test_a_start_that_fails_is_tried_again_and_leaves_no_process():
    started: list[Any] = []
    assert start_patiently(lambda: fail_after(START_TRIES - 1, started)) == "cluster"
    *failed, last = started
    assert len(failed) == START_TRIES - 1
    assert not any(psutil.pid_exists(process.pid) for process in failed)
    assert last.poll() is None
    last.kill()
    last.wait()


def test_the_last_failure_is_raised():
    started: list[Any] = []
    with pytest.raises(RuntimeError, match="the helper was late"):
        start_patiently(lambda: fail_after(START_TRIES, started))
    assert len(started) == START_TRIES
    assert not any(psutil.pid_exists(process.pid) for process in started)


def test_the_cause_is_the_last_line():
    assert last_line(RuntimeError("Traceback\n  ...\nValueError: wrong\n\n")) == "ValueError: wrong"
    assert last_line(RuntimeError()) == "killed"
