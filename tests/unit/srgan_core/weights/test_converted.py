from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.weights.converted import (
    converted_path,
    from_flax,
    read_converted,
    read_converted_arrays,
    save_converted,
    tensors_sha256,
)


def flatten(tree: dict[str, dict[str, dict[str, np.ndarray]]]) -> dict[str, np.ndarray]:
    return {
        f"{module}/{layer}/{name}": array
        for module, layers in tree.items()
        for layer, arrays in layers.items()
        for name, array in arrays.items()
    }


@pytest.mark.parametrize("architecture", ["alexnet", "vgg16"])
def test_flax_layout_converts_to_torchvisions(
    architecture: str,
    make_state: Callable[..., dict[str, Tensor]],
    to_flax: Callable[..., dict[str, object]],
):
    state = make_state(architecture)
    converted = from_flax(flatten(to_flax(state, "Net")), "Net", architecture)
    assert converted.keys() == state.keys()
    assert all(torch.equal(converted[name], state[name]) for name in state)


def test_converted_kernel_computes_the_same_convolution(alexnet_state: dict[str, Tensor], to_flax):
    arrays = flatten(to_flax(alexnet_state, "Net"))
    kernel = arrays["Net/Conv_1/kernel"]
    patch = np.random.default_rng(0).standard_normal((5, 5, 64)).astype("f4")
    expected = np.einsum("hwi,hwio->o", patch, kernel)
    weight = from_flax(arrays, "Net", "alexnet")["features.3.weight"]
    image = torch.from_numpy(patch).permute(2, 0, 1)[None]
    computed = torch.nn.functional.conv2d(image, weight).flatten()
    np.testing.assert_allclose(computed, expected, rtol=1e-4, atol=1e-5)


def test_missing_convolution_is_named(alexnet_state: dict[str, Tensor], to_flax):
    arrays = flatten(to_flax(alexnet_state, "Net"))
    del arrays["Net/Conv_3/bias"]
    with pytest.raises(WeightsError, match="Net/Conv_3: the package holds no such convolution"):
        from_flax(arrays, "Net", "alexnet")


def test_convolution_of_another_shape_is_refused(alexnet_state: dict[str, Tensor], to_flax):
    arrays = flatten(to_flax(alexnet_state, "Net"))
    arrays["Net/Conv_0/kernel"] = arrays["Net/Conv_0/kernel"][:5]
    with pytest.raises(WeightsError, match=r"features\.0\.weight must have shape"):
        from_flax(arrays, "Net", "alexnet")


def test_digest_sees_names_shapes_and_values_but_not_order_or_strides():
    state = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(2)}
    digest = tensors_sha256(state)
    assert tensors_sha256({"b": state["b"], "a": state["a"].t().contiguous().t()}) == digest
    assert tensors_sha256({**state, "a": state["a"].reshape(3, 2)}) != digest
    assert tensors_sha256({**state, "b": torch.tensor([1.0, 1.0001])}) != digest
    assert tensors_sha256({"a": state["a"], "c": state["b"]}) != digest


def test_saved_weights_come_back_and_have_stable_bytes(alexnet_state: dict[str, Tensor]):
    path = converted_path("alexnet")
    save_converted(alexnet_state, path, "weights==1.0")
    first = file_sha256(path)
    save_converted(dict(reversed(alexnet_state.items())), path, "weights==1.0")
    read = read_converted(path, "alexnet")
    assert file_sha256(path) == first
    assert tensors_sha256(read) == tensors_sha256(alexnet_state)
    assert tensors_sha256(read_converted_arrays(path)) == tensors_sha256(alexnet_state)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content",
    [b"", b"not safetensors at all", save({"x": torch.zeros(2, dtype=torch.float8_e5m2)})],
    ids=["empty", "text", "of a type without a name in numpy"],
)
def test_damaged_file_says_to_delete_it(tmp_path: Path, content: bytes):
    path = tmp_path / "x.safetensors"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"x\.safetensors: is damaged .*delete it"):
        read_converted_arrays(path)


def test_weights_of_another_network_are_refused(tmp_path: Path):
    path = tmp_path / "x.safetensors"
    save_converted({"features.0.weight": torch.zeros(2)}, path, "weights==1.0")
    with pytest.raises(WeightsError, match=r"x\.safetensors: features\.0\.weight must have shape"):
        read_converted(path, "alexnet")


def test_folder_that_cannot_be_written_names_the_variable(
    caches: Path, alexnet_state: dict[str, Tensor]
):
    (caches / "cache").write_text("a file where the folder should be")
    with pytest.raises(WeightsError, match=r"cannot be written .*SWEEP_CACHE"):
        save_converted(alexnet_state, converted_path("alexnet"), "weights==1.0")
