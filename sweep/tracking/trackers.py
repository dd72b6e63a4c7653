"""The trackers by name, and what every one of them does."""

from __future__ import annotations

import importlib.util
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from srgan_core.errors import MissingDependencyError
from srgan_core.installing import install_extra
from sweep.tracking.mlflow import MlflowTracker
from sweep.tracking.record import RunRecord
from sweep.tracking.wandb import WandbTracker


class Tracker(Protocol):
    """Writes runs to an experiment tracker, whose package is imported when it is made."""

    folder: str
    """Name of its folder below a results folder."""

    def __init__(self, root: Path) -> None:
        """Opens the tracker for a results folder."""

    @staticmethod
    def modules() -> tuple[str, ...]:
        """Modules that it is going to import; imports none."""

    @staticmethod
    def destination() -> str:
        """Identifies where runs go to, by the environment alone."""

    def new_run(self, record: RunRecord) -> str:
        """Makes a run, or an id for one; returns the id."""

    def write(self, run: str, record: RunRecord) -> None:
        """Brings a run up to a record, whatever it holds already."""


TRACKERS: Mapping[str, type[Tracker]] = MappingProxyType(
    {"wandb": WandbTracker, "mlflow": MlflowTracker}
)


def require_trackers(names: Collection[str]) -> None:
    """Refuses trackers, of `TRACKERS`, that cannot be imported; imports none.

    Raises:
        MissingDependencyError: names what is missing and how to install it.
    """
    for name in names:
        missing = [module for module in TRACKERS[name].modules() if not _is_installed(module)]
        if missing:
            raise MissingDependencyError(
                f"--track {name}: not installed: {', '.join(missing)}; {install_extra(name)}"
            )


def _is_installed(module: str) -> bool:
    """A bare folder of that name, as trackers leave them behind, is no package."""
    spec = importlib.util.find_spec(module)
    return spec is not None and spec.origin is not None
