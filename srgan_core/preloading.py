"""Processes that a server forks, which has imported what they need: once for all of them.

The server is multiprocessing's own. It runs no operator of PyTorch and touches no GPU, so it has no
threads that a fork would lose. For Linux alone: elsewhere, what is imported does not bear a fork.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess

from srgan_core.spawning import hidden_main_file


class PreloadedProcess(ForkServerProcess):
    """A process of packages alone, as `PackageProcess` is, with this program's environment."""

    def start(self) -> None:
        """Starts it without the main file; waits for a server that is importing still."""
        # The server's own is the one of its start.
        self._environment = dict(os.environ)
        with hidden_main_file():
            super().start()

    def run(self) -> None:
        """Runs the target."""
        os.environ.clear()
        os.environ.update(self._environment)
        super().run()


class PreloadedContext(ForkServerContext):
    """What multiprocessing takes in place of the context `forkserver`."""

    Process = PreloadedProcess


def begin_preloading(modules: Sequence[str]) -> None:
    """Starts the server, unless it is there, which imports modules on its own from then on.

    It stays until this program ends.
    """
    forkserver.set_forkserver_preload(list(modules))
    with hidden_main_file():
        forkserver.ensure_running()
