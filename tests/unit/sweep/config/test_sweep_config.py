import contextlib
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from srgan_core.errors import ConfigError
from srgan_core.settings import LARGEST_SEED
from sweep.config.sweep_config import (
    CONTENT_NAMES,
    TEST_SET_NAMES,
    SweepConfig,
    dotted,
    load_config,
    parse_assignment,
    preset_names,
    validate_config,
)


def refusal(**overrides: object) -> str:
    with pytest.raises(ConfigError) as raised:
        load_config("smoke", {key.replace("__", "."): value for key, value in overrides.items()})
    return str(raised.value)


@pytest.mark.parametrize("name", preset_names())
def test_every_packaged_config_is_valid(name):
    config = load_config(name)
    assert config.description
    assert set(config.grid.content) <= set(config.objective)


def test_quick_comes_first_and_training_specs_are_no_sweep_configs():
    assert preset_names()[0] == "quick"
    assert "srresnet-x4" not in preset_names()


def test_names_are_those_of_the_modules_that_know_them():
    from srgan_core.vgg import CONTENT_LOSSES
    from sweep.scoring.sets.test_sets import NAMES

    assert CONTENT_NAMES == CONTENT_LOSSES
    assert set(TEST_SET_NAMES) == set(NAMES)


def test_exponents_are_numbers_in_yaml_files(tmp_path):
    text = yaml.safe_dump(load_config("smoke").model_dump(mode="json"))
    path = tmp_path / "own.yaml"
    path.write_text(text.replace("learning_rate: 0.0001", "learning_rate: 5e-5"))
    assert load_config(str(path)).adversarial.learning_rate == 5e-5


def test_a_repeated_key_is_refused(tmp_path):
    path = tmp_path / "own.yaml"
    path.write_text("scale: 4\nscale: 2\n")
    with pytest.raises(ConfigError, match=r"line 2: .*'scale' stands twice"):
        load_config(str(path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe\x00", "cannot be read"),
        (b"scale: [", "not valid YAML"),
        (b"- 1\n- 2\n", "expected keys and values, got list"),
        (b"", "expected keys and values"),
        (b"scale: !!python/object/apply:os.getcwd []\n", "not valid YAML"),
        (b"a: \x00\n", "not valid YAML"),
    ],
)
def test_a_file_that_is_no_config_is_refused(tmp_path, content, message):
    path = tmp_path / "own.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=message) as raised:
        load_config(str(path))
    assert str(path) in str(raised.value)


@pytest.mark.parametrize("name", ["missing.yaml", "folder.yaml/", "../up"])
def test_a_missing_file_is_named(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.yaml").mkdir()
    with pytest.raises(ConfigError, match=name.removesuffix("/")):
        load_config(name)


def test_an_unknown_config_names_the_nearest():
    known = r"config 'smke' is unknown: quick, .*did you mean 'smoke'"
    with pytest.raises(ConfigError, match=known):
        load_config("smke")


def test_all_errors_come_at_once_each_with_its_place():
    message = refusal(scale=3, grid__adv=[-1], eval__metrics=["psrn"], nonsense=1)
    lines = message.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("config smoke: ") for line in lines)
    assert "config smoke: scale: expected 2, 4 or 8, got 3" in lines
    assert "grid.adv: expected numbers of 0 or above, got [-1]" in message
    assert "eval.metrics: metric 'psrn' is unknown" in message
    assert "did you mean 'psnr'?" in message
    assert "nonsense: key 'nonsense' is unknown: schema_version" in message


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
        ("eval.excerpts", {"set55": {}}, "did you mean 'set5'"),
        ("eval.excerpts.skimage3.crop", 16, "greater than or equal to 32"),
        ("objective.vgg45.pixel_weight", 1, "did you mean 'vgg54'"),
        ("objective.mse.pixel_weight", -1, "greater than or equal to 0"),
        ("substitutes", {"vgg54": "skimage3"}, "content 'skimage3' is unknown"),
        ("substitutes", {"set5": "mse"}, "test set 'mse' is unknown"),
        ("scale", 3, "expected 2, 4 or 8, got 3"),
        ("device", "gpu", "expected 'auto', 'cpu' or 'cuda', got 'gpu'"),
        ("threads", 0, "greater than or equal to 1"),
        ("schema_version", 99, "expected schema_version 1, got 99"),
        ("adversarial.patch_size", 40, "patch_size to be a multiple of 16, got 40"),
        ("adversarial.steps", 0, "greater than or equal to 1"),
        ("srresnet.start", "train", "a training section beside start: train"),
        ("data.sources", {"voc2007": 1}, "did you mean 'voc2012'"),
        ("adversarial.learnin_rate", 1, "did you mean 'learning_rate'"),
    ],
)
def test_a_wrong_value_is_refused(key, value, message):
    with pytest.raises(ConfigError) as raised:
        load_config("smoke", {key: value})
    assert message in str(raised.value)
    assert key.split(".")[0] in str(raised.value) or key == "schema_version"


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


def test_an_override_below_a_single_value_is_refused():
    with pytest.raises(ConfigError, match=r"--set scale\.up: scale is a single value"):
        load_config("smoke", {"scale.up": 1})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=1", ("a.b", 1)),
        ("a=[1e-3, 2]", ("a", ["1e-3", 2])),
        ("a=", ("a", None)),
        (" a = x=y", ("a", "x=y")),
        ("a={b: 2}", ("a", {"b": 2})),
    ],
)
def test_an_assignment_is_split_and_read_as_yaml(text, expected):
    assert parse_assignment(text) == expected


@pytest.mark.parametrize("text", ["", "a", "=1", " =1", "a=[", "a=b: c"])
def test_a_wrong_assignment_is_refused(text):
    with pytest.raises(ConfigError, match="--set"):
        parse_assignment(text)


@given(text=st.text(max_size=60))
def test_no_assignment_raises_anything_but_a_config_error(text):
    with contextlib.suppress(ConfigError):
        key, value = parse_assignment(text)
        load_config("smoke", {key: value})


def test_nested_settings_become_dotted_names():
    config = {"a": {"b": {"c": 1}, "d": None}, "e": {}}
    assert dict(dotted(config)) == {"a.b.c": 1, "a.d": None, "e": {}}


coefficients = st.lists(
    st.floats(0, 1e6, allow_nan=False, allow_infinity=False), min_size=1, max_size=4, unique=True
)


@settings(max_examples=50, deadline=None)
@given(
    adv=coefficients,
    content=st.lists(st.sampled_from(CONTENT_NAMES), min_size=1, unique=True),
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
