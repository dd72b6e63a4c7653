"""Results folders of finished grids of any size, of which one trial was trained.

Every further trial is that one over again: its own records, written through `sweep.store`, with
scores of its own, and links to the first one's generator and images. So each command finds what
it finds after a whole sweep, and what it does for a trial costs what it costs there.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from math import log10
from pathlib import Path

from support.sweeps import run_sweep

from sweep.config.grid import Trial
from sweep.config.sweep_config import SweepConfig
from sweep.execution.pending import identity_of
from sweep.store.folder import SweepStore, require_config
from sweep.store.grid import stored_trials
from sweep.store.records.base import Scores
from sweep.store.records.result import ResultRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

GRID = ("--config", "smoke", "--set", "grid.control=false")

SLOPES = {"psnr_y": -0.9, "psnr_rgb": -0.9, "ssim_y": -0.03, "lpips_alex": -0.06, "niqe": -0.9}
"""How scores change with ten times the coefficient: the tradeoff that charts show."""

NOISE = 0.1
"""Of a slope: how far the scores of images and seeds are off it."""


@dataclass(frozen=True)
class FirstTrial:
    """The trial that was trained, and the folder that it was trained in."""

    root: Path
    files: TrialFolder
    result: ResultRecord


def train_first(root: Path) -> FirstTrial:
    """Trains and scores one trial of `smoke` in a new folder."""
    run_sweep(root, *GRID, "--adv", "1e-3")
    (files,) = SweepStore(root).trials()
    return FirstTrial(root, files, files.read_result())


def write_grid(first: FirstTrial, root: Path, adv: Sequence[float], seeds: Sequence[int]) -> None:
    """Writes the folder of a finished grid, but for its tables and charts, which a run adds.

    Args:
        first: The trial that all others repeat.
        root: The folder, which is made.
        adv: Coefficients.
        seeds: Seeds, the first trial's among them.
    """
    store = SweepStore(root)
    for part in ("reference", "shared"):
        shutil.copytree(first.root / part, root / part)
    store.write_config(_extended(require_config(SweepStore(first.root)), adv, seeds))
    _write_starts(store, seeds)
    trials, _ = stored_trials(store, require_config(store))
    for trial in trials:
        _write_trial(first, store.trial(trial.name), trial)


def _extended(config: SweepConfig, adv: Sequence[float], seeds: Sequence[int]) -> SweepConfig:
    grid = config.grid.model_copy(
        update={"adv": tuple(adv), "seeds": tuple(seeds), "control": False}
    )
    return config.model_copy(update={"grid": grid})


def _write_starts(store: SweepStore, seeds: Sequence[int]) -> None:
    (first,) = store.starts()
    for seed in seeds:
        start = store.generator(f"srresnet-s{seed}")
        if start.path != first.path:
            shutil.copytree(first.path, start.path)
            start.update_trial(trial=start.path.name, seed=seed)


def _write_trial(first: FirstTrial, files: TrialFolder, trial: Trial) -> None:
    record = first.files.read_trial()
    files.path.mkdir(parents=True)
    for name in ("generator.safetensors", "log.jsonl"):
        (files.path / name).hardlink_to(first.files.path / name)
    for dataset in first.result.scores:
        files.images(dataset).mkdir(parents=True)
        for image in first.files.images(dataset).iterdir():
            (files.images(dataset) / image.name).hardlink_to(image)
    files.update_trial(
        **identity_of(trial),
        spec=trial.spec,
        state=State.DONE,
        data=record.data,
        attempts=record.attempts,
        train_seconds=record.train_seconds,
    )
    files.write_result(first.result.model_copy(update={"scores": _scores(first, trial)}))


def _scores(first: FirstTrial, trial: Trial) -> dict[str, Scores]:
    """The first trial's scores, shifted by the coefficient and by chance."""
    dice, decades = random.Random(trial.name), log10(trial.adv) + 3

    def shifted(columns: dict[str, float]) -> dict[str, float]:
        return {
            name: value + SLOPES.get(name, 0.0) * (decades + dice.gauss(0, NOISE))
            for name, value in columns.items()
        }

    return {
        dataset: {image: shifted(columns) for image, columns in scores.items()}
        for dataset, scores in first.result.scores.items()
    }
