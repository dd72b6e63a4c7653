"""Computes the curve between two ends, keeps it, and lists all curves of a results folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.errors import StoreError
from sweep.generators.interpolation.ends import End, Space
from sweep.scoring.aggregation import summarise
from sweep.store.folder import SweepStore, require_config
from sweep.tables.columns import shortest_decimal

if TYPE_CHECKING:
    import numpy as np

    from srgan_core.networks import Generator
    from sweep.scoring.evaluate import Scorer

SCHEMA = 1


@dataclass(frozen=True)
class Step:
    """One image at one place of a curve."""

    dataset: str
    alpha: float
    image: str


@dataclass(frozen=True)
class Curve:
    """A path from one generator to another.

    Attributes:
        store: The results folder.
        first: Where alpha is 0.
        second: Where alpha is 1.
        space: What is mixed: `weights` or `images`.
    """

    store: SweepStore
    first: End
    second: End
    space: Space

    @property
    def folder(self) -> Path:
        """Where its images and scores are kept."""
        name = f"{self.first.name}--{self.second.name}-{self.space}"
        return self.store.root / "interpolations" / name

    def missing(
        self, alphas: Sequence[float], datasets: Sequence[str], columns: Sequence[str]
    ) -> list[Step]:
        """Lists what is not scored yet.

        Args:
            alphas: Each from 0 to 1.
            datasets: Names of test sets of the folder.
            columns: Metric columns that every image has to have.

        Returns:
            One step for each image, ordered so that each mixture is made once.

        Raises:
            StoreError: when a generator or images are missing.
        """
        record = self._open(datasets)
        return [
            Step(dataset, alpha, name)
            for dataset in datasets
            for alpha in alphas
            for name in self._names(dataset)
            if not {*columns} <= _scores(record, dataset, alpha).get(name, {}).keys()
        ]

    def compute(
        self,
        steps: Sequence[Step],
        scorer: Callable[[], Scorer],
        on_progress: Callable[[str], None] = lambda what: None,
    ) -> None:
        """Mixes, restores and scores; what is done is kept, so that it can be interrupted.

        Args:
            steps: Out of `missing`.
            scorer: Gives the metrics.
            on_progress: Told about every image.

        Raises:
            StoreError: when a generator or images are missing.
        """
        from srgan_core.data.images import write_png

        datasets = list(dict.fromkeys(step.dataset for step in steps))
        record = self._open(datasets)
        mixers = {dataset: self._mixer(dataset) for dataset in datasets}
        for step in steps:
            alpha, image = shortest_decimal(step.alpha), f"{step.image}.png"
            path = self.folder / f"alpha-{alpha}" / step.dataset / image
            write_png(path, mixers[step.dataset](step.alpha, step.image))
            hr = self.store.reference(step.dataset) / "hr" / image
            scores = record["scores"][step.dataset].setdefault(alpha, {})
            scores[step.image] = scores.get(step.image, {}) | scorer().score(path, hr)
            self.store.write_curve(self.folder, record)
            on_progress(f"{step.dataset} {step.image}, alpha {alpha}")

    def _open(self, datasets: Sequence[str]) -> dict[str, Any]:
        """The record, without scores whose ends were other ones."""
        record = self.store.read_curve(self.folder) or {
            "schema": SCHEMA,
            "from": self.first.name,
            "to": self.second.name,
            "space": self.space,
            "ends": {},
            "scores": {},
        }
        for dataset in datasets:
            names = self._names(dataset)
            ends = [
                end.digest(self.store, dataset, names, self.space)
                for end in (self.first, self.second)
            ]
            if record["ends"].get(dataset) != ends:
                record["ends"][dataset], record["scores"][dataset] = ends, {}
        return record

    def _names(self, dataset: str) -> list[str]:
        names = sorted(path.stem for path in (self.store.reference(dataset) / "lr").glob("*.png"))
        if not names:
            raise StoreError(
                f"{self.store.reference(dataset)}: holds no LR images; "
                f"run `sweep run --eval` with this test set first"
            )
        return names

    def _mixer(self, dataset: str) -> Callable[[float, str], np.ndarray]:
        from srgan_core.data.images import read_rgb
        from sweep.generators.interpolation.mixing import mix_images

        if self.space == "weights":
            return self._network_mixer(dataset)
        names = self._names(dataset)
        firsts = dict(zip(names, self.first.images(self.store, dataset, names), strict=True))
        seconds = dict(zip(names, self.second.images(self.store, dataset, names), strict=True))
        return lambda alpha, name: mix_images(
            read_rgb(firsts[name]), read_rgb(seconds[name]), alpha
        )

    def _network_mixer(self, dataset: str) -> Callable[[float, str], np.ndarray]:
        from srgan_core.data.images import read_rgb
        from srgan_core.inference import load_generator, restore
        from srgan_core.training.hardware import resolve_device
        from sweep.generators.interpolation.mixing import mix_generators

        config = require_config(self.store)
        device = resolve_device(config.device)
        files = (self.first.generator(), self.second.generator())
        ends = [load_generator(file, config.scale, device) for file in files]
        lr = self.store.reference(dataset) / "lr"
        mixed: dict[float, Generator] = {}

        def mix(alpha: float, name: str) -> np.ndarray:
            if alpha not in mixed:
                mixed.clear()
                mixed[alpha] = mix_generators(ends[0], ends[1], alpha)
            return restore(mixed[alpha], read_rgb(lr / f"{name}.png"))

        return mix


def curve_records(store: SweepStore) -> Iterator[dict[str, Any]]:
    """Lists what the curves of a results folder scored, for `interpolation.csv`.

    Args:
        store: The results folder.

    Yields:
        One mapping per curve, test set and alpha, in their order: the means over the images.
    """
    for folder in sorted((store.root / "interpolations").glob("*/")):
        record = store.read_curve(folder)
        for dataset, curve in record.get("scores", {}).items():
            images = len(list((store.reference(dataset) / "lr").glob("*.png")))
            for alpha, scores in sorted(curve.items(), key=lambda item: float(item[0])):
                # One that was interrupted would be the mean over fewer images.
                if len(scores) == images:
                    yield {
                        **{key: record[key] for key in ("from", "to", "space")},
                        "alpha": float(alpha),
                        "dataset": dataset,
                        "images": images,
                        **_means(list(scores.values())),
                    }


def _scores(record: Mapping[str, Any], dataset: str, alpha: float) -> dict[str, Any]:
    found: dict[str, Any] = record["scores"][dataset].get(shortest_decimal(alpha), {})
    return found


def _means(scores: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """Nan and infinity are text in the record."""
    rows = [{column: float(value) for column, value in row.items()} for row in scores]
    return summarise(rows)
