"""What a request stands for; the messages of wrong ones are tested through the command line."""

from pathlib import Path

import pytest

from srgan_core.errors import ConfigError
from sweep.planning.request import SweepRequest, plan_request

REPOSITORY = Path(__file__).resolve().parents[4]


def planned(**fields):
    return plan_request(SweepRequest(**{"device": "cpu", **fields}))[1]


def test_the_folder_is_named_after_the_config(tmp_path):
    assert SweepRequest().folder == Path("results/quick")
    assert SweepRequest(config="configs/own.yaml").folder == Path("results/own")
    assert SweepRequest(out=tmp_path).folder == tmp_path


def test_numbers_and_words_of_python_ask_for_the_same_trials(tmp_path):
    fields = {"config": "smoke", "out": tmp_path / "new"}
    typed = planned(**fields, adv=("1e-4:1e-2:3",), seeds=("0-1",), content=("mse",))
    given = planned(**fields, adv=(1e-4, 1e-3, 1e-2), seeds=(0, 1), content=("mse",))
    assert len(typed.asked) == 8
    assert [trial.name for trial in typed.asked] == [trial.name for trial in given.asked]


def test_further_axes_are_of_the_config(tmp_path):
    rates = {"adversarial.learning_rate": (5e-5, 1e-4)}
    plan = planned(config="smoke", out=tmp_path / "new", axes=rates)
    assert sorted({trial.spec.training.learning_rate for trial in plan.asked}) == [5e-5, 1e-4]
    with pytest.raises(ConfigError, match="stands beside --set"):
        planned(axes=rates, settings={"adversarial.learning_rate": 1e-4})
    with pytest.raises(ConfigError, match="stands beside its own option"):
        planned(axes={"adversarial.steps": (1, 2)}, steps=3)


def test_auto_begins_with_the_ends_of_the_configs_coefficients(tmp_path):
    fields = {"content": ("mse",), "trials": 6, "out": tmp_path / "new"}
    plan = planned(adv=("auto",), **fields)
    assert [trial.adv for trial in plan.asked] == [0.0, 1e-4, 1e-2]
    assert plan.config.grid.trials == 6
    plan = planned(adv=("auto",), settings={"grid.adv": [1e-3, 0.1, 1]}, **fields)
    assert [trial.adv for trial in plan.asked] == [0.0, 1e-3, 0.1, 1.0]


def test_numbers_ask_for_no_more_than_they_are(tmp_path):
    config = tmp_path / "own.yaml"
    text = Path(REPOSITORY / "configs" / "smoke.yaml").read_text()
    config.write_text(text.replace("adv: [1e-3]", "adv: [1e-3]\n  trials: 6"))
    given = {"config": str(config), "out": tmp_path / "new"}
    assert planned(**given).adaptive is not None
    assert planned(adv=("1e-3",), **given).adaptive is None
