"""A folder with everything that the commands of the documentation name, made of what is here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
import yaml
from blocks import REPOSITORY, shown_file
from PIL import Image

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.inference import load_generator, save_generator
from srgan_core.networks import Generator
from srgan_core.pairs import open_pair
from srgan_core.weights.resolver import resolve_weights
from sweep.cli import main
from sweep.metrics import plugins
from sweep.planning.calibration import StepCost
from sweep.scoring.sets.references import dataset_record, prepare_reference
from sweep.scoring.sets.test_sets import TestSet

SCALE = 4
SET5 = ("baby", "bird", "butterfly", "head", "woman")
HEIGHT, WIDTH = 104, 208
"""Of the pictures, in px: two of NIQE's blocks within the border, the fewest that do."""

PLANNING = "planning"
"""Folder below the workspace in which `sweep run` finds nothing of an earlier run."""

Run = Callable[[list[str]], int]


def status_of(arguments: list[str]) -> int:
    """Runs one command as `sweep` does; gives the status that it would end with."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `sweep` in this process, which keeps its signal handlers; no step is timed."""
    monkeypatch.setattr("sweep.cli.signals_to_obey", lambda: ())
    cost = StepCost(0.1, 0.1, None)
    monkeypatch.setattr("sweep.planning.calibration.measure_step", lambda *_: cost)
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
    cut = np.s_[60 : 60 + HEIGHT, 60 : 60 + WIDTH]
    return {
        name: Image.fromarray(np.ascontiguousarray(picture[cut]))
        for name, picture in zip(SET5, pictures, strict=True)
    }


def photograph() -> Image.Image:
    """A small picture that is in no test set."""
    return Image.fromarray(np.ascontiguousarray(skimage.data.astronaut()[-HEIGHT:, -HEIGHT:]))


def smaller(image: Image.Image) -> Image.Image:
    return image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.BICUBIC)


def write_pictures(folder: Path) -> None:
    """Writes a stand-in for Set5, another's restored images of it, and photographs."""
    for name in ("Set5", "my_x4", "photos", "BSDS400", "camera/HR", "camera/LR"):
        (folder / name).mkdir(parents=True)
    for name, image in crops().items():
        image.save(folder / "Set5" / f"{name}.png")
        smaller(image).resize(image.size).save(folder / "my_x4" / f"{name}.png")
    photograph().save(folder / "photos" / "photo.png")
    for index in range(2):
        photograph().rotate(180 * index).save(folder / "BSDS400" / f"{index}.jpg", quality=95)
    photograph().save(folder / "camera" / "HR" / "1.png")
    smaller(photograph()).save(folder / "camera" / "LR" / "1.jpg")
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
    shutil.copytree(folder / "my-pair", folder / "results" / "srgan-x4-annealed")
    for part in ("2-large-patches", "4-annealed"):
        trained = folder / "results" / "srresnet-x4" / part
        trained.mkdir(parents=True)
        shutil.copy(folder / "generator.safetensors", trained)


def write_whole_sweep(shipped: Path, folder: Path, workspace: Path) -> None:
    """Makes a sweep as it is before anything is left out, of one that was published.

    Its images become small ones, its generators those that come with the package, and its records
    name them; the scores stay those of the published one.
    """
    shutil.copytree(shipped, folder, ignore=shutil.ignore_patterns("images", "reference"))
    sources = tuple(sorted((workspace / "Set5").glob("*.png")))
    reference = folder / "reference" / "set5"
    written = prepare_reference(TestSet("set5", sources, SCALE), SCALE, reference)
    shutil.copy(shipped / "reference" / "set5" / "scores.json", reference)
    metrics = folder / "metrics.json"
    protocol = json.loads(metrics.read_text(encoding="utf-8"))
    protocol["datasets"]["set5"] = dataset_record(written)
    metrics.write_text(json.dumps(protocol), encoding="utf-8")
    for result in folder.glob("*/*/result.json"):
        write_networks(result, workspace)
        shutil.copytree(reference / "bicubic", result.parent / "images" / "set5")


def write_networks(result: Path, workspace: Path) -> None:
    """Writes a generator, or a pair, beside a result, which then names it."""
    record = json.loads(result.read_text(encoding="utf-8"))
    pair = workspace / "my-pair"
    taken = pair if result.parent.name.startswith("srgan") else workspace
    for kind, source in (("generator", taken), ("discriminator", pair)):
        if record.get(f"{kind}_sha256"):
            path = shutil.copy(source / f"{kind}.safetensors", result.parent)
            record[f"{kind}_sha256"] = file_sha256(Path(path))
    result.write_text(json.dumps(record), encoding="utf-8")


def write_seed(whole: Path, folder: Path, seed: int) -> None:
    """Copies a sweep of seed 0; of another seed nothing is trained yet."""
    left_out = shutil.ignore_patterns(*([] if seed == 0 else ["trials", "shared"]))
    shutil.copytree(whole, folder, ignore=left_out)
    config = folder / "sweep.yaml"
    settings = yaml.safe_load(config.read_text(encoding="utf-8"))
    settings["grid"]["seeds"] = [seed]
    config.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def write_other_folder(workspace: Path) -> None:
    """Makes a folder beside, with the same pictures but without what `sweep run` would write."""
    (workspace / PLANNING / "results").mkdir(parents=True)
    files = ("mine.yaml", "degraded.yaml")
    for name in ("photos", "camera", "my-pair", *files, "data", "results/quick-cpu"):
        (workspace / PLANNING / name).symlink_to(workspace / name)


def write_plug_in(folder: Path) -> None:
    """Writes the plug-in of docs/plugins.md as it would be installed."""
    (folder / "my_metrics.py").write_text(shown_file("my_metrics.py"), encoding="utf-8")
    installed = folder / "my_metrics-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: my-metrics\nVersion: 1.0\n")
    entry_points = "[srgan_sweep.metrics]\ncontrast = my_metrics:plugin\n"
    (installed / "entry_points.txt").write_text(entry_points, encoding="utf-8")


@pytest.fixture(scope="session")
def _weights() -> None:
    """Those of LPIPS and of the content losses; skips without, fails where they may not lack."""
    try:
        for name in ("alexnet", "vgg16"):
            resolve_weights(name)
    except WeightsError as error:
        if os.environ.get("REQUIRE_SHARED_DATA"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory, _weights: None) -> Path:
    """The folder in which the documentation's commands are meant to be typed."""
    folder = tmp_path_factory.mktemp("workspace")
    results = folder / "results"
    # Whoever runs the tests may have results of his own beside the published ones.
    for published in (REPOSITORY / "results").glob("*-cpu"):
        shutil.copytree(published, results / published.name)
    write_pictures(folder)
    write_generators(folder)
    write_plug_in(folder)
    for name in ("mine.yaml", "degraded.yaml"):
        (folder / name).write_text(shown_file(name), encoding="utf-8")
    shipped = results / "quick-cpu"
    write_whole_sweep(shipped, results / "quick", folder)
    for name in ("standard", "new", "old", "bsd"):
        shutil.copytree(results / "quick", results / name)
    for seed in (0, 1):
        write_seed(results / "quick", results / f"seed-{seed}", seed)
    write_other_folder(folder)
    return folder


@pytest.fixture
def _in_workspace(workspace: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SWEEP_DATA", str(workspace))
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.syspath_prepend(workspace)
    _forget_plug_ins()
    with chdir(workspace):
        yield
    _forget_plug_ins()


def _forget_plug_ins() -> None:
    """What is installed in the workspace is there for the documentation's commands alone."""
    for known in (plugins.plugin_entries, plugins.find_plugin, plugins._load):
        known.cache_clear()


@pytest.fixture
def cut_off(monkeypatch: pytest.MonkeyPatch, own_cache: Path, tmp_path: Path) -> None:
    """No weights, no test sets and no network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
