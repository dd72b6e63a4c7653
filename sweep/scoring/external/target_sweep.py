"""The sweep that scores of external images are added to: its protocol, test sets and HR images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.images import read_rgb
from srgan_core.data.pairing import Pair, pair_images
from srgan_core.data.resize import crop_to_multiple
from srgan_core.errors import ConfigError, DataError, unknown_name
from sweep.config.sweep_config import SweepConfig
from sweep.metrics.registry import columns_for
from sweep.scoring.sets.references import open_reference
from sweep.scoring.sets.test_sets import TestSet, dataset_name
from sweep.store.folder import SweepStore, require_config


@dataclass(frozen=True)
class TargetSweep:
    """A results folder that holds a sweep, and its config."""

    store: SweepStore
    config: SweepConfig

    @property
    def datasets(self) -> tuple[str, ...]:
        """Names of its test sets in the tables."""
        return tuple(dataset_name(name) for name in self.config.eval.sets)

    @property
    def columns(self) -> tuple[str, ...]:
        """Metric columns of its tables."""
        return columns_for(self.config.eval.metrics)

    def reference(self, dataset: str) -> TestSet:
        """Images of a test set of the sweep.

        Raises:
            ConfigError: when the sweep has no such test set.
            DataError: when its images are missing.
        """
        if dataset not in self.datasets:
            raise ConfigError(unknown_name("test set", dataset, self.datasets))
        return open_reference(self.store.reference(dataset), dataset, self.config.scale)

    def pair(
        self, sr: Path, hr: Path | None, method: str, asked: str | None
    ) -> tuple[str, tuple[Pair, ...]]:
        """Pairs restored images with the sweep's own HR images.

        Args:
            sr: Folder of the restored images.
            hr: Folder of HR images that somebody named; they must be the sweep's own.
            method: Name of the method, which file names may carry.
            asked: Name of the test set; None to find the one that has these images.

        Returns:
            Name of the test set, and the pairs.

        Raises:
            ConfigError: when the sweep has no such test set.
            DataError: when the names of the images are not those of the test set, or the HR
                images are other ones.
        """
        candidates = self.datasets if asked is None else (asked,)
        problems: list[str] = []
        found: list[tuple[str, tuple[Pair, ...]]] = []
        for dataset in candidates:
            own = self.reference(dataset).hr[0].parent
            try:
                found.append((dataset, pair_images(sr, own, method)))
            except DataError as error:
                problems.append(str(error))
        if len(found) != 1:
            raise _no_single_set(sr, [name for name, _ in found], problems)
        dataset, pairs = found[0]
        if hr is not None:
            _refuse_other_images(pairs, pair_images(sr, hr, method), self.config.scale)
        return dataset, pairs


def open_sweep(folder: Path) -> TargetSweep:
    """Opens the sweep in a results folder.

    Raises:
        StoreError: when the folder holds none.
    """
    store = SweepStore(folder)
    return TargetSweep(store, require_config(store))


def _no_single_set(sr: Path, fitting: Sequence[str], problems: Sequence[str]) -> Exception:
    if fitting:
        return ConfigError(
            f"{sr}: expected images of one test set, got names that fit {', '.join(fitting)}; "
            "say which with --dataset"
        )
    return DataError(problems[0])


def _refuse_other_images(own: Sequence[Pair], named: Sequence[Pair], scale: int) -> None:
    """Scores from other HR images would stand beside the sweep's and compare with nothing."""
    references = {pair.sr: pair.hr for pair in named}
    for pair in own:
        other = references[pair.sr]
        if pair.hr is None or other is None or not _same_pixels(other, pair.hr, scale):
            raise DataError(
                f"{other}: expected the pixels of {pair.hr}, from which the sweep's scores are "
                "taken, got other ones; leave --hr out"
            )


def _same_pixels(named: Path, own: Path, scale: int) -> bool:
    own_pixels, pixels = read_rgb(own), read_rgb(named)
    if pixels.shape != own_pixels.shape:
        pixels = crop_to_multiple(pixels, scale)
    return pixels.shape == own_pixels.shape and bool((pixels == own_pixels).all())
