import socket
import threading
import time

import pytest

from srgan_core import network
from srgan_core.network import is_offline, why_unreachable, with_retries

CLOSED_PORT = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "PROBE_SECONDS", 0.2)
    monkeypatch.setattr(network, "PAUSE_SECONDS", 0.0)
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.mark.parametrize(("value", "offline"), [(None, False), ("0", False), ("1", True)])
def test_a_variable_forbids_the_network(monkeypatch, value: str | None, offline: bool):
    monkeypatch.delenv(network.OFFLINE_VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(network.OFFLINE_VARIABLE, value)
    assert is_offline() is offline


@pytest.mark.parametrize("failures", [0, 1, network.ATTEMPTS - 1])
def test_what_fails_for_a_moment_is_tried_again(failures: int):
    outcomes = [*[OSError("a moment")] * failures, "content"]

    def act() -> str:
        outcome = outcomes.pop(0)
        if isinstance(outcome, OSError):
            raise outcome
        return str(outcome)

    assert with_retries(act, (OSError,)) == "content"
    assert outcomes == []


@pytest.mark.parametrize(("final", "attempts"), [(True, 1), (False, network.ATTEMPTS)])
def test_the_last_error_is_raised_and_a_final_one_at_once(final: bool, attempts: int):
    tried = []

    def act() -> None:
        tried.append(1)
        raise OSError(f"attempt {len(tried)}")

    with pytest.raises(OSError, match=f"attempt {attempts}"):
        with_retries(act, (OSError,), is_final=lambda error: final)
    assert len(tried) == attempts


def test_a_refused_connection_is_a_reason():
    assert "refused" in str(why_unreachable(CLOSED_PORT))


def test_a_silent_server_is_given_up_after_the_limit():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = time.monotonic()
        assert why_unreachable(f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert time.monotonic() - start < 5


def test_a_slow_look_up_of_the_host_is_given_up_too(monkeypatch: pytest.MonkeyPatch):
    released = threading.Event()

    def look_up(*_: object, **__: object) -> None:
        released.wait(30)
        raise OSError("released")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    try:
        assert why_unreachable("http://example.invalid/x.pth") == "no answer within 0.2 s"
    finally:
        released.set()
