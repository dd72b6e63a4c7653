"""What every benchmark says of the machine, and how it prints and writes its table."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.table import Table

WIDTH = 110

PACKAGES = ("torch", "torchvision", "numpy", "scikit-image", "pyiqa", "lpips")


def parser(description: str | None) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    options = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--threads", type=int, default=torch.get_num_threads())
    options.add_argument("--json", type=Path, help="write the records to this file too")
    return options


def describe(device: torch.device, threads: int) -> dict[str, Any]:
    """Hardware and versions: kind of the processor, never the machine's name."""
    record: dict[str, Any] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": threads,
        "device": device.type,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }
    if device.type == "cuda":
        record["gpu"] = torch.cuda.get_device_name(device)
    return record


def installed_environment() -> dict[str, str]:
    """The environment of a command that finds its modules compiled, as pip and a first run do."""
    return {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def report(
    title: str,
    columns: Sequence[str],
    rows: Sequence[dict[str, Any]],
    record: dict[str, Any],
    json_file: Path | None,
) -> None:
    """Prints the machine and the table, and writes the records where a file was named."""
    # A table that goes into a file keeps its headers whole.
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    machine = record["machine"]
    where = machine.get("gpu") or f"{machine['processor']}, {machine['threads']} threads"
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    console.print(f"{where}; Python {machine['python']}, {versions}", highlight=False)
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if isinstance(rows[0][column], str) else "right")
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    console.print(table)
    if json_file:
        json_file.write_text(json.dumps({**record, "rows": list(rows)}, indent=1) + "\n")


def in_turn(
    first: Callable[[], float], second: Callable[[], float], rounds: int, warm_up: int
) -> list[tuple[float, float]]:
    """Seconds of two things done in turn, so that a slow moment of the machine meets both."""
    pairs = [(first(), second()) for _ in range(warm_up + rounds)]
    return pairs[warm_up:]


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return str(value)
