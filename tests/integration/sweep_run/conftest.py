"""`sweep run` on the smoke config, and what is read of its results folder."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from srgan_core.files import file_sha256


@pytest.fixture(scope="session")
def smoke() -> tuple[str, ...]:
    """The arguments that every run of the smoke config shares."""
    return ("run", "--config", "smoke", "--metrics", "psnr", "--jobs", "1")


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[dict[str, str]]]:
    def read(folder: Path, name: str = "results.csv") -> list[dict[str, str]]:
        """A table without what may differ between two runs."""
        with (folder / name).open(newline="") as file:
            lines = list(csv.DictReader(file))
        return [{k: v for k, v in line.items() if not k.endswith("_seconds")} for line in lines]

    return read


@pytest.fixture(scope="session")
def generators() -> Callable[[Path], dict[str, str]]:
    """SHA-256 of a results folder's generators, by the folder that each lies in."""
    return lambda folder: {
        path.parent.name: file_sha256(path) for path in folder.rglob("generator.safetensors")
    }


@pytest.fixture(scope="session")
def finished(sweep, smoke, made_once) -> Path:
    """A finished smoke sweep; not to be changed."""

    def run(folder: Path) -> None:
        answer = sweep(*smoke, "--out", folder / "smoke")
        assert answer.returncode == 0, answer.stderr
        assert "2 of 2 trials done, 2 trained in this run" in answer.stdout

    return made_once("finished", run) / "smoke"
