"""What starting a command loads: the command line must answer at once."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {
    "PIL",
    "lpips",
    "matplotlib",
    "numpy",
    "pandas",
    "pydantic",
    "pyiqa",
    "rich",
    "scipy",
    "skimage",
    "torch",
    "torchvision",
    "yaml",
}

SCRIPT = """
import json, sys
from sweep.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    loaded = sorted({name.partition(".")[0] for name in sys.modules})
    print(json.dumps([ended.code, loaded]), file=sys.stderr)
"""


def loaded_by(*arguments: object) -> set[str]:
    """Top-level modules that a successful command has loaded."""
    command = [sys.executable, "-c", SCRIPT, *map(str, arguments)]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    status, modules = json.loads(answer.stderr.splitlines()[-1])
    assert status == 0, answer.stderr
    return set(modules)


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["plot", "--help"], ["table", "--help"]],
)
def test_help_loads_nothing_heavy(arguments):
    assert loaded_by(*arguments) & HEAVY == set()


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """A results folder with nothing but its tables."""
    from sweep.metrics.registry import METRICS
    from sweep.tables.files import RESULTS, write_csv
    from sweep.tables.frames import results_frame
    from sweep.tables.rows import ResultRow

    folder = tmp_path_factory.mktemp("tables")
    scores = {"psnr_y": 28.0, "niqe": 6.0, "lpips_alex": 0.2}
    rows = [ResultRow("bicubic", "bicubic", "set5", 5, 4, scores=scores)]
    write_csv(results_frame(rows), folder / RESULTS)
    metrics = [metric.describe() for metric in METRICS.values()]
    (folder / "metrics.json").write_text(json.dumps({"schema": 1, "metrics": metrics}))
    return folder


def test_drawing_charts_loads_no_network(tables):
    assert loaded_by("plot", tables) & {"torch", "torchvision", "lpips", "pyiqa"} == set()
    assert (tables / "tradeoff.svg").is_file()


@pytest.mark.parametrize("markup", ["terminal", "csv", "markdown", "latex"])
def test_printing_tables_loads_neither_networks_nor_charts(tables, markup):
    loaded = loaded_by("table", tables, "--format", markup)
    assert loaded & {"torch", "torchvision", "lpips", "pyiqa", "matplotlib"} == set()


@pytest.mark.parametrize("name", ["sweep", "srgan-sweep"])
def test_both_installed_commands_begin_outside_the_package_of_a_common_name(name):
    from importlib.metadata import entry_points

    import srgan_sweep

    (script,) = entry_points(group="console_scripts", name=name)
    assert script.load() is srgan_sweep.main
