"""Child processes of a supervisor: signals are its business, and they end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGUSR2)


@contextmanager
def signals_held_back(spawns: bool) -> Iterator[None]:
    """Keeps signals to the whole group from a child that is not ready to ignore them.

    Args:
        spawns: Whether the child is started by spawn.
    """
    if spawns:
        # Started later by multiprocessing, it would let the signals through again.
        resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def obey_supervisor() -> None:
    """What a child calls first: leaves signals to the supervisor, and ends when that is killed."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()


def _end_with_supervisor() -> None:
    """Ends at once when the supervisor is killed: a later run may be at the same files soon."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os._exit(1)
