"""The tutorial notebook, executed cell by cell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.docs

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def notebook():
    return json.loads((DOCS / "tutorial.ipynb").read_text(encoding="utf-8"))


def test_every_cell_runs(notebook, monkeypatch):
    monkeypatch.chdir(DOCS)
    names: dict[str, Any] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    assert names["gallery"]._repr_html_().count("<img ") == len(names["gallery"]) == 4
    assert len(names["gains"]) == len(names["trials"]) > 0


def test_it_is_committed_without_outputs(notebook):
    assert notebook["nbformat"] == 4
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in cells)
