import os
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from srgan_core.errors import WeightsError
from srgan_core.weights import pickled_arrays
from srgan_core.weights.pickled_arrays import read_arrays


class Gadget:
    """Calls a function when it is unpickled."""

    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def touching(canary: Path) -> list[Gadget]:
    command = f"touch {canary}"
    return [
        Gadget(os.system, command),
        Gadget(exec, f"import os; os.system({command!r})"),
        Gadget(eval, f"__import__('os').system({command!r})"),
        Gadget(Path.touch, canary),
        Gadget(np.save, str(canary), 1),
    ]


@pytest.mark.parametrize("protocol", [3, 4])
def test_nested_arrays_come_back_by_path(protocol: int):
    kernel = np.arange(24, dtype="f4").reshape(2, 3, 4)
    tree = {"Net": {"Conv_0": {"kernel": kernel, "bias": np.ones(4, "f4")}}}
    arrays = read_arrays(pickle.dumps(tree, protocol=protocol), "x.ckpt")
    assert list(arrays) == ["Net/Conv_0/kernel", "Net/Conv_0/bias"]
    np.testing.assert_array_equal(arrays["Net/Conv_0/kernel"], kernel)
    assert arrays["Net/Conv_0/bias"].dtype == np.float32


@pytest.mark.parametrize("module", [b"numpy.core.multiarray", b"numpy._core.multiarray"])
def test_module_names_of_both_numpy_generations_are_read(module: bytes):
    content = pickle.dumps({"a": np.ones(2, "f4")}, protocol=3)
    content = content.replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    content = content.replace(b"numpy.core.multiarray", module)
    assert read_arrays(content, "x.ckpt")["a"].tolist() == [1, 1]


def test_fortran_order_keeps_the_values():
    kernel = np.asfortranarray(np.arange(6, dtype="f4").reshape(2, 3))
    arrays = read_arrays(pickle.dumps({"a": kernel}, protocol=3), "x.ckpt")
    np.testing.assert_array_equal(arrays["a"], kernel)


@pytest.mark.parametrize("number", range(5))
def test_code_in_a_pickle_is_refused_and_never_runs(tmp_path: Path, number: int):
    canary = tmp_path / "canary.npy"
    content = pickle.dumps({"a": np.ones(2, "f4"), "b": touching(canary)[number]}, protocol=3)
    with pytest.raises(WeightsError, match=r"x\.ckpt: is refused as weights: .*not part of an"):
        read_arrays(content, "x.ckpt")
    assert not canary.exists()
    pickle.loads(content)
    assert canary.exists(), "the gadget is a dud, so the test above proves nothing"


GLOBALS = {
    "array": b"cnumpy.core.multiarray\n_reconstruct\n",
    "class": b"cnumpy\nndarray\n",
    "element": b"cnumpy\ndtype\n",
}


@pytest.mark.parametrize("name", GLOBALS)
def test_pickle_cannot_write_into_the_reading_classes(name: str):
    before = {kind: dict(vars(kind)) for kind in pickled_arrays._ADMITTED.values()}
    # BUILD with a slot state is how a pickle sets attributes, here __init__ of a class.
    content = GLOBALS[name] + b"(N}S'__init__'\nI1\nstb."
    with pytest.raises(WeightsError):
        read_arrays(content, "x.ckpt")
    assert {kind: dict(vars(kind)) for kind in pickled_arrays._ADMITTED.values()} == before


@pytest.mark.parametrize(
    "tree",
    [
        {"a": np.ones(2, "f8")},
        {"a": np.ones(2, ">f4")},
        {"a": np.array([None, "x"], dtype=object)},
        {"a": [np.ones(2, "f4")]},
        {"a": "text"},
        {"a": {"b": {"c": {"d": {"e": np.ones(2, "f4")}}}}},
        "text",
    ],
    ids=["float64", "big endian", "objects", "list", "string", "too deep", "no dict"],
)
def test_anything_but_dicts_of_float32_arrays_is_refused(tree: object):
    with pytest.raises(WeightsError, match="is refused as weights"):
        read_arrays(pickle.dumps(tree, protocol=3), "x.ckpt")


def test_dict_that_contains_itself_is_refused():
    tree: dict[str, object] = {}
    tree["again"] = tree
    with pytest.raises(WeightsError, match="is refused as weights"):
        read_arrays(pickle.dumps(tree, protocol=3), "x.ckpt")


def test_content_that_does_not_fill_the_shape_is_refused():
    content = pickle.dumps({"a": np.ones(100, "f4")}, protocol=3)
    assert content.count(b"Kd\x85") == 1
    with pytest.raises(WeightsError, match=r"does not fill \(101,\)"):
        read_arrays(content.replace(b"Kd\x85", b"Ke\x85"), "x.ckpt")


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_truncated_pickle_is_refused(share: float):
    content = pickle.dumps({"a": np.ones(100, "f4")}, protocol=3)
    with pytest.raises(WeightsError, match="is refused as weights"):
        read_arrays(content[: int(share * len(content))], "x.ckpt")


def test_any_single_wrong_byte_gives_weights_or_our_error():
    content = pickle.dumps({"a": np.ones(3, "f4")}, protocol=3)
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 0x15
        try:
            read_arrays(bytes(damaged), "x.ckpt")
        except WeightsError:
            continue
