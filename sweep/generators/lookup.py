"""Finds the generator that a trial's name, a file or a share of realism stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from srgan_core.errors import ConfigError
from srgan_core.files import file_sha256
from sweep.errors import StoreError
from sweep.generators.interpolation.ends import End, find_end
from sweep.scoring.aggregation import summarise
from sweep.store.folder import SweepStore, TrialFolder
from sweep.store.states import State

if TYPE_CHECKING:
    from srgan_core.networks import Generator

_TIE_BREAKER = "lpips_alex"


@dataclass(frozen=True)
class Ends:
    """The two generators that a sweep spans: the adversarial trial, and what it was trained from.

    The start is None for the bundled SRResNet.
    """

    start: Path | None
    trial: TrialFolder

    def load(self, share: float, device: str = "cpu") -> Generator:
        """Makes the generator at a share of the way from the start, 0, to the trial, 1.

        Raises:
            WeightsError: when a file is damaged or the two do not fit together.
        """
        from srgan_core.inference import load_generator
        from sweep.generators.interpolation.mixing import mix_generators

        second = load_generator(self.trial.generator, scale=None, device=device)
        first = load_generator(self.start, scale=second.scale, device=device)
        return mix_generators(first, second, share)


def find_generator(text: str, store: SweepStore) -> Path:
    """Finds the file of a generator.

    Args:
        text: A file, a trial's folder, or a name in the store: a trial's, of which the beginning
            is enough where it fits one alone, or `srresnet-s0`, the SRResNet of seed 0.
        store: Where names are looked up.

    Raises:
        StoreError: when nothing or more than one has that name, or it has no generator.
    """
    path = Path(text)
    if path.is_file():
        return path
    if path.is_dir():
        return End(path.name, TrialFolder(path)).generator()
    try:
        return find_end(store, text).generator()
    except StoreError as error:
        raise StoreError(
            f"generator {text!r}: expected a file, or a trial with a generator; {error}"
        ) from None


def find_ends(store: SweepStore, content: str | None = None) -> Ends:
    """Chooses the two ends of a sweep, within a content loss if one is named.

    The one end is the trial of the largest coefficient that is done and has its generator;
    among equals the lowest LPIPS on the first test set, then the name. The other end is the
    generator that this trial was trained from.

    Raises:
        StoreError: when there is no such trial, or what it was trained from is not there.
    """
    trials = [TrialFolder(path) for path in sorted(store.root.glob("trials/*"))]
    records = {folder.path.name: folder.read_trial() for folder in trials}
    fit = [
        folder
        for folder in trials
        if _is_fit(records[folder.path.name], content) and folder.generator.is_file()
    ]
    if not fit:
        within = f" with content {content!r}" if content else ""
        raise StoreError(
            f"{store.root}: expected a finished adversarial trial{within} with its "
            f"generator.safetensors, found none; run the sweep, or name another with --results"
        )
    best = min(fit, key=lambda folder: _rank(folder, records[folder.path.name]))
    return Ends(_start_of(store, best, records[best.path.name]), best)


def _is_fit(record: dict[str, Any], content: str | None) -> bool:
    chosen = content is None or record.get("content") == content
    return chosen and record.get("state") == State.DONE and bool(record.get("adv"))


def _rank(folder: TrialFolder, record: dict[str, Any]) -> tuple[float, float, str]:
    sets: dict[str, dict[str, Any]] = folder.read_result().get("scores", {})
    scores = next(iter(sets.values()), {})
    value = summarise(list(scores.values())).get(_TIE_BREAKER, math.inf)
    return -float(record["adv"]), value, folder.path.name


def _start_of(store: SweepStore, trial: TrialFolder, record: dict[str, Any]) -> Path | None:
    """The file that a trial was trained from, known by its hash."""
    wanted = record.get("spec", {}).get("init_sha256")
    shared = store.start(int(record.get("seed", 0))).generator
    if shared.is_file() and wanted in (None, file_sha256(shared)):
        return shared
    if wanted == _bundled_sha256(record):
        return None
    raise StoreError(
        f"{trial.path}: the generator that it was trained from is not at {shared}; "
        "run the sweep again, or give --generator instead of --adv-like"
    )


def _bundled_sha256(record: dict[str, Any]) -> str | None:
    """Hash of the file that a sweep makes of the bundled SRResNet, as a start of its trials."""
    from srgan_core.inference import load_generator, save_generator

    with TemporaryDirectory() as folder:
        try:
            path = Path(folder) / "generator.safetensors"
            save_generator(path, load_generator(None, int(record["spec"]["scale"])))
        except (ConfigError, KeyError):
            return None
        return file_sha256(path)
