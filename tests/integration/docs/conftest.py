"""A folder with everything that the commands of the documentation name, made of what is here."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from blocks import REPOSITORY, shown_file
from PIL import Image

from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from srgan_core.pairs import open_pair
from sweep.cli import main

SCALE = 4
SET5 = ("baby", "bird", "butterfly", "head", "woman")
SIDE = 96
"""Of the pictures, in px."""

Run = Callable[[list[str]], int]


def status_of(arguments: list[str]) -> int:
    """Runs one command as `sweep` does; gives the status that it would end with."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `sweep` in this process, which keeps its signal handlers."""
    monkeypatch.setattr("sweep.cli.signals_to_obey", lambda: ())
    return status_of


def crops() -> dict[str, Image.Image]:
    """Five small pictures, under the names of Set5's images."""
    pictures = [
        skimage.data.astronaut(),
        skimage.data.coffee(),
        skimage.data.chelsea(),
        skimage.data.rocket(),
        skimage.data.immunohistochemistry(),
    ]
    cut = slice(100, 100 + SIDE)
    return {
        name: Image.fromarray(np.ascontiguousarray(picture[cut, cut]))
        for name, picture in zip(SET5, pictures, strict=True)
    }


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.BICUBIC)


def write_pictures(folder: Path) -> None:
    """Writes Set5's stand-in, another's restored images of it, and photographs to enlarge."""
    for name in ("Set5", "my_x4", "photos", "restored"):
        (folder / name).mkdir()
    for name, image in crops().items():
        image.save(folder / "Set5" / f"{name}.png")
        smaller(image).resize(image.size).save(folder / "my_x4" / f"{name}.png")
    for name in SET5[:2]:
        crops()[name].save(folder / "photos" / f"{name}.png")
    for name in ("photo.jpg", "photo.png"):
        smaller(crops()["bird"]).save(folder / name)
    for name in ("hr.png", "sr.png"):
        shutil.copy(folder / ("Set5" if name == "hr.png" else "my_x4") / "bird.png", folder / name)


def write_generators(folder: Path) -> None:
    """Writes generators as others and as this package save them, and a pair."""
    bundled = load_generator(None, SCALE)
    save_generator(folder / "generator.safetensors", bundled)
    for name in ("other.pth", "net.pt", "netG_epoch_4_100.pth"):
        torch.save(Generator(SCALE, channels=8, blocks=1).state_dict(), folder / name)
    (folder / "my-pair").mkdir()
    with open_pair(None, SCALE) as pair:
        pair.copy_to(folder / "my-pair", SCALE)


def write_whole_sweep(shipped: Path, folder: Path, generator: Path, pair: Path) -> None:
    """Copies a published sweep and gives every trial a generator that its record names."""
    shutil.copytree(shipped, folder)
    for result in folder.glob("*/*/result.json"):
        is_pair = result.parent.name.startswith("srgan")
        taken = result.parent / "generator.safetensors"
        shutil.copy(pair if is_pair else generator, taken)
        record = json.loads(result.read_text(encoding="utf-8"))
        record["generator_sha256"] = file_sha256(taken)
        result.write_text(json.dumps(record), encoding="utf-8")


def write_plug_in(folder: Path) -> None:
    """Writes the plug-in of docs/plugins.md as it would be installed."""
    (folder / "my_metrics.py").write_text(shown_file("my_metrics.py"), encoding="utf-8")
    installed = folder / "my_metrics-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my-metrics\nVersion: 1.0\n")
    entry_points = '[srgan_sweep.metrics]\ncontrast = my_metrics:plugin\n'
    (installed / "entry_points.txt").write_text(entry_points, encoding="utf-8")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the documentation's commands are meant to be typed."""
    folder = tmp_path_factory.mktemp("workspace")
    write_pictures(folder)
    write_generators(folder)
    write_plug_in(folder)
    (folder / "mine.yaml").write_text(shown_file("mine.yaml"), encoding="utf-8")
    results = folder / "results"
    shutil.copytree(REPOSITORY / "results", results)
    shipped = results / "quick-cpu"
    generators = (folder / "generator.safetensors", folder / "my-pair" / "generator.safetensors")
    write_whole_sweep(shipped, results / "quick", *generators)
    for name in ("standard", "new", "old", "bsd"):
        shutil.copytree(shipped, results / name)
    return folder


@pytest.fixture
def _in_workspace(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SWEEP_DATA", str(workspace))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.syspath_prepend(workspace)
    with chdir(workspace):
        yield
