"""Shell completion, as a shell asks for it."""

from __future__ import annotations

import pytest

from sweep.cli import COMMANDS
from sweep.config.names import CONFIGS


@pytest.fixture
def complete(sweep, monkeypatch):
    def run(*words: str) -> list[str]:
        monkeypatch.setenv("_SWEEP_COMPLETE", "bash_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(("sweep", *words)))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        answer = sweep()
        assert answer.err == ""
        return [line.partition(",")[2] for line in answer.out.splitlines()]

    return run


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_of_each_shell_is_made(sweep, monkeypatch, shell):
    monkeypatch.setenv("_SWEEP_COMPLETE", f"{shell}_source")
    answer = sweep()
    assert answer.status == 0
    assert f"_SWEEP_COMPLETE={shell}_complete" in answer.out


def test_commands_are_completed(complete):
    assert complete("up") == ["upscale"]
    assert set(complete("")) == set(COMMANDS)


def test_options_are_completed(complete):
    assert complete("upscale", "--adv") == ["--adv-like"]


def test_configs_are_completed(complete):
    assert complete("run", "--config", "q")[0] == "quick"
    assert set(CONFIGS) <= set(complete("run", "--config", ""))


def test_trials_with_a_generator_are_completed(complete, tmp_path):
    for name in ("mse-adv0-s0-aa", "mse-adv1-s0-bb", "vgg22-adv0-s0-cc"):
        folder = tmp_path / "results" / "quick" / "trials" / name
        folder.mkdir(parents=True)
        if "adv0" in name:
            (folder / "generator.safetensors").touch()
    assert complete("upscale", "--generator", "mse")[0] == "mse-adv0-s0-aa"
    assert "vgg22-adv0-s0-cc" in complete("export", "")
    assert "mse-adv1-s0-bb" not in complete("export", "")
