from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import nn

from srgan_core.errors import CheckpointError
from srgan_core.training import checkpoint
from srgan_core.training.checkpoint import (
    TrainingState,
    flatten,
    load_checkpoint,
    restore,
    save_checkpoint,
)


def state(iteration: int, spec: str = "spec") -> TrainingState:
    tensors = {
        "generator/weight": torch.full((2, 3), float(iteration)),
        "generator/count": torch.tensor(iteration),
        "scalar": torch.tensor(0.5, dtype=torch.float64),
    }
    return TrainingState(iteration, spec, {"seconds": 1.5, "scaler": {}}, tensors)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def equal(first: TrainingState, second: TrainingState) -> bool:
    return (
        (first.iteration, first.spec, first.extra) == (second.iteration, second.spec, second.extra)
        and first.tensors.keys() == second.tensors.keys()
        and all(torch.equal(first.tensors[name], second.tensors[name]) for name in first.tensors)
    )


def test_nothing_to_go_on_from_is_none(tmp_path: Path):
    assert load_checkpoint(tmp_path / "none", "spec") is None
    assert load_checkpoint(tmp_path, "spec") is None


def test_state_comes_back(tmp_path: Path):
    save_checkpoint(tmp_path, state(5))
    assert equal(load_checkpoint(tmp_path, "spec"), state(5))


def test_last_two_checkpoints_are_kept_and_the_newest_is_read(tmp_path: Path):
    for iteration in (9, 10, 100):
        save_checkpoint(tmp_path, state(iteration))
    assert names(tmp_path) == ["000000010", "000000100"]
    assert load_checkpoint(tmp_path, "spec").iteration == 100


def test_same_iteration_replaces_its_checkpoint(tmp_path: Path):
    save_checkpoint(tmp_path, state(5, "old"))
    save_checkpoint(tmp_path, state(5, "new"))
    assert load_checkpoint(tmp_path, "new").spec == "new"


def cut_tensors(folder: Path) -> None:
    path = folder / "state.safetensors"
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(folder: Path) -> None:
    path = folder / "state.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(bytes(content))


def cut_manifest(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text()[:20])


def empty_manifest(folder: Path) -> None:
    (folder / "manifest.json").write_text("[]")


def remove_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    "damage", [cut_tensors, flip_a_bit, cut_manifest, empty_manifest, remove_manifest]
)
def test_damaged_checkpoint_is_set_aside_and_the_one_before_used(tmp_path: Path, damage):
    for iteration in (5, 10):
        save_checkpoint(tmp_path, state(iteration))
    damage(tmp_path / "000000010")
    assert load_checkpoint(tmp_path, "spec").iteration == 5
    assert names(tmp_path) == ["000000005", "damaged-000000010"]


def test_a_damaged_checkpoint_is_told_with_its_new_name_and_the_reason(tmp_path: Path):
    for iteration in (5, 10):
        save_checkpoint(tmp_path, state(iteration))
    flip_a_bit(tmp_path / "000000010")
    told = []
    load_checkpoint(tmp_path, "spec", lambda path, reason: told.append((path.name, reason)))
    ((name, reason),) = told
    assert name == "damaged-000000010"
    assert "its bytes changed since it was written" in reason


def test_checkpoint_damaged_twice_is_set_aside_twice(tmp_path: Path):
    for _ in range(2):
        save_checkpoint(tmp_path, state(10))
        flip_a_bit(tmp_path / "000000010")
        assert load_checkpoint(tmp_path, "spec") is None
    assert names(tmp_path) == ["damaged-000000010"]


def test_checkpoint_of_another_spec_is_refused_and_stays(tmp_path: Path):
    save_checkpoint(tmp_path, state(5, "other"))
    with pytest.raises(CheckpointError, match="belongs to another training spec; go on with"):
        load_checkpoint(tmp_path, "spec")
    assert names(tmp_path) == ["000000005"]


def test_crash_while_writing_leaves_the_checkpoints_before(tmp_path: Path, monkeypatch):
    save_checkpoint(tmp_path, state(5))

    def crash(path: Path, content: bytes) -> None:
        path.write_bytes(content[: len(content) // 2])
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "write_atomically", crash)
        with pytest.raises(KeyboardInterrupt):
            save_checkpoint(tmp_path, state(10))
    assert load_checkpoint(tmp_path, "spec").iteration == 5
    save_checkpoint(tmp_path, state(10))
    assert names(tmp_path) == ["000000005", "000000010"]


def test_manifest_is_readable_and_hashes_the_tensors(tmp_path: Path):
    folder = save_checkpoint(tmp_path, state(5))
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["iteration"] == 5
    assert manifest["bytes"] == (folder / "state.safetensors").stat().st_size
    assert len(manifest["sha256"]) == 64


def network(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    layers = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.PReLU(), nn.Conv2d(4, 2, 3))
    return layers.to(memory_format=torch.channels_last)


def adam(layers: nn.Module) -> torch.optim.Adam:
    return torch.optim.Adam(layers.parameters(), lr=0.01, fused=True)


def train(layers: nn.Module, optimizer: torch.optim.Optimizer, steps: int) -> None:
    images = torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))
    for _ in range(steps):
        optimizer.zero_grad()
        layers(images.contiguous(memory_format=torch.channels_last)).square().sum().backward()
        optimizer.step()


@pytest.mark.parametrize("through_file", [True, False])
def test_restored_networks_and_moments_go_on_as_if_never_stopped(
    tmp_path: Path, through_file: bool
):
    layers = network(0)
    optimizer = adam(layers)
    train(layers, optimizer, 3)
    tensors = flatten({"g": layers, "d": None}, {"o": optimizer, "d": None})
    tensors = {name: value.detach().clone().contiguous() for name, value in tensors.items()}
    if through_file:
        save_checkpoint(tmp_path, TrainingState(3, "spec", {}, tensors))
        tensors = load_checkpoint(tmp_path, "spec").tensors
    resumed = network(1)
    resumed_optimizer = adam(resumed)
    restore(tensors, {"g": resumed, "d": None}, {"o": resumed_optimizer, "d": None})
    for layer, chosen in ((layers, optimizer), (resumed, resumed_optimizer)):
        train(layer, chosen, 3)
    for (name, value), other in zip(
        layers.state_dict().items(), resumed.state_dict().values(), strict=True
    ):
        assert torch.equal(value, other), name


def test_restored_moments_lie_in_memory_as_their_parameters():
    layers = network(0)
    optimizer = adam(layers)
    train(layers, optimizer, 1)
    tensors = {k: v.contiguous() for k, v in flatten({"g": layers}, {"o": optimizer}).items()}
    resumed = network(1)
    resumed_optimizer = adam(resumed)
    restore(tensors, {"g": resumed}, {"o": resumed_optimizer})
    for parameter in resumed.parameters():
        moments = resumed_optimizer.state[parameter]
        assert moments["exp_avg"].stride() == parameter.stride()
        assert moments["exp_avg_sq"].stride() == parameter.stride()


def test_optimizer_that_never_stepped_is_restored_empty():
    layers = network(0)
    tensors = flatten({"g": layers}, {"o": adam(layers)})
    optimizer = adam(network(1))
    restore(tensors, {"g": network(1)}, {"o": optimizer})
    assert not optimizer.state
