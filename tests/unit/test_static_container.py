"""The Dockerfile and its requirements name what there is in setup.cfg; nothing is built."""

from __future__ import annotations

import configparser
import re
import shlex
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

DOCKERFILE = (REPOSITORY / "Dockerfile").read_text()

SETUP = configparser.ConfigParser()
SETUP.read(REPOSITORY / "setup.cfg")

OF_PYIQA = {"huggingface_hub", "opencv-python-headless"}
"""What pyiqa imports, whichever metric it is asked for, beside our own requirements."""


def lines_of(text: str) -> set[str]:
    stripped = map(str.strip, text.splitlines())
    return {line for line in stripped if line and not line.startswith("#")}


def name_of(requirement: str) -> str:
    return re.split("[<>=]", requirement)[0]


def argument(name: str) -> str:
    (found,) = re.findall(rf"^ARG {name}=(.+)$", DOCKERFILE, re.MULTILINE)
    return found.strip('"')


def copied() -> set[str]:
    instructions = re.findall(r"^COPY (.+) \S+$", DOCKERFILE, re.MULTILINE)
    return {source for instruction in instructions for source in shlex.split(instruction)}


def slim() -> set[str]:
    return lines_of((REPOSITORY / "requirements-slim.txt").read_text())


def test_slim_requirements_are_those_of_setup_cfg_without_pyiqa():
    required = lines_of(SETUP["options"]["install_requires"])
    ours = {line for line in slim() if name_of(line) not in OF_PYIQA}
    assert ours == {line for line in required if name_of(line) != "pyiqa"}
    assert {name_of(line) for line in slim()} - {name_of(line) for line in required} == OF_PYIQA


def test_the_container_has_a_python_that_the_package_allows():
    least = SETUP["options"]["python_requires"].removeprefix(">=")
    tried = {line.rpartition(" ")[2] for line in lines_of(SETUP["metadata"]["classifiers"])}
    assert argument("PYTHON") in tried
    assert tuple(map(int, argument("PYTHON").split("."))) >= tuple(map(int, least.split(".")))


def test_further_packages_are_those_of_whole_extras():
    extras = SETUP["options.extras_require"]
    named = set(argument("EXTRAS").split())
    assert named == {
        name_of(line) for e in ("export", "generators") for line in lines_of(extras[e])
    }


def test_what_is_copied_exists_and_is_let_through():
    let_through = {
        line[1:]
        for line in lines_of((REPOSITORY / ".dockerignore").read_text())
        if line.startswith("!")
    }
    assert copied() == let_through
    assert all((REPOSITORY / name).exists() for name in copied())


def test_what_the_package_is_built_from_is_copied():
    modules = re.search(r"py_modules=\[(.*)\]", (REPOSITORY / "setup.py").read_text())
    assert modules is not None
    built_from = {f"{name}.py" for name in re.findall(r'"(\w+)"', modules[1])}
    built_from |= {"configs", "pyproject.toml", "setup.cfg", "setup.py", "srgan_core", "sweep"}
    built_from |= {SETUP["metadata"]["license_files"]}
    built_from |= {SETUP["metadata"]["long_description"].removeprefix("file: ")}
    assert built_from <= copied()


def test_it_runs_the_command_without_being_root():
    scripts = lines_of(SETUP["options.entry_points"]["console_scripts"])
    entry = re.search(r'^ENTRYPOINT \["(\w+)"\]$', DOCKERFILE, re.MULTILINE)
    assert entry is not None
    assert entry[1] in {line.partition(" ")[0] for line in scripts}
    assert re.search(r"^USER (?!root|0)", DOCKERFILE, re.MULTILINE)
