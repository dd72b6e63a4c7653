"""Computes the curve between two ends, keeps it, and lists all curves of a results folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweep.config.numbers import shortest_decimal
from sweep.errors import StoreError
from sweep.generators.interpolation.ends import End, Space
from sweep.scoring.aggregation import summarise
from sweep.store.folder import SweepStore, require_config
from sweep.store.records.base import SCHEMA, Scores
from sweep.store.records.scores import CurveRecord

if TYPE_CHECKING:
    import numpy as np

    from sweep.scoring.evaluate import Scorer


@dataclass(frozen=True)
class Step:
    """One image at one place of a curve."""

    dataset: str
    alpha: float
    image: str


@dataclass(frozen=True)
class Curve:
    """A path from one generator, where alpha is 0, to another, where it is 1.

    Its space is what is mixed: `weights` or `images`.
    """

    store: SweepStore
    first: End
    second: End
    space: Space

    @property
    def name(self) -> str:
        """Name of its folder."""
        return f"{self.first.name}--{self.second.name}-{self.space}"

    @property
    def folder(self) -> Path:
        """Where its images and scores are kept."""
        return self.store.curve(self.name)

    def missing(
        self, alphas: Sequence[float], datasets: Sequence[str], columns: Sequence[str]
    ) -> list[Step]:
        """Lists the images that lack one of some metric columns, so that each mixture is made once.

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
            found = scorer().score(path, hr)
            record = record.with_image(step.dataset, alpha, step.image, found)
            self.store.write_curve(self.name, record)
            on_progress(f"{step.dataset} {step.image}, alpha {alpha}")

    def _open(self, datasets: Sequence[str]) -> CurveRecord:
        """The record, without scores whose ends were other ones."""
        record = self.store.read_curve(self.name) or CurveRecord(
            schema_version=SCHEMA,
            first=self.first.name,
            second=self.second.name,
            space=self.space,
            ends={},
            scores={},
        )
        for dataset in datasets:
            names = self._names(dataset)
            first, second = (
                end.digest(self.store, dataset, names, self.space)
                for end in (self.first, self.second)
            )
            record = record.begun(dataset, (first, second))
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
        from srgan_core.training.hardware import resolve_device
        from sweep.generators.interpolation.networks import network_mixer

        config = require_config(self.store)
        files = (self.first.generator(), self.second.generator())
        have_images = self.first.file is None and self.second.file is None
        remedy = "take --space images" if have_images else "give two that are"
        device = str(resolve_device(config.device))
        restore = network_mixer(*files, config.scale, device, remedy)
        lr = self.store.reference(dataset) / "lr"
        return lambda alpha, name: restore(alpha, read_rgb(lr / f"{name}.png"))


def curve_records(store: SweepStore) -> Iterator[dict[str, Any]]:
    """Lists what the curves of a results folder scored, for `interpolation.csv`.

    Yields:
        One mapping per curve, test set and alpha, in their order: the means over the images.
    """
    for record in store.read_curves():
        for dataset, curve in record.scores.items():
            images = len(list((store.reference(dataset) / "lr").glob("*.png")))
            for alpha, scores in sorted(curve.items(), key=lambda item: float(item[0])):
                # One that was interrupted would be the mean over fewer images.
                if len(scores) == images:
                    yield {
                        "from": record.first,
                        "to": record.second,
                        "space": record.space,
                        "alpha": float(alpha),
                        "dataset": dataset,
                        "images": images,
                        **summarise(list(scores.values())),
                    }


def _scores(record: CurveRecord, dataset: str, alpha: float) -> Scores:
    return record.scores[dataset].get(shortest_decimal(alpha), {})
