"""Everything that `srgan_core` raises on purpose.

SrganError
├── ConfigError                  a setting is wrong (also ValueError)
├── ShapeError                   an array or tensor has the wrong shape (also ValueError)
├── DataError                    an image or a data set cannot be used
├── WeightsError                 pretrained or saved weights are missing or damaged
├── CheckpointError              a training state cannot be read back
└── UnavailableError             something needed cannot be had on this machine
    ├── UnavailableDataError     a data set that has a name of its own (also DataError)
    ├── UnavailableWeightsError  pretrained weights (also WeightsError)
    ├── UnavailableDeviceError   a GPU (also ConfigError)
    ├── DiskError                room on a disk: it is full, read-only, over its quota
    └── MissingDependencyError   an optional package or program (also ImportError)
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import ClassVar


class SrganError(Exception):
    """Base of every error that this package raises on purpose.

    Attributes:
        EXIT_STATUS: That of a command that it ends. 2 is wrong usage; 3 a right command on a
            machine that lacks something; 1 a training that came to nothing.
    """

    EXIT_STATUS: ClassVar[int] = 2


class ConfigError(SrganError, ValueError):
    """A setting is unknown, out of range, or contradicts another one."""


class ShapeError(SrganError, ValueError):
    """A tensor or an image has a shape that the called function cannot take."""


class DataError(SrganError):
    """An image or a data set is missing, damaged, or unfit for its purpose."""


class WeightsError(SrganError):
    """A file of weights is missing, damaged, or made for another network."""


class CheckpointError(SrganError):
    """A saved training state is missing, damaged, or belongs to another run."""


class UnavailableError(SrganError):
    """Something needed cannot be had here: weights, data, the network, disk, a package."""

    EXIT_STATUS = 3


class UnavailableDataError(UnavailableError, DataError):
    """A data set with a name of its own is not on this machine and could not be fetched."""


class UnavailableWeightsError(UnavailableError, WeightsError):
    """Pretrained weights are not on this machine and could not be fetched."""


class UnavailableDeviceError(UnavailableError, ConfigError):
    """This machine has no such GPU."""


class DiskError(UnavailableError):
    """A disk takes no more: full, read-only, over its quota."""


class MissingDependencyError(UnavailableError, ImportError):
    """An optional package is needed for what was asked and is not installed."""


def unknown_name(kind: str, name: str, known: Iterable[str]) -> str:
    """Words the message for a name that is not in a closed list.

    Args:
        kind: What the name stands for, in the singular ("content", "metric").
        name: What was given.
        known: The names that exist, in the order to show them.

    Returns:
        One sentence with every known name and, when one is close, a suggestion.
    """
    names = list(known)
    message = f"{kind} {name!r} is unknown: {', '.join(names)}"
    close = difflib.get_close_matches(name, names, n=1)
    return f"{message}; did you mean {close[0]!r}?" if close else message
