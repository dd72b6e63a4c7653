"""What the packages import is what setup.cfg declares; read, not run."""

from __future__ import annotations

import ast
import configparser
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]

SETUP = configparser.ConfigParser()
SETUP.read(REPOSITORY / "setup.cfg")

DISTRIBUTIONS = {
    "PIL": "pillow",
    "mlflow": "mlflow-skinny",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
}
"""Packages that are imported under another name than they are installed by."""

PARTS = {"markupsafe": "jinja2", "pydantic_core": "pydantic"}
"""Packages whose types another one hands out; it alone chooses their version."""

OURS = {"srgan_core", "srgan_sweep", "sweep", "_typeshed"}
"""And what type checkers alone know."""

FOR_TOOLS = {"dev", "test"}

IN_MESSAGES = re.compile(r"""srgan-sweep\[([a-z]+)\]|install_extra\(["']([a-z]+)["']\)""")


def names(requirements: str) -> set[str]:
    """Names of the packages in an entry of setup.cfg, without their versions."""
    lines = (line.strip() for line in requirements.splitlines())
    return {
        re.split(r"[^A-Za-z0-9._-]", line)[0].lower()
        for line in lines
        if line and not line.startswith("#")
    }


EXTRAS = {
    extra: names(packages)
    for extra, packages in SETUP["options.extras_require"].items()
    if extra not in FOR_TOOLS
}

DECLARED = names(SETUP["options"]["install_requires"]) | set().union(*EXTRAS.values())


def sources() -> Iterator[Path]:
    yield REPOSITORY / "srgan_sweep.py"
    for package in ("srgan_core", "sweep"):
        yield from (REPOSITORY / package).rglob("*.py")


def imports(source: Path) -> Iterator[str]:
    """Top-level names of all modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def packages_imported() -> set[str]:
    found = {name for source in sources() for name in imports(source)}
    others = found - OURS - sys.stdlib_module_names
    return {DISTRIBUTIONS.get(name, PARTS.get(name, name)) for name in others}


def test_every_package_that_is_imported_is_declared():
    imported = packages_imported()
    assert {"torch", "pillow", "spandrel"} <= imported
    assert imported - DECLARED == set()


def test_messages_name_extras_that_there_are():
    said = {
        found[1] or found[2]
        for source in sources()
        for found in IN_MESSAGES.finditer(source.read_text())
    }
    # Trackers put their own names in.
    assert said | {"mlflow", "wandb"} == EXTRAS.keys()


@pytest.mark.parametrize("extra", ["generators", "mlflow", "ocr", "slurm", "wandb"])
def test_extras_with_tests_of_their_own_are_installed_for_the_tests(extra: str):
    assert EXTRAS[extra] <= names(SETUP["options.extras_require"]["test"])
