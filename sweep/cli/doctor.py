"""`sweep doctor`."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

import click

from srgan_core.cache import cache_dir
from srgan_core.errors import DataError
from srgan_core.wording import counted
from sweep.config.names import PUBLISHED_SETS

PACKAGES = ("torch", "torchvision", "lpips", "pyiqa", "scikit-image", "numpy", "pandas")


@click.command("doctor", epilog="Example: sweep doctor")
def command() -> None:
    """Say what this machine can run: devices, weights, test sets, versions. Downloads nothing."""
    for title, lines in diagnose():
        click.secho(title, bold=True)
        for line in lines:
            click.echo(f"  {line}")


def diagnose() -> Iterator[tuple[str, list[str]]]:
    """Yields headings with lines: versions, device, folders, weights, test sets."""
    yield "versions", [f"python {platform.python_version()}", *map(_package, PACKAGES)]
    yield "device", _device()
    yield (
        "folders",
        [
            f"cache {cache_dir()} ($SWEEP_CACHE moves it)",
            f"data  {os.environ.get('SWEEP_DATA') or '$SWEEP_DATA is not set'}",
        ],
    )
    yield "weights", list(_weights())
    yield "test sets", [_test_set(name) for name in PUBLISHED_SETS]


def _package(name: str) -> str:
    try:
        return f"{name} {version(name)}"
    except PackageNotFoundError:
        return f"{name} is missing"


def _device() -> list[str]:
    import torch

    from srgan_core.cores import usable_cores
    from srgan_core.training.hardware import resolve_device, resolve_precision

    device = resolve_device("auto")
    precision = str(resolve_precision("auto", device)).removeprefix("torch.")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine()
    return [
        f"{device.type}: {name}, {counted(usable_cores(), 'CPU core')}, "
        f"{counted(torch.get_num_threads(), 'thread')}",
        f"precision auto trains in {precision}",
    ]


def _weights() -> Iterator[str]:
    from srgan_core.weights import describe_weights

    for status in describe_weights():
        where = f"{status.path} ({status.origin})" if status.path else "not here"
        note = f"; {status.note}" if status.note else ""
        yield f"{status.architecture:<8} {where}{note}"


def _test_set(name: str) -> str:
    from sweep.scoring.sets.published_sets import find_on_disk

    try:
        found = find_on_disk(name)
    except DataError as error:
        return f"{name:<9} {error}"
    if found is None:
        return f"{name:<9} not here; put it into $SWEEP_DATA or run `sweep fetch {name}`"
    paths, origin = found
    return f"{name:<9} {counted(len(paths), 'image')} in {paths[0].parent} ({origin})"
