"""Finds the generator that a trial's name, a file or a share of realism stands for."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError
from srgan_core.files import file_sha256
from srgan_core.inputs import irregularity
from sweep.config.names import StartKind
from sweep.errors import StoreError
from sweep.generators.interpolation.ends import End, find_end
from sweep.scoring.aggregation import summarise
from sweep.store.folder import SweepStore
from sweep.store.records.trial import TrialRecord
from sweep.store.states import State
from sweep.store.trial_folder import TrialFolder

if TYPE_CHECKING:
    from srgan_core.networks import Generator
    from sweep.scoring.foreign_generators.loading import LoadedGenerator

_TIE_BREAKER = "lpips_alex"


@dataclass(frozen=True)
class Ends:
    """The two generators that a sweep spans: the SRResNet of a seed, and an adversarial trial.

    The start, which is that SRResNet, is None for the bundled one.
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
        other = "give --generator instead of --adv-like"
        return mix_generators(first, second, share, other)


def find_generator(text: str, store: SweepStore) -> Path:
    """Finds the file of a generator.

    Args:
        text: A file, a trial's folder, or a name in the store: a trial's, of which the beginning
            is enough where it fits one alone, or a start's: `srresnet-s0`, the SRResNet of seed
            0, or `srgan-s0`, the generator of its pair.
        store: Where names are looked up.

    Raises:
        StoreError: when nothing or more than one has that name, or its generator is missing or
            not the one that its result is of.
    """
    path = Path(text)
    if path.is_file():
        files = TrialFolder(path.parent)
        is_trials = files.is_registered and path.name == files.generator.name
        return End(path.parent.name, files).generator() if is_trials else path
    if path.is_dir():
        return End(path.name, TrialFolder(path)).generator()
    if problem := irregularity(path):
        raise StoreError(f"{path}: {problem}; give the file of a generator")
    try:
        return find_end(store, text).generator()
    except StoreError as error:
        raise StoreError(
            f"generator {text!r}: expected a file, or a trial with a generator; {error}"
        ) from None


def load_any(
    path: Path | None, scale: int | None = None, device: str = "cpu"
) -> Generator | LoadedGenerator:
    """Loads a generator of this package, or anyone's whose weights say what they are.

    Args:
        path: The file; None for the bundled one.
        scale: The magnification that it must have; None takes what the file has.
        device: Where to put it.

    Raises:
        WeightsError: when the file is missing, damaged, of an unknown network, or a program.
    """
    from srgan_core.inference import load_generator
    from srgan_core.weights.file_kinds import FileKind, kind_of
    from sweep.scoring.foreign_generators.loading import is_ours, load_any_generator

    known = (FileKind.TORCH, FileKind.SAFETENSORS)
    if path is None or kind_of(path) not in known or is_ours(path):
        return load_generator(path, scale, device)
    return load_any_generator(path, scale, device)


def find_ends(store: SweepStore, content: str | None = None) -> Ends:
    """Chooses the two ends of a sweep, within a content loss if one is named.

    The one end is the trial of the largest coefficient that is done and has its generator;
    among equals the lowest LPIPS on the first test set, then the name. The other end is the
    SRResNet of its seed, from which it was trained, or its pair was.

    Raises:
        StoreError: when there is no such trial, its SRResNet is not there, or its generator is not
            the one that its result is of.
    """
    records = {files: files.read_trial() for files in store.trials()}
    fit = [
        files
        for files, record in records.items()
        if _is_fit(record, content) and files.generator.is_file()
    ]
    if not fit:
        within = f" with content {content!r}" if content else ""
        raise StoreError(
            f"{store.root}: expected a finished adversarial trial{within} with its "
            f"generator.safetensors, found none; run the sweep, or name another with --results"
        )
    best = min(fit, key=lambda files: _rank(files, records[files]))
    End(best.path.name, best).generator()
    return Ends(_start_of(store, best, records[best]), best)


def _is_fit(record: TrialRecord, content: str | None) -> bool:
    chosen = content is None or record.content == content
    return chosen and record.state is State.DONE and bool(record.adv)


def _rank(files: TrialFolder, record: TrialRecord) -> tuple[float, float, str]:
    scores = next(iter(files.read_result().scores.values()), {})
    value = summarise(list(scores.values())).get(_TIE_BREAKER, math.inf)
    return -(record.adv or 0.0), value, files.path.name


def _start_of(store: SweepStore, trial: TrialFolder, record: TrialRecord) -> Path | None:
    """The SRResNet of a trial's seed, known by its hash."""
    shared = store.start(StartKind.SRRESNET, record.seed or 0)
    wanted = record.spec.init_sha256 if record.spec else None
    if record.start is StartKind.SRGAN:
        # Its own hash is that of the pair, which is no faithful end.
        wanted = shared.read_result().generator_sha256
    if shared.generator.is_file() and wanted in (None, file_sha256(shared.generator)):
        return shared.generator
    if record.spec is None or wanted == _bundled_sha256(record.spec.scale):
        return None
    raise StoreError(
        f"{trial.path}: the SRResNet that it or its pair was trained from is not at "
        f"{shared.generator}; run the sweep again, or give --generator instead of --adv-like"
    )


def _bundled_sha256(scale: int) -> str | None:
    """Hash of the file that a sweep makes of the bundled SRResNet, as a start of its trials."""
    from srgan_core.inference import load_generator, save_generator

    with TemporaryDirectory() as folder:
        try:
            path = Path(folder) / "generator.safetensors"
            save_generator(path, load_generator(None, scale))
        except ConfigError:
            return None
        return file_sha256(path)
