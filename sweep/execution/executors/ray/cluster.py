"""Joins a Ray cluster, or starts one on this machine that no other machine can reach."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable
from typing import Any, TypeVar

import psutil

from srgan_core.errors import ConfigError, MissingDependencyError, UnavailableError
from srgan_core.installing import install_extra

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
            alone and asks for a token that no other process of this machine knows.
        processors: How many one that is started here has.

    Returns:
        The module `ray`, connected.

    Raises:
        ConfigError: when the address is none, or the token is not the cluster's.
        UnavailableError: when no cluster answers at the address, or none can be started.
        MissingDependencyError: when Ray is not installed.
    """
    _check_options(address)
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is None:
        _close_to_others()
    try:
        import ray
        import ray.exceptions
    except ImportError:
        raise MissingDependencyError(
            f"executor ray: Ray is not installed; {install_extra('ray')}"
        ) from None
    options = {"namespace": NAMESPACE, "log_to_driver": False, "logging_level": "ERROR"}
    if address is None:
        _read_environment_again()
        _start(ray, options | {"num_cpus": processors, "include_dashboard": False})
    else:
        _join(ray, address, options)
    return ray


def _check_options(address: str | None) -> None:
    """Refuses what cannot be meant before Ray, which takes seconds to import, makes less of it."""
    mode = os.environ.get("RAY_AUTH_MODE", "")
    if mode.lower() not in ("", "token", "disabled"):
        raise ConfigError(f"RAY_AUTH_MODE={mode}: expected token or disabled")
    if address is None or address == "auto":
        return
    host, _, port = address.rpartition(":")
    if not host or "/" in host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise ConfigError(f"--address {address!r}: expected auto or HOST:PORT, as in 10.0.0.1:6379")


def _close_to_others() -> None:
    """Makes Ray bind all of its servers to the loopback interface and ask for a token.

    A token of our own is in this process and its children alone; Ray's would go into a file of the
    home folder, and from then on every cluster that is started there would ask for it.
    """
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    os.environ["RAY_AUTH_MODE"] = os.environ.get("RAY_AUTH_MODE") or "token"
    if not (os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")):
        os.environ["RAY_AUTH_TOKEN"] = secrets.token_hex(32)


def _read_environment_again() -> None:
    """Ray reads it when it is imported, which may have been before it was set."""
    from ray import _raylet
    from ray._private import ray_constants

    ray_constants.ENABLE_RAY_CLUSTER = False
    _raylet.Config.initialize("")
    _raylet.AuthenticationTokenLoader.instance().reset_cache()


def last_line(error: Exception) -> str:
    """Says in one line what Ray raised: it puts the cause last, below a traceback."""
    return next((line for line in reversed(str(error).splitlines()) if line.strip()), "killed")


def start_patiently(start: Callable[[], T]) -> T:
    """Starts something of Ray, and again where that fails; returns what `start` returned.

    Raises:
        Exception: what `start` raised the last time; none of its processes is left.
    """
    for tries_left in reversed(range(START_TRIES)):
        before = set(psutil.Process().children())
        try:
            return start()
        except Exception:
            left_behind = set(psutil.Process().children()) - before
            for process in left_behind:
                process.kill()
            psutil.wait_procs(left_behind)
            if not tries_left:
                raise
    raise AssertionError


def _start(ray: Any, options: dict[str, Any]) -> None:
    try:
        start_patiently(lambda: ray.init(address="local", **options))
    except Exception as error:
        raise UnavailableError(
            f"executor ray: no cluster could be started on this machine ({last_line(error)}); use "
            "--executor local, or start one with `ray start --head` and name it with --address"
        ) from error


def _join(ray: Any, address: str, options: dict[str, Any]) -> None:
    try:
        _require_answer(ray, _find(address))
        ray.init(address=address, **options)
    except ray.exceptions.AuthenticationError as error:
        raise ConfigError(
            f"--address {address}: the token is missing, or not that of the cluster; set "
            "RAY_AUTH_MODE=token and RAY_AUTH_TOKEN to what `ray get-auth-token` prints on its "
            "first machine, or RAY_AUTH_MODE=disabled where it asks for none"
        ) from error
    except Exception as error:
        raise UnavailableError(
            f"--address {address}: expected a Ray cluster that this machine can join "
            f"({last_line(error)}); start one with `ray start --head`, or leave --address out"
        ) from error


def _find(address: str) -> str:
    """Where `auto` leads; on the way there Ray takes up a token that lies in the home folder."""
    if address != "auto":
        return address
    from ray._private import services
    from ray._private.authentication import authentication_token_setup as tokens

    tokens.maybe_enable_token_auth_if_token_available(warn_if_disabled=False)
    return str(services.canonicalize_bootstrap_address_or_die("auto"))


def _require_answer(ray: Any, address: str) -> None:
    """Asks what Ray asks, without its patience: up to minutes for each thing that is not there."""
    from ray._private.authentication.authentication_token_setup import ensure_token_if_auth_enabled

    host, _, port = address.rpartition(":")
    with socket.create_connection((host.strip("[]"), int(port)), ANSWER_SECONDS) as connection:
        if os.environ.get("RAY_USE_TLS") != "1":
            _expect_http2(connection)
    ensure_token_if_auth_enabled(create_token_if_missing=False)
    ray._raylet.GcsClient(address=address).get_all_node_info()


def _expect_http2(connection: socket.socket) -> None:
    """GRPC speaks HTTP/2, where both sides begin with a frame of type 4 (RFC 9113, section 3.4)."""
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04" + bytes(5))
    if connection.recv(4)[3:] != b"\x04":
        raise ConnectionError("what listens there is not Ray's GCS, port 6379 by default")
