import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from srgan_core.errors import ConfigError
from sweep.config.loading import load_config, parse_assignment, parse_axis


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
    changes = {"scale": 3, "grid.adv": [-1], "eval.metrics": ["psrn"], "nonsense": 1}
    with pytest.raises(ConfigError) as raised:
        load_config("smoke", changes)
    message = str(raised.value)
    lines = message.splitlines()
    assert len(lines) == 4
    assert all(line.startswith("config smoke: ") for line in lines)
    assert "config smoke: scale: expected 2, 4 or 8, got 3" in lines
    assert "grid.adv.0: expected a number of 0 or above, got -1" in message
    assert "eval.metrics: metric 'psrn' is unknown" in message
    assert "did you mean 'psnr'?" in message
    assert "nonsense: key 'nonsense' is unknown: schema_version" in message


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


def written(folder, **files):
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    return folder


def test_a_file_builds_on_another_one_wherever_it_is_run_from(tmp_path, monkeypatch):
    folder = written(
        tmp_path,
        common="base: smoke\nadversarial: {steps: 7}\ndata: {sources: {dead-leaves: 1}}\n",
        below__own="base: ../common.yaml\nadversarial: {batch_size: 4}\n",
    )
    monkeypatch.chdir(folder / "below")
    for name in ("./own.yaml", str(folder / "below" / "own.yaml")):
        found = load_config(name)
        assert (found.adversarial.steps, found.adversarial.batch_size) == (7, 4)
        assert found.adversarial.patch_size == load_config("smoke").adversarial.patch_size
        assert found.data.sources == {"dead-leaves": 1.0}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"own": "base: other.yaml", "other": "base: own.yaml"}, "own.yaml builds on this file"),
        ({"own": "base: own.yaml"}, "own.yaml builds on this file"),
        ({"own": "base: qick"}, "did you mean 'quick'?"),
        ({"own": "base: none.yaml"}, "none.yaml: no such config file"),
        ({"own": "base: [quick]"}, "expected the name of a config or the path of a file"),
        ({"own": "base: smoke\nadversarial: 5"}, "adversarial: expected keys with values below it"),
        ({"own": "base: smoke\nadversarial: {stps: 5}"}, "did you mean 'steps'?"),
    ],
)
def test_a_base_that_cannot_be_is_refused(tmp_path, files, message):
    own = written(tmp_path, **files) / "own.yaml"
    with pytest.raises(ConfigError) as refused:
        load_config(str(own))
    assert message in str(refused.value)


def test_an_axis_is_split_into_key_and_values():
    key, values = parse_axis("adversarial.learning_rate=5e-5, 1e-4,0.1")
    assert (key, values) == ("adversarial.learning_rate", ["5e-5", "1e-4", 0.1])
    assert parse_axis("adversarial.freeze_batchnorm_after=null,0")[1] == [None, 0]
    for text in ("a", "a=", "=1"):
        with pytest.raises(ConfigError, match=r"expected key\.path=value,value"):
            parse_axis(text)


def test_the_command_line_changes_one_of_several_axes():
    changed = {"grid.axes": {"adversarial.ramp": [0, 0.1]}, "grid.axes.adversarial.steps": [5, 6]}
    axes = load_config("smoke", changed).grid.axes
    assert axes == {"adversarial.ramp": (0.0, 0.1), "adversarial.steps": (5, 6)}
