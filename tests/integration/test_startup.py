"""What starting a command loads: the command line must answer at once."""

from __future__ import annotations

import json
from pathlib import Path

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

NETWORKS = {"torch", "torchvision", "lpips", "pyiqa"}

COMMITTED = Path(__file__).resolve().parents[2] / "results" / "quick-cpu"


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["plot", "--help"], ["table", "--help"]],
)
def test_help_loads_nothing_heavy(loaded_by, arguments):
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


def test_drawing_charts_loads_no_network(loaded_by, tables):
    assert loaded_by("plot", tables) & (NETWORKS | {"yaml"}) == set()
    assert (tables / "tradeoff.svg").is_file()


@pytest.mark.parametrize("markup", ["terminal", "csv", "markdown", "latex"])
def test_printing_tables_loads_neither_networks_nor_charts(loaded_by, tables, markup):
    loaded = loaded_by("table", tables, "--format", markup)
    assert loaded & (NETWORKS | {"matplotlib", "scipy", "skimage", "yaml"}) == set()


def test_a_recommendation_loads_neither_networks_nor_charts(loaded_by):
    loaded = loaded_by("recommend", COMMITTED, "--best", "lpips_alex")
    assert loaded & (NETWORKS | {"matplotlib", "scipy", "skimage", "yaml"}) == set()


def test_a_status_loads_neither_networks_nor_charts_nor_tables(loaded_by):
    loaded = loaded_by("status", COMMITTED)
    assert loaded & (NETWORKS | {"matplotlib", "pandas", "scipy", "skimage"}) == set()


def test_which_metrics_can_run_here_is_told_without_a_network(loaded_by):
    assert loaded_by("metrics") & (NETWORKS | {"matplotlib", "pandas"}) == set()


@pytest.mark.parametrize("name", ["sweep", "srgan-sweep"])
def test_both_installed_commands_begin_outside_the_package_of_a_common_name(name):
    from importlib.metadata import entry_points

    import srgan_sweep

    (script,) = entry_points(group="console_scripts", name=name)
    assert script.load() is srgan_sweep.main
