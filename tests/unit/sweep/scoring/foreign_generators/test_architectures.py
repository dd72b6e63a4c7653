import subprocess
import sys

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as f

from srgan_core.errors import MissingDependencyError, WeightsError
from srgan_core.weights.pickled_tensors import read_pickled_tensors
from sweep.scoring.foreign_generators import architectures
from sweep.scoring.foreign_generators.architectures import match_architecture
from sweep.scoring.foreign_generators.loading import load_any_generator

State = dict[str, Tensor]


def compact(width: int = 4, channels: int = 3, scale: int = 2) -> State:
    """Weights of a Real-ESRGAN Compact with one inner convolution, in its own names."""
    random = torch.Generator().manual_seed(3)
    state = {}
    sizes = ((channels, width), (width, width), (width, channels * scale**2))
    for index, (inputs, outputs) in enumerate(sizes):
        shape = outputs, inputs, 3, 3
        state[f"body.{2 * index}.weight"] = 0.1 * torch.randn(shape, generator=random)
        state[f"body.{2 * index}.bias"] = torch.zeros(outputs)
        if index < 2:
            state[f"body.{2 * index + 1}.weight"] = torch.full((outputs,), 0.2)
    return state


def compact_forward(state: State, lr: Tensor, scale: int = 2) -> Tensor:
    x = lr
    for index in (0, 2):
        x = f.conv2d(x, state[f"body.{index}.weight"], state[f"body.{index}.bias"], padding=1)
        x = f.prelu(x, state[f"body.{index + 1}.weight"])
    x = f.conv2d(x, state["body.4.weight"], state["body.4.bias"], padding=1)
    return (f.pixel_shuffle(x, scale) + f.interpolate(lr, scale_factor=float(scale))).clamp(0, 1)


def rrdb(old: bool) -> State:
    """Weights of an RRDB network of one block, in the names of ESRGAN's first or later code."""
    random = torch.Generator().manual_seed(4)
    state: State = {}

    def conv(name: str, inputs: int, outputs: int) -> None:
        state[f"{name}.weight"] = 0.1 * torch.randn((outputs, inputs, 3, 3), generator=random)
        state[f"{name}.bias"] = 0.1 * torch.randn(outputs, generator=random)

    conv("model.0" if old else "conv_first", 3, 64)
    for block in (1, 2, 3):
        for layer in range(1, 6):
            name = f"RDB{block}.conv{layer}.0" if old else f"rdb{block}.conv{layer}"
            prefix = "model.1.sub.0" if old else "body.0"
            conv(f"{prefix}.{name}", 64 + 32 * (layer - 1), 64 if layer == 5 else 32)
    names = ("conv_body", "conv_up1", "conv_up2", "conv_hr", "conv_last")
    first = ("model.1.sub.1", "model.3", "model.6", "model.8", "model.10")
    for name in first if old else names:
        conv(name, 64, 3 if name in ("conv_last", "model.10") else 64)
    return state


def test_an_architecture_is_known_by_its_names_and_gives_what_its_own_forward_pass_gives():
    state, lr = compact(), torch.rand(1, 3, 7, 9)
    found = match_architecture(state, "file")
    assert found is not None
    assert (found.name, found.scale, found.tileable) == ("RealESRGAN Compact", 2, True)
    torch.testing.assert_close(found.descriptor(lr), compact_forward(state, lr))


@pytest.mark.parametrize("wrapper", ["params", "params_ema", "netG", None])
@pytest.mark.parametrize("old", [True, False], ids=["model.", "conv_first"])
def test_an_esrgan_is_read_in_both_namings_and_its_terms_are_said(tmp_path, old, wrapper):
    path = tmp_path / "esrgan.pth"
    torch.save({wrapper: rrdb(old)} if wrapper else rrdb(old), path)
    loaded = load_any_generator(path, 4)
    assert (loaded.kind, loaded.scale) == ("ESRGAN", 4)
    assert loaded.parameters == sum(tensor.numel() for tensor in rrdb(old).values())
    assert "MIT, Apache-2.0 or public domain" in loaded.licence
    assert "read as ESRGAN, x4, " in loaded.notes[0]
    assert loaded.provenance()["licence"] == loaded.licence


def test_both_namings_of_an_esrgan_give_one_image():
    lr = torch.rand(1, 3, 8, 8)
    images = [match_architecture(rrdb(old), "file") for old in (True, False)]
    first, second = (found.descriptor(lr) for found in images)
    torch.testing.assert_close(first, second)


def test_another_scale_is_refused(tmp_path):
    save_file(compact(), tmp_path / "x.safetensors")
    with pytest.raises(WeightsError, match="give --scale 2"):
        load_any_generator(tmp_path / "x.safetensors", 4)


def test_the_library_opens_no_file(tmp_path, monkeypatch):
    def refuse(*arguments: object) -> None:
        raise AssertionError("opened by the library")

    monkeypatch.setattr("spandrel.ModelLoader.load_state_dict_from_file", refuse)
    monkeypatch.setattr("spandrel.ModelLoader.load_from_file", refuse)
    torch.save({"params": compact()}, tmp_path / "x.pth")
    assert load_any_generator(tmp_path / "x.pth", 2).kind == "RealESRGAN Compact"
    assert set(read_pickled_tensors(tmp_path / "x.pth")) == {"params"}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (compact(scale=1), "expected a generator that enlarges images, got RealESRGAN Compact"),
        (compact(channels=1), "of colour images, got RealESRGAN Compact from 1 channel to 1"),
        (compact() | {"extra.weight": torch.ones(1)}, "has the names of RealESRGAN Compact and"),
        (compact() | {"body.0.bias": torch.full((4,), torch.nan)}, "expected finite numbers"),
        (rrdb(False) | {"conv_up1.bias": torch.ones(3)}, "has the names of ESRGAN and does not"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(state, said):
    with pytest.raises(WeightsError, match=said) as raised:
        match_architecture(state, "file")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("old", "theirs", "lacks"),
    [(False, "conv_body", "conv_body"), (True, "RDB1.conv1.0", "model.1.sub.0.RDB1.conv1")],
)
def test_of_an_unknown_architecture_the_nearest_is_named_and_torchscript_comes_last(
    tmp_path, old, theirs, lacks
):
    changed = {name.replace(theirs, "other"): tensor for name, tensor in rrdb(old).items()}
    torch.save(changed, tmp_path / "x.pth")
    with pytest.raises(WeightsError, match=f"the nearest is ESRGAN, without '{lacks}") as raised:
        load_any_generator(tmp_path / "x.pth", 4)
    assert str(raised.value).endswith(
        "save the generator as TorchScript, which carries its own code"
    )


def test_weights_of_nobody_are_near_to_none(tmp_path):
    torch.save({"layer.weight": torch.zeros(1)}, tmp_path / "x.pth")
    with pytest.raises(
        WeightsError, match=r"of srgan-sweep, .*got layer\.weight, .*none is near; save"
    ):
        load_any_generator(tmp_path / "x.pth", 4)


def test_without_the_extra_its_install_command_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr(architectures, "is_installed", lambda: False)
    torch.save(compact(), tmp_path / "x.pth")
    with pytest.raises(
        MissingDependencyError, match=r"srgan-sweep\[generators\]'; or save"
    ) as raised:
        load_any_generator(tmp_path / "x.pth", 2)
    assert raised.value.EXIT_STATUS == 3


def test_the_library_is_not_imported_for_generators_that_need_none_of_it():
    code = (
        "import sys; from sweep.scoring.foreign_generators import architectures, loading; "
        "sys.exit('spandrel' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
