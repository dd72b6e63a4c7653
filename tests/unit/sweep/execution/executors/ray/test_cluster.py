"""Clusters that do not come about; those that do are tested with the executor."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import psutil
import pytest

from srgan_core.errors import ConfigError, UnavailableError
from sweep.execution.executors.ray.cluster import START_TRIES, connect, last_line, start_patiently

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
    refusal = r"Connection refused.*start one with `ray start --head`"
    with pytest.raises(UnavailableError, match=refusal):
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


LOCAL_CLUSTER = """
import os, subprocess, sys
import ray
from sweep.execution.executors.ray.cluster import connect
connect(None, 1)
address = ray.get_runtime_context().gcs_address
ask = "import sys; from ray._raylet import GcsClient; GcsClient(sys.argv[1]).get_all_node_info()"
for other in ({}, {"RAY_AUTH_MODE": "disabled"}, {"RAY_AUTH_TOKEN": "a guess"}):
    command = [sys.executable, "-c", ask, address]
    answer = subprocess.run(command, env=os.environ | other, capture_output=True, text=True)
    print(answer.returncode, "AuthenticationError" in answer.stderr)
ray.shutdown()
"""


@pytest.mark.slow
@pytest.mark.usefixtures("needs_ray")
def test_a_local_cluster_lets_nobody_in_and_leaves_no_token_in_the_home_folder(tmp_path):
    environment = os.environ | {"HOME": str(tmp_path), "RAY_AUTH_MODE": "", "RAY_AUTH_TOKEN": ""}
    script = [sys.executable, "-c", LOCAL_CLUSTER]
    answer = subprocess.run(script, env=environment, capture_output=True, text=True, check=False)
    assert answer.stdout.splitlines() == ["0 False", "1 True", "1 True"], answer.stderr
    assert not (tmp_path / ".ray" / "auth_token").exists()


@pytest.mark.parametrize(
    "address", ["", "host", ":6379", "host:", "host:0", "host:99999", "ray://host:10001"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ConfigError, match="expected auto or HOST:PORT"):
        connect(address, 1)


def test_an_unknown_way_of_authentication_is_refused(monkeypatch):
    monkeypatch.setenv("RAY_AUTH_MODE", "nonsense")
    with pytest.raises(ConfigError, match="RAY_AUTH_MODE=nonsense: expected token or disabled"):
        connect(None, 1)


@pytest.mark.usefixtures("needs_ray")
def test_a_port_of_something_else_is_refused(tmp_path):
    handler = partial(SimpleHTTPRequestHandler, directory=tmp_path)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(UnavailableError, match="what listens there is not Ray's GCS"):
            connect(f"127.0.0.1:{server.server_port}", 1)
        server.shutdown()


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
