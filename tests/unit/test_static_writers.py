"""What has to outlast a power cut is written by srgan_core/files.py; code is read, not run."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

SOURCES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for package in ("srgan_core", "sweep")
    for path in (REPOSITORY / package).rglob("*.py")
)

WRITING = {
    *("write_bytes", "write_text", "touch", "mkdir", "makedirs"),
    *("rename", "link", "symlink_to", "hardlink_to"),
}

ALLOWED = {
    "srgan_core/files.py": "the one module",
    "srgan_core/training/log.py": "appends lines, which it flushes before a checkpoint",
    "srgan_core/training/checkpoint.py": "a temporary folder; sets what is damaged aside",
    "srgan_core/data/png_rows.py": "into the temporary file that the one module lends",
    "srgan_core/data/store.py": "into the temporary file that the one module lends",
    "sweep/generators/export/formats.py": "into the temporary file that the one module lends",
    "sweep/execution/executors/slurm/cluster.py": "a folder for what jobs are told",
    "sweep/execution/executors/slurm/executor.py": "the wish to stop, which dies with the driver",
    "sweep/execution/executors/slurm/worker.py": "reports to a driver: none after a power cut",
    "sweep/scoring/sets/archives.py": "gives a whole folder its name, without replacing another",
    "sweep/store/claims.py": "who is at work: nobody is, after a power cut",
    "srgan_core/data/voc2012.py": "a folder of the cache, in which torchvision writes",
    "srgan_core/weights/resolver.py": "a folder of the cache, for a lock",
    "sweep/scoring/sets/published_sets.py": "a folder of the cache",
    "srgan_core/weights/package_index.py": "a temporary folder",
    "sweep/tracking/mlflow.py": "a folder in which mlflow writes",
}
"""Modules that write for themselves, and what."""


def writes(node: ast.AST) -> bool:
    """Whether a call makes, fills or names a file or a folder."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    if name in WRITING:
        return True
    # A text's `replace` takes two arguments, a path's one.
    if name == "replace" and len(node.args) == 1 and not node.keywords:
        return True
    opens = name == "open" or (isinstance(node.func, ast.Name) and node.func.id == "open")
    modes = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    return opens and any(
        isinstance(mode, str) and set(mode) <= set("rwxab+t") and set(mode) & set("wxa+")
        for mode in modes
    )


@pytest.mark.parametrize("source", SOURCES)
def test_files_are_written_by_one_module(source: str):
    tree = ast.parse((REPOSITORY / source).read_text(encoding="utf-8"))
    lines = [node.lineno for node in ast.walk(tree) if writes(node)]
    assert bool(lines) == (source in ALLOWED), (
        f"{source}, lines {lines}: write with srgan_core/files.py, or keep the list of exceptions"
    )
