from pathlib import Path

import pytest

from srgan_core.errors import ConfigError
from sweep.analysis.comparison.operands import Operand, parse_operand

DEFAULT = Path("results/quick")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "runs" / "trials" / "mse-adv0").mkdir(parents=True)
    (tmp_path / "runs" / "shared" / "srresnet-s0").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return Path("runs")


def test_a_folder_is_a_whole_sweep(folder):
    assert parse_operand("runs", DEFAULT) == Operand(folder)
    assert parse_operand("runs/", DEFAULT) == Operand(folder)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("runs/trials/mse-adv0", "mse-adv0"),
        ("runs/trials/mse-adv0/", "mse-adv0"),
        ("runs/shared/srresnet-s0", "srresnet-s0"),
        ("runs:mse@0.001", "mse@0.001"),
        ("runs:bicubic", "bicubic"),
    ],
)
def test_a_name_belongs_to_its_folder(folder, text, name):
    assert parse_operand(text, DEFAULT) == Operand(folder, name)


def test_a_trial_may_be_the_working_folder(folder, monkeypatch):
    monkeypatch.chdir(folder / "trials" / "mse-adv0")
    operand = parse_operand(".", DEFAULT)
    assert (operand.folder.name, operand.name) == ("runs", "mse-adv0")


def test_a_name_alone_is_in_the_default_folder(folder):
    assert parse_operand(":bicubic", DEFAULT) == Operand(DEFAULT, "bicubic")


def test_a_colon_in_the_name_of_a_folder_does_no_harm(tmp_path):
    (tmp_path / "12:30").mkdir()
    assert parse_operand(f"{tmp_path}/12:30", DEFAULT) == Operand(tmp_path / "12:30")
    assert parse_operand(f"{tmp_path}/12:30:mse@0", DEFAULT) == Operand(tmp_path / "12:30", "mse@0")


@pytest.mark.parametrize("text", ["", "nowhere", "runs:", ":"])
def test_anything_else_is_refused(folder, text):
    with pytest.raises(ConfigError, match="expected a results folder, a trial's folder or DIR"):
        parse_operand(text, DEFAULT)
