"""A sweep of one trial that was stopped at step 7, and who runs it on."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import faulty_trials
import pytest
from meddling import Meddler, sweep

from sweep.execution.executors.base import Executor
from sweep.execution.executors.opening import open_executor


@pytest.fixture(autouse=True, scope="module")
def _workers_find_the_faults() -> Iterator[None]:
    """Ray's workers are no children of this process but of Ray's own, with its environment."""
    with pytest.MonkeyPatch.context() as patch:
        folder = str(Path(faulty_trials.__file__).parent)
        patch.setenv("PYTHONPATH", folder, prepend=os.pathsep)
        yield


@pytest.fixture(scope="module", params=["local", pytest.param("ray", marks=pytest.mark.exhaustive)])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    if request.param == "ray":
        request.getfixturevalue("needs_ray")
    opened = open_executor(request.param, 1, "cpu", 1)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def stopped(tmp_path_factory) -> Path:
    """A sweep whose trial was stopped behind step 7; not to be changed."""
    folder = tmp_path_factory.mktemp("stopped") / "smoke"
    local = open_executor("local", 1, "cpu", 1)
    try:
        waiting = Meddler(
            local,
            lambda job: faulty_trials.faulty(job, fault="waits", step=7),
            lambda step: step == 7 and os.kill(os.getpid(), signal.SIGTERM),
        )
        assert sweep(folder, waiting).status == 143
    finally:
        local.close()
    return folder


@pytest.fixture(scope="session")
def calm(stopped, tmp_path_factory) -> Path:
    """The same sweep run to its end without a fault; not to be changed."""
    folder = shutil.copytree(stopped, tmp_path_factory.mktemp("calm") / "smoke")
    local = open_executor("local", 1, "cpu", 1)
    try:
        assert sweep(folder, Meddler(local)).status == 0
    finally:
        local.close()
    return folder


@pytest.fixture
def folder(stopped, tmp_path) -> Path:
    return shutil.copytree(stopped, tmp_path / "smoke")
