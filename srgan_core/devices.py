"""Names of devices, as configs and command lines take them. Imports no torch."""

from __future__ import annotations

import re

from srgan_core.errors import ConfigError, unknown_name

DEVICES = ("auto", "cpu", "cuda", "cuda:N", "mps")
"""Kinds, and a certain GPU among several."""


def check_device_name(name: str) -> str:
    """Returns a name that may be a device's, whether there is one or not.

    Raises:
        ConfigError: when there can be none of that name.
    """
    if name not in DEVICES and not re.fullmatch(r"cuda:(0|[1-9]\d{0,3})", name):
        raise ConfigError(unknown_name("device", name, DEVICES))
    if name == "cuda:N":
        raise ConfigError("device 'cuda:N': expected the number of a GPU, as in cuda:1")
    return name


def gpu_number(name: str) -> int | None:
    """The number in a device's name; None where there is none."""
    _, _, number = name.partition(":")
    return int(number) if number else None
