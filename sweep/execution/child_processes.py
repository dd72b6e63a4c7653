"""Child processes of a supervisor: signals are its business, and they end when it does."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from srgan_core.signals import STOP_SIGNALS
from srgan_core.spawning import PackageContext

PRELOADED = "preloaded"
"""The way to start a child that has PyTorch."""


def start_child(
    target: Callable[..., None], *arguments: Any, method: str = "spawn"
) -> tuple[BaseProcess, Any]:
    """Starts a child that gets its end of a pipe and the arguments.

    Signals to the whole group are kept from it until it is ready to ignore them.

    Args:
        target: What it runs; calls `obey_supervisor` first.
        arguments: What the target gets behind the pipe.
        method: How multiprocessing starts it, or `PRELOADED`: as a fork of the server that
            `begin_importing` starts, or by spawn where there is none or it has died.

    Returns:
        The child, and this process's end of the pipe, which closes when the child dies.
    """
    if method == PRELOADED:
        if begin_importing():
            from srgan_core.preloading import PreloadedContext

            with suppress(OSError, EOFError):
                return _start(PreloadedContext(), target, arguments)
        method = "spawn"
    context: Any = PackageContext() if method == "spawn" else multiprocessing.get_context(method)
    if method == "spawn":
        resource_tracker.ensure_running()
    with signals_held_back():
        return _start(context, target, arguments)


def _start(
    context: Any, target: Callable[..., None], arguments: Sequence[Any]
) -> tuple[BaseProcess, Any]:
    ours, theirs = context.Pipe()
    process: BaseProcess = context.Process(target=target, args=(theirs, *arguments))
    # Only the child may hold its end, so that its death closes the pipe.
    with theirs:
        process.start()
    return process, ours


def begin_importing() -> bool:
    """Has a server import what every worker needs, while this process goes on.

    It keeps the signals back that it is forked with, hence from its forks too.

    Returns:
        Whether this system has such a server.
    """
    if sys.platform != "linux":
        return False
    from srgan_core.preloading import begin_preloading

    resource_tracker.ensure_running()
    try:
        with signals_held_back():
            begin_preloading(["sweep.execution.preloaded"])
    except OSError:
        # As in a fork of the process whose server it is.
        return False
    return True


@contextmanager
def signals_held_back() -> Iterator[None]:
    """What is started meanwhile gets no stop signal, where the system knows how to hold them.

    The tracker of resources must be there already: started by multiprocessing meanwhile, it would
    let the signals through again.
    """
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
