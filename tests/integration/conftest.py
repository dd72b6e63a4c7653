"""The installed `sweep`, as a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

Sweep = Callable[..., "subprocess.CompletedProcess[str]"]

LIMIT_SECONDS = 300


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "sweep", *map(str, arguments)]


@pytest.fixture(scope="session")
def sweep_environment() -> dict[str, str]:
    return os.environ | {"OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def sweep(sweep_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    """Runs `sweep` with arguments and waits for its end."""
    folder = tmp_path_factory.mktemp("elsewhere")

    def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command(*arguments),
            cwd=folder,
            env=sweep_environment | environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def start_sweep(
    sweep_environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts `sweep` as the leader of a process group, as a shell does; kills what is left over."""
    folder = tmp_path_factory.mktemp("background")
    with ExitStack() as started:

        def start(*arguments: object, **environment: str) -> subprocess.Popen[str]:
            process = started.enter_context(
                subprocess.Popen(
                    command(*arguments),
                    cwd=folder,
                    env=sweep_environment | environment,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
            )
            started.callback(process.kill)
            return process

        yield start
