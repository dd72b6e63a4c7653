"""Processes that begin anew, by spawn, and leave the program that starts them alone.

Python's own way imports that program's main file in each of them, so that a plain script would
begin all over again, unless it stands below `if __name__ == "__main__"`. What is started here finds
all it needs in packages.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import SpawnContext, SpawnProcess

_TELLING = ("__spec__", "__file__")
"""Where multiprocessing looks for the main file."""

_hiding = threading.Lock()


class PackageProcess(SpawnProcess):
    """A process whose target and arguments are of packages, never of the main file."""

    def start(self) -> None:
        """Starts it without the main file."""
        with hidden_main_file():
            super().start()


class PackageContext(SpawnContext):
    """What `multiprocessing` and pools of processes take in place of the context `spawn`."""

    Process = PackageProcess


@contextmanager
def hidden_main_file() -> Iterator[None]:
    """Has multiprocessing take this program for one without a main file."""
    names = vars(sys.modules["__main__"])
    with _hiding:
        held = {name: names[name] for name in _TELLING if name in names}
        names["__spec__"] = None
        names.pop("__file__", None)
        try:
            yield
        finally:
            del names["__spec__"]
            names.update(held)
