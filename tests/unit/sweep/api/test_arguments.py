import numpy as np
import pandas as pd
import pytest

from srgan_core.errors import ConfigError
from sweep.api.arguments import eval_sets, key_values, number, place, words


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (None, None),
        (1e-3, (1e-3,)),
        ("1e-4, 1e-3", ("1e-4", "1e-3")),
        (["mse", " vgg22 "], ("mse", "vgg22")),
        (range(3), (0, 1, 2)),
        (np.float32(0.5), (0.5,)),
        (np.array([1, 2]), (1, 2)),
        ([np.int64(1)], (1,)),
        (pd.Series(["a"]), ("a",)),
    ],
)
def test_one_value_and_several_are_read_alike(given, read):
    found = words("--x", given)
    assert found == read
    assert all(type(value) in (str, int, float) for value in found or ())


@pytest.mark.parametrize("given", ["", [], True, [True], {"a": 1}, b"a", [None], ["a", ""], 1j])
def test_what_is_no_list_of_values_is_refused(given):
    with pytest.raises(ConfigError, match="--x: expected"):
        words("--x", given)


def test_pairs_keep_the_comma_of_their_own():
    assert eval_sets("--eval", "set5,pairs:a,b") == ("set5", "pairs:a,b")
    assert eval_sets("--eval", ["pairs:a,b"]) == ("pairs:a,b",)


def test_paths_are_read_and_an_empty_one_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert place("--out", "~/x") == tmp_path / "x"
    assert place("--out", None) is None
    for given in ("", 3):
        with pytest.raises(ConfigError, match="--out: expected a path"):
            place("--out", given)


def test_whole_numbers_are_read_and_others_refused():
    assert number("--jobs", np.int64(2), 1) == 2
    for given in (0, 1.5, True, "two"):
        with pytest.raises(ConfigError, match="--jobs: expected"):
            number("--jobs", given, 1)


def test_mappings_become_what_is_typed():
    slurm = {"time": 5, "setup": ["a", "b"], "additional": {"exclusive": True}}
    typed = ("time=5", "setup=a", "setup=b", "additional.exclusive=true")
    assert key_values(slurm) == typed
