from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from srgan_core.signals import STOP_SIGNALS, signals_to_obey, stop_status

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2")


def test_every_way_of_asking_for_the_end_is_known():
    assert tuple(getattr(signal, name) for name in NAMES) == STOP_SIGNALS


@pytest.mark.parametrize("name", NAMES)
def test_an_interrupt_has_its_own_status_and_the_others_share_one(name):
    assert stop_status(getattr(signal, name)) == (130 if name == "SIGINT" else 143)


def test_what_nohup_protects_stays_protected():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        assert signals_to_obey() == tuple(n for n in STOP_SIGNALS if n != signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_system_without_some_of_them_has_the_others():
    script = (
        "import signal\n"
        "for name in ('SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGKILL'): delattr(signal, name)\n"
        "from srgan_core.signals import signals_to_obey\n"
        "print([number.name for number in signals_to_obey()])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "['SIGINT', 'SIGTERM']\n"
