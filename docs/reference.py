"""Builds the reference of the Python interface from its docstrings; a warning is an error.

python docs/reference.py [FOLDER]          # build/reference by default
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import pdoc

import srgan_core
import sweep
import sweep.api

DEFAULT_FOLDER = Path(__file__).resolve().parents[1] / "build" / "reference"

MODULES = (
    "srgan_core",
    "srgan_core.errors",
    "srgan_core.inference",
    "srgan_core.networks",
    "srgan_core.streaming",
    "srgan_core.upscaling",
    "srgan_core.data.images",
    "srgan_core.data.photographs",
    "srgan_core.data.resize",
    "sweep",
    "sweep.api",
    "sweep.errors",
    "sweep.analysis.frontier",
    "sweep.generators.export.card",
    "sweep.generators.export.formats",
    "sweep.generators.lookup",
    "sweep.scoring.evaluate",
    "sweep.metrics.declaration",
    "sweep.tables",
)
"""What the documentation shows and programs may build on."""


def main(folder: Path = DEFAULT_FOLDER) -> None:
    """Writes one HTML page for each module, and an index."""
    # pdoc looks names up without __getattr__, so they have to be there.
    for package in (srgan_core, sweep, sweep.api):
        for name in package.__all__:
            vars(package)[name] = getattr(package, name)
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module="pdoc")
        pdoc.render.configure(docformat="google")
        pdoc.pdoc(*MODULES, output_directory=folder)
    print(folder / "index.html")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
