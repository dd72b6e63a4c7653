"""Runs of tiny generators on small photographs, and what is read of their folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.patches import PatchSampler
from srgan_core.data.sources import skimage_files
from srgan_core.inference import load_generator
from srgan_core.networks import Generator
from srgan_core.training import learner
from srgan_core.training.config import TrainingSpec
from srgan_core.training.log import read_log
from srgan_core.training.packed_data import open_data
from srgan_core.training.trainer import Trainer

CPU = torch.device("cpu")


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three 64-px crops of photographs; not to be changed."""
    folder = tmp_path_factory.mktemp("photographs")
    for index, path in enumerate(skimage_files(["astronaut.png", "grass.png", "gravel.png"])):
        write_png(folder / f"{index}.png", read_rgb(path)[100:164, 200:264])
    return folder


@pytest.fixture(autouse=True)
def _tiny_generator(monkeypatch: pytest.MonkeyPatch, own_cache: Path) -> None:
    def fresh(spec: TrainingSpec) -> Generator:
        with torch.random.fork_rng(devices=()):
            torch.manual_seed(spec.seed)
            return Generator(spec.scale, channels=8, blocks=2)

    monkeypatch.setattr(learner, "fresh_generator", fresh)


@pytest.fixture
def make_fields(photographs: Path) -> Callable[..., dict[str, Any]]:
    """Gives the fields of a spec of four steps, with changes."""

    def make(**changes: Any) -> dict[str, Any]:
        training = {
            "steps": 4,
            "batch_size": 2,
            "patch_size": 32,
            "precision": "float32",
            "log_every": 1,
            "discriminator": {"channels": 4},
        }
        fields = {
            "adversarial_weight": 1e-3,
            "data": {"sources": {f"folder:{photographs}": 1.0}},
            "training": training | changes.pop("training", {}),
        }
        return fields | changes

    return make


@pytest.fixture
def make_spec(make_fields: Callable[..., dict[str, Any]]) -> Callable[..., TrainingSpec]:
    return lambda **changes: TrainingSpec.model_validate(make_fields(**changes))


@pytest.fixture
def make_trainer() -> Callable[..., Trainer]:
    def make(spec: TrainingSpec, folder: Path, **options: Any) -> Trainer:
        config = spec.training
        sampler = PatchSampler(
            open_data(spec.data, spec.training.patch_size),
            patch_size=config.patch_size,
            scale=spec.scale,
            batch_size=config.batch_size,
            seed=spec.seed,
            device=CPU,
        )
        return Trainer(spec, sampler, folder, device=CPU, **options)

    return make


@pytest.fixture
def stop_after() -> Callable[[int], Callable[[], bool]]:
    def make(iterations: int) -> Callable[[], bool]:
        """Says stop after that many iterations, once."""
        answers = [True, *[False] * (iterations - 1)]
        return lambda: bool(answers) and answers.pop()

    return make


@pytest.fixture
def records() -> Callable[[Path], list[dict[str, Any]]]:
    def read(folder: Path) -> list[dict[str, Any]]:
        """The log without its only line that depends on the machine's speed."""
        lines = read_log(folder / "log.jsonl")
        return [{k: v for k, v in line.items() if k != "patches_per_second"} for line in lines]

    return read


@pytest.fixture
def generator_bytes() -> Callable[[Path], bytes]:
    return lambda folder: (folder / "generator.safetensors").read_bytes()


@pytest.fixture
def saved_state() -> Callable[[Path], dict[str, Tensor]]:
    return lambda folder: load_generator(folder / "generator.safetensors").state_dict()
