"""The signals that ask a program to end, as far as this system knows them."""

from __future__ import annotations

import signal

STOP_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)
"""SIGHUP is a terminal that was lost; SIGUSR1 and SIGUSR2 are what batch systems send ahead of the
end."""


SIGKILL = 9
"""Not every system's module has the name."""


def signals_to_obey() -> tuple[signal.Signals, ...]:
    """The stop signals without SIGHUP where `nohup` asked to survive it."""
    return tuple(
        number
        for number in STOP_SIGNALS
        if number.name != "SIGHUP" or signal.getsignal(number) is not signal.SIG_IGN
    )


def stop_status(number: int) -> int:
    """Exit status of a program that such a signal has ended: 130 for SIGINT, else 143."""
    return 128 + (signal.SIGINT if number == signal.SIGINT else signal.SIGTERM)
