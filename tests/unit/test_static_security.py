"""No code of the packages unpickles, evaluates or unpacks what it should not; read, not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]

SOURCES = sorted(
    path.relative_to(REPOSITORY).as_posix()
    for package in ("srgan_core", "sweep")
    for path in (REPOSITORY / package).rglob("*.py")
)

FORBIDDEN_MODULES = {
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"),
    *("code", "codeop"),
}

FORBIDDEN_CALLS = {
    *("eval", "exec", "compile", "__import__", "execfile"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.full_load", "yaml.Loader"),
    *("torch.load", "torch.jit.load", "torch.hub.load", "torch.package.PackageImporter"),
    *("numpy.load", "np.load", "pandas.read_pickle", "pd.read_pickle"),
    *("os.system", "os.popen", "tempfile.mktemp", "shutil.unpack_archive"),
}

FORBIDDEN_METHODS = {"extractall", "read_pickle", "to_pickle"}

ALLOWED = {
    ("srgan_core/weights/pickled_tensors.py", "torch.load"): "the guarded importer",
    ("srgan_core/weights/pickled_tensors.py", "pickle"): "the exception of torch.load",
    ("srgan_core/weights/pickled_arrays.py", "pickle"): "an unpickler that admits arrays alone",
    ("srgan_core/yaml_files.py", "yaml.load"): "with a subclass of SafeLoader",
    (
        "sweep/scoring/foreign_generators/scripts.py",
        "torch.jit.load",
    ): "a program that the user asks for",
}


def dotted(node: ast.expr) -> str:
    """`a.b.c` for an attribute chain, else an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        below = dotted(node.value)
        return f"{below}.{node.attr}" if below else ""
    return ""


def imported(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def findings(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for name in imported(node):
            top = name.partition(".")[0]
            yield from {top} & FORBIDDEN_MODULES | {name} & FORBIDDEN_CALLS
        if isinstance(node, ast.Call):
            yield from wrong_calls(node)


def wrong_calls(node: ast.Call) -> Iterator[str]:
    name, given = dotted(node.func), {word.arg: word.value for word in node.keywords}
    yield from {name} & FORBIDDEN_CALLS
    if isinstance(node.func, ast.Attribute):
        yield from {node.func.attr} & FORBIDDEN_METHODS
    if name.endswith("Image.open") and "formats" not in given:
        yield "Image.open without formats"
    for word, wrong in (("shell", "a shell"), ("allow_pickle", "allow_pickle")):
        if word in given and not is_constant(given[word], False):
            yield wrong
    if name.endswith("torch.load") and not is_constant(given.get("weights_only"), True):
        yield "torch.load without weights_only=True"


def is_constant(node: ast.expr | None, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def found_in(source: str) -> set[str]:
    return set(findings(ast.parse((REPOSITORY / source).read_text(encoding="utf-8"))))


def test_the_packages_are_read():
    assert {"srgan_core/weights/pickled_tensors.py", "sweep/cli/__init__.py"} <= set(SOURCES)


@pytest.mark.parametrize("source", SOURCES)
def test_nothing_dangerous_is_called(source: str):
    allowed = {name for path, name in ALLOWED if path == source}
    assert found_in(source) - allowed == set()


@pytest.mark.parametrize(("source", "name"), ALLOWED)
def test_every_exception_is_in_use(source: str, name: str):
    assert name in found_in(source)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import pickle", {"pickle"}),
        ("from pickle import loads", {"pickle"}),
        ("eval('1')", {"eval"}),
        ("torch.load(p)", {"torch.load", "torch.load without weights_only=True"}),
        ("torch.load(p, weights_only=False)", {"torch.load without weights_only=True"}),
        ("from torch import load", {"torch.load"}),
        ("tar.extractall(p)", {"extractall"}),
        ("Image.open(p)", {"Image.open without formats"}),
        ("subprocess.run('x', shell=True)", {"a shell"}),
        ("np.load(p, allow_pickle=True)", {"np.load", "allow_pickle"}),
        ("yaml.safe_load(t); model.eval(); re.compile('x')", set()),
    ],
)
def test_the_reader_sees_what_it_looks_for(text: str, expected: set[str]):
    found = set(findings(ast.parse(text)))
    assert found >= expected
    assert bool(found) == bool(expected)


def test_the_yaml_loader_is_a_safe_one():
    from srgan_core import yaml_files

    assert issubclass(yaml_files._StrictLoader, yaml.SafeLoader)
