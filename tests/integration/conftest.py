"""The installed `sweep`, as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

Sweep = Callable[..., "subprocess.CompletedProcess[str]"]

LIMIT_SECONDS = 300

TELLING_MODULES = """
import json, sys
from sweep.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps([ended.code, loaded]), file=sys.stderr)
"""


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


@pytest.fixture(scope="session")
def loaded_by(sweep_environment: dict[str, str]) -> Callable[..., set[str]]:
    """Runs a command that has to succeed; gives the top-level modules that it has loaded."""

    def run(*arguments: object) -> set[str]:
        given = [sys.executable, "-c", TELLING_MODULES, *map(str, arguments)]
        answer = subprocess.run(
            given, env=sweep_environment, capture_output=True, text=True, check=True
        )
        status, modules = json.loads(answer.stderr.splitlines()[-1])
        assert status == 0, answer.stderr
        return set(modules)

    return run
