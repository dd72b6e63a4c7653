"""Whether the network may be used, whether a server is there, and trying again."""

from __future__ import annotations

import os
import queue
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import TypeVar

OFFLINE_VARIABLE = "SWEEP_OFFLINE"
"""Environment variable that forbids all network when set to anything but 0."""

PROBE_SECONDS = 4.0
"""How long a server may take to show that it is reached."""


ATTEMPTS = 4
"""How often a transfer that breaks off is tried in all."""

PAUSE_SECONDS = 1.0
"""Before the second attempt; each later pause is twice the one before."""

Result = TypeVar("Result")


def with_retries(
    action: Callable[[], Result],
    errors: tuple[type[Exception], ...],
    is_final: Callable[[Exception], bool] = lambda error: False,
) -> Result:
    """Does something that may fail for a moment.

    Args:
        action: What to do, from the beginning each time.
        errors: What it may raise then.
        is_final: Whether an error is one that trying again cannot mend, such as a missing page.

    Returns:
        What the action returns.

    Raises:
        Exception: the last attempt's error.
    """
    for attempt in range(ATTEMPTS - 1):
        try:
            return action()
        except errors as error:
            if is_final(error):
                raise
        time.sleep(PAUSE_SECONDS * 2**attempt)
    return action()


def is_offline() -> bool:
    """Whether the user forbids the network."""
    return os.environ.get(OFFLINE_VARIABLE, "0") not in ("", "0")


def why_unreachable(url: str) -> str | None:
    """Asks a server for the headers of a page.

    A thread does it, since no timeout of Python bounds the look-up of a host's name.

    Returns:
        None when the server has it, else the reason in a few words.
    """
    answer: queue.SimpleQueue[Exception | None] = queue.SimpleQueue()

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")
        try:
            with urllib.request.urlopen(request, timeout=PROBE_SECONDS):
                answer.put(None)
        # Whatever is not handed over here would vanish with the thread.
        except Exception as error:
            answer.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        failure = answer.get(timeout=PROBE_SECONDS)
    except queue.Empty:
        return f"no answer within {PROBE_SECONDS:g} s"
    if failure is None:
        return None
    if isinstance(failure, urllib.error.HTTPError):
        return str(failure)
    # urllib wraps other reasons in an exception whose own words add nothing.
    return str(getattr(failure, "reason", failure))
