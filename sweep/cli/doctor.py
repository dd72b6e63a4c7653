"""`sweep doctor`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from srgan_core.cache import cache_dir
from srgan_core.errors import DataError
from srgan_core.wording import counted
from sweep.cli.options import json_option
from sweep.config.names import PUBLISHED_SETS

if TYPE_CHECKING:
    from srgan_core.weights.resolver import WeightsStatus

PACKAGES = ("torch", "torchvision", "lpips", "pyiqa", "scikit-image", "numpy", "pandas")


@dataclass(frozen=True)
class Device:
    """What trains here.

    Attributes:
        kind: What `auto` is.
        name: Of that device.
        visible: All that `--device` takes here, without `auto`.
        cores: CPU cores that may be used.
        threads: PyTorch's own choice.
        precision: What `auto` trains in.
    """

    kind: str
    name: str
    visible: tuple[str, ...]
    cores: int
    threads: int
    precision: str


@dataclass(frozen=True)
class TestSetStatus:
    """What this machine has of a test set; where nothing, `note` says what to do."""

    name: str
    images: int
    folder: Path | None
    origin: str | None
    note: str


@dataclass(frozen=True)
class Diagnosis:
    """What this machine can run and where weights and test sets come from.

    Attributes:
        versions: Python and packages; None for one that is missing.
        cache: Folder of what is fetched.
        data: `$SWEEP_DATA`; None where it is not set.
    """

    versions: dict[str, str | None]
    device: Device
    cache: Path
    data: str | None
    weights: tuple[WeightsStatus, ...]
    test_sets: tuple[TestSetStatus, ...]


@click.command("doctor", epilog="Example: sweep doctor")
@json_option("for this machine")
def command(as_json: bool) -> None:
    """Say what this machine can run: devices, weights, test sets, versions. Downloads nothing."""
    found = diagnose()
    if as_json:
        from sweep.cli.documents import print_document

        print_document("doctor", diagnosis=found)
        return
    for title, lines in sections(found):
        click.secho(title, bold=True)
        for line in lines:
            click.echo(f"  {line}")


def diagnose() -> Diagnosis:
    """Looks at versions, device, folders, weights and test sets, without any network."""
    from srgan_core.weights import describe_weights

    return Diagnosis(
        versions={"python": platform.python_version(), **{p: _version(p) for p in PACKAGES}},
        device=_device(),
        cache=cache_dir(),
        data=os.environ.get("SWEEP_DATA") or None,
        weights=describe_weights(),
        test_sets=tuple(map(_test_set, PUBLISHED_SETS)),
    )


def sections(found: Diagnosis) -> Iterator[tuple[str, list[str]]]:
    """Yields headings with lines for people."""
    named = found.versions.items()
    yield "versions", [f"{name} {number or 'is missing'}" for name, number in named]
    device = found.device
    yield (
        "device",
        [
            f"{device.kind}: {device.name}, {counted(device.cores, 'CPU core')}, "
            f"{counted(device.threads, 'thread')}",
            f"--device takes {', '.join(device.visible)}",
            f"precision auto trains in {device.precision}",
        ],
    )
    yield (
        "folders",
        [
            f"cache {found.cache} ($SWEEP_CACHE moves it)",
            f"data  {found.data or '$SWEEP_DATA is not set'}",
        ],
    )
    yield "weights", [_weights_line(status) for status in found.weights]
    yield "test sets", [_test_set_line(status) for status in found.test_sets]


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _device() -> Device:
    import torch

    from srgan_core.cores import usable_cores
    from srgan_core.training.hardware import (
        resolve_device,
        resolve_precision,
        visible_devices,
    )

    device = resolve_device("auto")
    precision = str(resolve_precision("auto", device)).removeprefix("torch.")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return Device(
        kind=device.type,
        name=name,
        visible=visible_devices(),
        cores=usable_cores(),
        threads=torch.get_num_threads(),
        precision=precision,
    )


def _weights_line(status: WeightsStatus) -> str:
    where = f"{status.path} ({status.origin})" if status.path else "not here"
    note = f"; {status.note}" if status.note else ""
    return f"{status.architecture:<8} {where}{note}"


def _test_set(name: str) -> TestSetStatus:
    from sweep.scoring.sets.published_sets import find_on_disk

    try:
        found = find_on_disk(name)
    except DataError as error:
        return TestSetStatus(name, 0, None, None, str(error))
    if found is None:
        note = f"not here; put it into $SWEEP_DATA or run `sweep fetch {name}`"
        return TestSetStatus(name, 0, None, None, note)
    paths, origin = found
    return TestSetStatus(name, len(paths), paths[0].parent, origin, "")


def _test_set_line(status: TestSetStatus) -> str:
    if status.folder is None:
        return f"{status.name:<9} {status.note}"
    images = counted(status.images, "image")
    return f"{status.name:<9} {images} in {status.folder} ({status.origin})"
