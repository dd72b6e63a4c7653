"""Child processes of a supervisor: signals are its business, and they end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from srgan_core.signals import STOP_SIGNALS
from srgan_core.spawning import PackageContext


def start_child(
    target: Callable[..., None], *arguments: Any, method: str = "spawn"
) -> tuple[BaseProcess, Any]:
    """Starts a child that gets its end of a pipe and the arguments.

    Signals to the whole group are kept from it until it is ready to ignore them.

    Args:
        target: What it runs; calls `obey_supervisor` first.
        arguments: What the target gets behind the pipe.
        method: How multiprocessing starts it.

    Returns:
        The child, and this process's end of the pipe, which closes when the child dies.
    """
    context: Any = PackageContext() if method == "spawn" else multiprocessing.get_context(method)
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=target, args=(theirs, *arguments))
    if method == "spawn":
        # Started later by multiprocessing, it would let the signals through again.
        resource_tracker.ensure_running()
    with signals_held_back():
        process.start()
    # Only the child may hold its end, so that its death closes the pipe.
    theirs.close()
    return process, ours


@contextmanager
def signals_held_back() -> Iterator[None]:
    """What is started meanwhile gets no stop signal, where the system knows how to hold them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def end_child(process: BaseProcess, patience: float) -> None:
    """Waits for a child's end for so many seconds, then kills it."""
    process.join(patience)
    process.kill()
    process.join()


def obey_supervisor() -> None:
    """What a child calls first: leaves signals to the supervisor, and ends when that is killed."""
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
    threading.Thread(target=_end_with_supervisor, daemon=True).start()


def _end_with_supervisor() -> None:
    """Ends at once when the supervisor is killed: a later run may be at the same files soon."""
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        supervisor.join()
        os._exit(1)
