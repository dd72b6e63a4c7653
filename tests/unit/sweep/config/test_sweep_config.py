from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from srgan_core.errors import ConfigError
from srgan_core.settings import LARGEST_SEED
from sweep.config.loading import load_config, validate_config
from sweep.config.names import CONFIGS, CONTENTS
from sweep.config.sweep_config import SrganConfig, SrresnetConfig, SweepConfig


@pytest.mark.parametrize("name", CONFIGS)
def test_every_packaged_config_is_valid(name):
    config = load_config(name)
    assert config.description
    assert set(config.grid.content) <= set(config.objective)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("grid.content", ["vgg45"], "did you mean 'vgg54'"),
        ("grid.content", [], "at least one value"),
        ("grid.content", ["mse", "mse"], "every value once, mse stands twice"),
        ("grid.adv", [1e-3, "0.001"], "every value once, 0.001 stands twice"),
        ("grid.adv", [float("nan")], "finite number"),
        ("grid.adv", ["inf"], "finite number"),
        ("grid.seeds", [-1], "whole numbers from 0"),
        ("grid.seeds", [LARGEST_SEED + 1], "whole numbers from 0"),
        ("grid.seeds", [2**70], "whole numbers from 0"),
        ("grid.seeds", [0.5], "valid integer"),
        ("eval.sets", ["set55"], "did you mean 'set5'"),
        ("eval.sets", ["folder:"], "test set 'folder:' is unknown"),
        ("eval.sets", ["folder:PATH\n"], "is unknown"),
        ("eval.sets", ["pairs:lr"], "expected pairs:LR,HR with two folders"),
        (
            "eval.sets",
            ["bicubic:pairs:lr,hr"],
            "eval.sets: expected pairs without 'bicubic:', since their LR images are given, got "
            "'bicubic:pairs:lr,hr'; write 'pairs:lr,hr'",
        ),
        ("eval.sets", ["degraded:set5"], "a degradation in the config for test set degraded:set5"),
        ("eval.sets", ["degraded:set55"], "is unknown"),
        ("data.sources", {"pairs:lr": 1}, "expected pairs:LR,HR with two folders"),
        ("degradation", {}, "degradation: expected at least one of blur, noise and jpeg"),
        ("degradation", {"jpg": {}}, "did you mean 'jpeg'"),
        ("degradation", {"blur": {"sigma": 9}}, "the 32 px of adversarial.patch_size, got 9"),
        ("eval.excerpts", {"set55": {}}, "did you mean 'set5'"),
        ("eval.excerpts.skimage3.crop", 16, "greater than or equal to 32"),
        ("objective.vgg45.pixel_weight", 1, "did you mean 'vgg54'"),
        ("objective.mse.pixel_weight", -1, "greater than or equal to 0"),
        ("substitutes", {"vgg54": "skimage3"}, "content 'skimage3' is unknown"),
        ("substitutes", {"set5": "mse"}, "test set 'mse' is unknown"),
        ("scale", 3, "expected 2, 4 or 8, got 3"),
        ("device", "gpu", "device 'gpu' is unknown: auto, cpu, cuda, cuda:N, mps"),
        ("threads", 0, "greater than or equal to 1"),
        ("schema_version", 99, "expected schema_version 1, got 99"),
        ("adversarial.patch_size", 40, "patch_size to be a multiple of 16, got 40"),
        ("adversarial.steps", 0, "greater than or equal to 1"),
        ("srresnet.start", "train", "a training section beside start: train"),
        ("srresnet.start", "train", "which --set srresnet.training.steps=N begins"),
        ("grid.adv", "1e-3", "grid.adv: expected a list, got '1e-3'; write [1e-3]"),
        ("grid.seeds", 3, "grid.seeds: expected a list, got 3; write [3]"),
        ("grid", 3, "grid: expected keys with values below it, got 3"),
        ("data.sources", "skimage", "data.sources: expected keys with values below it"),
        ("data.sources", {"voc2007": 1}, "did you mean 'voc2012'"),
        ("adversarial.learnin_rate", 1, "did you mean 'learning_rate'"),
    ],
)
def test_a_wrong_value_is_refused(key, value, message):
    with pytest.raises(ConfigError) as raised:
        load_config("smoke", {key: value})
    assert message in str(raised.value)
    assert key.split(".")[0] in str(raised.value) or key == "schema_version"


@pytest.mark.parametrize("start", [SrresnetConfig, SrganConfig])
def test_a_start_to_train_names_the_section_that_is_its_own(start):
    section = "srgan" if start is SrganConfig else "srresnet"
    with pytest.raises(ValueError, match=f"--set {section}.training.steps=N begins"):
        start(start="train")


@pytest.mark.parametrize("section", ["srresnet", "srgan"])
def test_what_the_message_about_a_start_to_train_names_is_enough(section):
    config = load_config("smoke", {f"{section}.start": "train", f"{section}.training.steps": 5})
    assert getattr(config, section).is_trained


def test_the_largest_seed_is_taken():
    assert load_config("smoke", {"grid.seeds": (LARGEST_SEED,)}).grid.seeds == (LARGEST_SEED,)


def test_a_content_loss_needs_weights():
    fields = load_config("smoke").model_dump(mode="json")
    del fields["objective"]["vgg22"]
    fields["grid"]["content"] = ["vgg22"]
    with pytest.raises(
        ConfigError, match="objective to hold weights for content 'vgg22', got none"
    ):
        validate_config(fields, "own.yaml")


def test_a_substitute_needs_weights_too():
    fields = load_config("quick").model_dump(mode="json")
    del fields["objective"]["vgg16-53"]
    with pytest.raises(ConfigError, match="'vgg16-53', got none"):
        validate_config(fields, "own.yaml")


def test_negative_zero_is_zero():
    (value,) = load_config("smoke", {"grid.adv": (-0.0,)}).grid.adv
    assert str(value) == "0.0"


def test_a_set_without_an_excerpt_is_scored_whole():
    evaluation = load_config("smoke").eval
    assert (evaluation.excerpt("skimage3").limit, evaluation.excerpt("skimage3").crop) == (2, 96)
    assert (evaluation.excerpt("set5").limit, evaluation.excerpt("set5").crop) == (None, None)


coefficients = st.lists(
    st.floats(0, 1e6, allow_nan=False, allow_infinity=False), min_size=1, max_size=4, unique=True
)


@settings(max_examples=50, deadline=None)
@given(
    adv=coefficients,
    content=st.lists(st.sampled_from(CONTENTS), min_size=1, unique=True),
    seeds=st.lists(st.integers(0, LARGEST_SEED), min_size=1, max_size=3, unique=True),
    rate=st.floats(1e-30, 1e3),
)
def test_a_config_survives_its_file(adv, content, seeds, rate, tmp_path_factory):
    from sweep.store.folder import SweepStore

    overrides = {
        "grid.adv": adv,
        "grid.content": content,
        "grid.seeds": seeds,
        "adversarial.learning_rate": rate,
        "eval.sets": ("skimage3", "folder:Fotos für später/Σ"),
        "srresnet.init": Path("ä b.safetensors"),
    }
    config = load_config("smoke", overrides)
    store = SweepStore(tmp_path_factory.mktemp("store"))
    store.write_config(config)
    assert store.read_config() == config


def test_every_field_is_described():
    def undescribed(model: Any, prefix: str) -> list[str]:
        return [
            f"{prefix}{name}" for name, field in model.model_fields.items() if not field.description
        ]

    from sweep.config import sweep_config as module

    sections = [
        SweepConfig,
        module.GridConfig,
        module.TermWeights,
        module.SrresnetConfig,
        module.Excerpt,
        module.EvalConfig,
    ]
    assert [name for section in sections for name in undescribed(section, "")] == []


JPEG = {"jpeg": {"quality": [40, 90]}}


def test_test_sets_suffer_the_degradation_unless_they_say_otherwise():
    sets = ["set5", "bicubic:set5", "degraded:skimage3", "pairs:lr,hr"]
    config = load_config("smoke", {"degradation": JPEG, "eval.sets": sets})
    expected = ("degraded:set5", "bicubic:set5", "degraded:skimage3", "pairs:lr,hr")
    assert config.eval.sets == expected
    assert SweepConfig.model_validate(config.model_dump(mode="json")) == config
    assert load_config("smoke", {"degradation": JPEG}).eval.sets == ("degraded:skimage3",)
    assert load_config("voc2012", {"degradation": JPEG}).eval.sets[0].startswith("degraded:")
    assert load_config("smoke", {"eval.sets": ["bicubic:set5"]}).eval.sets == ("set5",)


def test_an_excerpt_holds_for_a_test_set_however_its_lr_is_made():
    config = load_config("smoke", {"degradation": JPEG})
    assert config.eval.excerpt("degraded:skimage3").crop == 96


def test_a_config_without_degradation_has_no_such_key():
    assert "degradation" not in load_config("smoke").model_dump()
    assert load_config("smoke", {"degradation": None}) == load_config("smoke")


def test_a_config_without_further_axes_is_written_as_it_was_before_there_were_any():
    assert "axes" not in load_config("smoke").model_dump(mode="json")["grid"]
    changed = load_config("smoke", {"grid.axes.adversarial.compile": [False]})
    assert changed.model_dump(mode="json")["grid"]["axes"] == {"adversarial.compile": [False]}
