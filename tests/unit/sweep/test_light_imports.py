import json
import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "pyiqa", "lpips", "skimage")
SCRIPT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def _imported(*modules: str) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, *modules]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(json.loads(result.stdout))


@pytest.mark.parametrize(
    "module",
    ["sweep.analysis.frontier", "sweep.tables.rows", "sweep.analysis.statistics.bootstrap"],
)
def test_pure_modules_load_no_arrays(module):
    assert _imported(module).isdisjoint({*HEAVY, "numpy", "pandas", "matplotlib", "rich"})


def test_tables_plots_and_figures_load_no_networks_and_draw_lazily():
    imported = _imported("sweep.tables", "sweep.visualization.plots", "sweep.visualization.figures")
    assert imported.isdisjoint({*HEAVY, "matplotlib", "PIL", "rich", "scipy"})


def test_drawing_a_chart_loads_no_networks(store, usual):
    folder = store(usual.rows())
    script = f"""
import pathlib, sys
from sweep.tables.tables import read_tables
from sweep.visualization.plots.tradeoff import draw_tradeoff
draw_tradeoff(read_tables(pathlib.Path({str(folder)!r})))
loaded = {{name.partition('.')[0] for name in sys.modules}}
sys.exit(', '.join(loaded & set({HEAVY!r})) or 0)
"""
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert (folder / "tradeoff.png").is_file()
