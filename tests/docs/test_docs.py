"""The documentation held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from sweep.cli import COMMANDS, cli
from sweep.config.names import CONFIGS

pytestmark = pytest.mark.docs

REPOSITORY = Path(__file__).resolve().parents[2]
README = REPOSITORY / "README.md"
PAGES = [*REPOSITORY.glob("*.md"), *sorted((REPOSITORY / "docs").glob("*.md"))]


def command(name: str) -> click.Command:
    loaded = cli.get_command(click.Context(cli), name)
    assert loaded is not None
    return loaded


@pytest.fixture(scope="module")
def readme() -> str:
    return README.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name):
    loaded = command(name)
    assert loaded.help
    assert loaded.help.rstrip().endswith((".", "`"))
    assert f"sweep {name}" in (loaded.epilog or "")
    assert re.search(r"Examples?:", loaded.epilog or "")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name):
    for parameter in command(name).params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_in_the_readme(readme, name):
    assert re.search(rf"\bsweep {name}\b", readme)


@pytest.mark.parametrize("name", CONFIGS)
def test_every_config_stands_in_the_readme(readme, name):
    assert re.search(rf"`{name}`|--config {name}\b", readme)


def test_every_command_that_the_readme_shows_exists(readme):
    shown = re.findall(r"^(?:\$ )?(?:\.venv/bin/)?sweep ([a-z]+)", readme, flags=re.MULTILINE)
    assert shown
    assert set(shown) <= set(COMMANDS)


def test_examples_use_options_that_exist():
    for name in COMMANDS:
        loaded = command(name)
        known = {option for parameter in loaded.params for option in parameter.opts} | {"--help"}
        used = set(re.findall(r"(?<!\S)--[a-z-]+", loaded.epilog or ""))
        assert used <= known, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_are_there(page):
    text = page.read_text(encoding="utf-8")
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    missing = [target for target in local if not (page.parent / target).exists()]
    assert missing == []
