from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from srgan_core.errors import ConfigError, ShapeError, WeightsError
from srgan_core.inference import load_generator, restore, save_generator
from srgan_core.networks import Generator


@pytest.fixture
def generator() -> Generator:
    torch.manual_seed(0)
    network = Generator(2, channels=4, blocks=1)
    for value in network.state_dict().values():
        if value.is_floating_point():
            value.add_(0.1 * torch.rand_like(value))
    return network.eval()


@pytest.fixture
def saved(tmp_path: Path, generator: Generator) -> Path:
    path = tmp_path / "generator.safetensors"
    save_generator(path, generator, notes="trained on nothing")
    return path


@pytest.fixture
def lr() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (7, 9, 3), dtype=np.uint8)


def rewrite(path: Path, metadata: dict[str, str] | None, **changes: torch.Tensor) -> None:
    save_file(load_file(path) | changes, path, metadata)


def metadata_of(path: Path) -> dict[str, str]:
    with safe_open(path, framework="pt") as file:
        return file.metadata()


def test_saved_generator_comes_back(saved: Path, generator: Generator):
    loaded = load_generator(saved, scale=2)
    assert not loaded.training
    for (name, value), other in zip(
        generator.state_dict().items(), loaded.state_dict().values(), strict=True
    ):
        assert torch.equal(value, other), name


def test_metadata_describe_the_network(saved: Path):
    assert metadata_of(saved) == {
        "format": "srgan-generator-1",
        "scale": "2",
        "channels": "4",
        "blocks": "1",
        "notes": "trained on nothing",
    }


def test_equal_generators_are_equal_files(tmp_path: Path, generator: Generator):
    """The library behind safetensors writes metadata in an order of its own."""
    contents = set()
    for number in range(20):
        save_generator(tmp_path / f"{number}", generator, notes="äöü — same")
        contents.add((tmp_path / f"{number}").read_bytes())
    assert len(contents) == 1
    assert metadata_of(tmp_path / "0")["notes"] == "äöü — same"


def test_memory_layout_does_not_reach_the_file(tmp_path: Path, saved: Path, generator: Generator):
    turned = generator.to(memory_format=torch.channels_last)
    save_generator(tmp_path / "turned", turned, notes="trained on nothing")
    assert (tmp_path / "turned").read_bytes() == saved.read_bytes()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_files_are_half_as_large_and_load_as_float32(
    tmp_path: Path, saved: Path, generator: Generator, dtype: torch.dtype
):
    path = tmp_path / "half.safetensors"
    save_generator(path, generator, dtype)
    assert path.stat().st_size < 0.8 * saved.stat().st_size
    loaded = load_generator(path, scale=2).state_dict()
    for name, value in generator.state_dict().items():
        assert loaded[name].dtype == value.dtype
        torch.testing.assert_close(loaded[name], value, rtol=0.01, atol=1e-6)


def test_generator_of_another_scale_is_refused(saved: Path):
    with pytest.raises(WeightsError, match="made for scale 2, asked for 4"):
        load_generator(saved)


def test_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"none\.safetensors: no such file"):
        load_generator(tmp_path / "none.safetensors")


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:4],
        lambda content: content[:100],
        lambda content: content[:-1],
        lambda content: b"\xff" * 8 + content[8:],
        lambda content: (2).to_bytes(8, "little") + b"[]" + content,
        lambda content: b"PK\x03\x04 a pickle of torch.save",
    ],
    ids=["empty", "no header", "cut header", "cut data", "long header", "list", "zip"],
)
def test_damaged_file_is_refused(saved: Path, damage):
    saved.write_bytes(damage(saved.read_bytes()))
    with pytest.raises(WeightsError, match="not a whole safetensors file"):
        load_generator(saved, scale=2)


def test_folder_is_refused(tmp_path: Path):
    with pytest.raises(WeightsError, match=str(tmp_path)):
        load_generator(tmp_path)


@pytest.mark.parametrize("metadata", [None, {}, {"format": "pt"}, {"scale": "2"}])
def test_file_of_other_software_is_refused(saved: Path, metadata: dict[str, str] | None):
    rewrite(saved, metadata)
    with pytest.raises(WeightsError, match=r"expected format 'srgan-generator-1' in the metadata"):
        load_generator(saved, scale=2)


@pytest.mark.parametrize(
    "change", [{"channels": "5"}, {"blocks": "2"}, {"blocks": "many"}, {"channels": None}]
)
def test_file_whose_metadata_do_not_fit_its_tensors_is_refused(saved: Path, change):
    metadata = {k: v for k, v in (metadata_of(saved) | change).items() if v is not None}
    rewrite(saved, metadata)
    with pytest.raises(WeightsError, match="does not fit the generator"):
        load_generator(saved, scale=2)


def test_file_with_a_foreign_tensor_is_refused(saved: Path):
    rewrite(saved, metadata_of(saved), foreign=torch.zeros(1))
    with pytest.raises(WeightsError, match="does not fit the generator"):
        load_generator(saved, scale=2)


def test_scale_without_a_bundled_generator_says_how_to_get_one():
    with pytest.raises(ConfigError, match="no SRResNet for scale 8 comes with the package"):
        load_generator(None, scale=8)


def test_restored_image_is_the_rounded_output(generator: Generator, lr: np.ndarray):
    with torch.no_grad():
        exact = generator(torch.from_numpy(lr).permute(2, 0, 1)[None] / 255)[0]
    expected = (exact.permute(1, 2, 0) * 255).round().numpy()
    restored = restore(generator, lr)
    assert (restored.shape, restored.dtype) == ((14, 18, 3), np.uint8)
    assert np.abs(restored - expected).max() <= 1
    assert (restored != expected).mean() < 0.01


def test_restoring_changes_neither_image_nor_generator(generator: Generator, lr: np.ndarray):
    before, weights = lr.copy(), {k: v.clone() for k, v in generator.state_dict().items()}
    first = restore(generator, lr)
    assert np.array_equal(restore(generator, lr), first)
    assert np.array_equal(lr, before)
    assert all(torch.equal(weights[k], v) for k, v in generator.state_dict().items())


def test_views_and_read_only_images_are_restored(generator: Generator, lr: np.ndarray):
    lr.setflags(write=False)
    turned = lr[::-1, ::-1]
    assert np.array_equal(restore(generator, turned), restore(generator, turned.copy()))


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)],
)
def test_what_is_no_rgb_image_is_refused(generator: Generator, image: np.ndarray):
    with pytest.raises(ShapeError, match=r"lr: expected \(H, W, 3\) of uint8, got"):
        restore(generator, image)
