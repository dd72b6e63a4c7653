"""Joins a Ray cluster, or starts one on this machine that no other machine can reach."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import psutil

from srgan_core.errors import ConfigError, MissingDependencyError

T = TypeVar("T")

NAMESPACE = "srgan-sweep"

ANSWER_SECONDS = 10.0
"""How long a cluster may take to accept a connection."""

START_TRIES = 3
"""Ray gives its own helpers 15 s to start, too little on a busy machine, and then fails as a whole
(https://github.com/ray-project/ray/issues/65983)."""


def connect(address: str | None, processors: int) -> Any:
    """Joins a cluster, or starts one.

    Args:
        address: `auto`, HOST:PORT, or None to start one that listens on the loopback interface
            alone.
        processors: How many one that is started here has.

    Returns:
        The module `ray`, connected.

    Raises:
        ConfigError: when no cluster answers at the address, or none can be started.
        MissingDependencyError: when Ray is not installed.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is None:
        # The switch that makes Ray bind all of its servers to the loopback interface.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise MissingDependencyError(
            "executor ray: Ray is not installed; pip install 'srgan-sweep[ray]'"
        ) from None
    options = {"namespace": NAMESPACE, "log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        _stay_on_loopback()
        _start(ray, options | {"num_cpus": processors, "include_dashboard": False})
    else:
        _join(ray, address, options)
    return ray


def _stay_on_loopback() -> None:
    """Ray reads the switch when it is imported, which may have been before it was set."""
    from ray._private import ray_constants

    ray_constants.ENABLE_RAY_CLUSTER = False


def last_line(error: Exception) -> str:
    """Says in one line what Ray raised: it puts the cause last, below a traceback.

    Args:
        error: What was raised.
    """
    return next((line for line in reversed(str(error).splitlines()) if line.strip()), "killed")


def start_patiently(start: Callable[[], T]) -> T:
    """Starts something of Ray, and once more where that fails.

    Args:
        start: Starts it.

    Returns:
        What `start` returned.

    Raises:
        Exception: what `start` raised the last time; none of its processes is left.
    """
    for tries_left in reversed(range(START_TRIES)):
        before = _children()
        try:
            return start()
        except Exception:
            _kill(_children() - before)
            if not tries_left:
                raise
    raise AssertionError


def _start(ray: Any, options: dict[str, Any]) -> None:
    try:
        start_patiently(lambda: ray.init(address="local", **options))
    except Exception as error:
        raise ConfigError(
            f"executor ray: no cluster could be started on this machine ({last_line(error)}); use "
            "--executor local, or start one with `ray start --head` and name it with --address"
        ) from error


def _join(ray: Any, address: str, options: dict[str, Any]) -> None:
    try:
        _knock(ray, address)
        ray.init(address=address, **options)
    except Exception as error:
        if type(error).__name__ == "AuthenticationError":
            raise ConfigError(
                f"--address {address}: the cluster asks for a token; set RAY_AUTH_MODE=token and "
                "RAY_AUTH_TOKEN to what `ray get-auth-token` prints on its first machine"
            ) from error
        raise ConfigError(
            f"--address {address}: expected a Ray cluster that this machine can join "
            f"({last_line(error)}); start one with `ray start --head`, or leave --address out"
        ) from error


def _knock(ray: Any, address: str) -> None:
    """Ray itself tries for minutes where nothing listens, and for 20 s where its token is wrong."""
    host, _, port = address.rpartition(":")
    if port.isdigit() and not host.startswith("ray:"):
        socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS).close()
        ray._raylet.GcsClient(address=address).get_all_node_info()


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children())


def _kill(processes: set[psutil.Process]) -> None:
    """Ends what a start that failed has left behind."""
    for process in processes:
        process.kill()
    psutil.wait_procs(processes)
