"""Scores of a method that was not trained here: its images, or the images of its generator."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from typing import Any

from srgan_core.data.images import read_rgb, write_png
from srgan_core.data.pairing import Pair
from srgan_core.errors import DataError, SrganError
from srgan_core.files import file_sha256
from srgan_core.wording import counted, first_names
from sweep.metrics.inputs import Rgb
from sweep.metrics.registry import find_metric, set_columns
from sweep.scoring.aggregation import summarise
from sweep.scoring.external.batch import Outcome, Protocol, score_pairs
from sweep.scoring.external.records import MEGAPIXEL_SECONDS, ExternalScores
from sweep.scoring.foreign_generators.loading import LoadedGenerator
from sweep.scoring.sets.set_checks import niqe_blocks, niqe_warnings
from sweep.scoring.sets.test_sets import TestSet

OnImage = Callable[[str], None]


@dataclass(frozen=True)
class ScoredMethod:
    """Scores of one method on one test set.

    Attributes:
        outcomes: What became of each image, in order.
        hr_scores: Scores without reference of the HR images, of those that have them.
        origin: Where the images come from.
        hashes: Image to the SHA-256 of the restored file.
        blocks: Image to the number of blocks that NIQE finds in it.
        notes: Sentences for the user.
        set_scores: Columns that have one value for all images together.
    """

    method: str
    dataset: str
    protocol: Protocol
    outcomes: tuple[Outcome, ...]
    hr_scores: tuple[Mapping[str, float], ...]
    origin: Mapping[str, Any]
    hashes: Mapping[str, str]
    blocks: Mapping[str, int]
    notes: tuple[str, ...] = ()
    set_scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[Outcome, ...]:
        """The images that have scores."""
        return tuple(outcome for outcome in self.outcomes if not outcome.problem)

    @property
    def problems(self) -> dict[str, str]:
        """Image to the reason why it has no scores."""
        return {o.pair.image: o.problem for o in self.outcomes if o.problem}

    @property
    def means(self) -> dict[str, float]:
        """The value of each column for the scored images together; nan where one has none."""
        return summarise([outcome.scores for outcome in self.scored]) | dict(self.set_scores)

    @property
    def hr_means(self) -> dict[str, float]:
        """The same of the HR images; empty where they were not scored."""
        return summarise(self.hr_scores)

    @property
    def is_whole(self) -> bool:
        """Whether every image was read and has a value in some column."""
        valued = (any(not math.isnan(v) for v in image.scores.values()) for image in self.scored)
        return not self.problems and all(valued)

    def record(self) -> ExternalScores:
        """The scores as a sweep keeps them."""
        per_image = {outcome.pair.image: outcome.scores for outcome in self.scored}
        return ExternalScores(
            self.method, self.dataset, per_image, self.provenance(), self.set_scores
        )

    def provenance(self) -> dict[str, Any]:
        """Where the scores come from, for a JSON file."""
        return {
            **self.origin,
            "scale": self.protocol.scale,
            "crop_border": self.protocol.border,
            "device": self.protocol.device,
            "columns": list(self.protocol.columns),
            "sr_sha256": dict(self.hashes),
            "niqe_blocks": dict(self.blocks),
            "problems": self.problems,
        }


def score_folder(
    pairs: Sequence[Pair],
    method: str,
    dataset: str,
    protocol: Protocol,
    jobs: int | None = None,
    on_image: OnImage | None = None,
    origin: Mapping[str, Any] | None = None,
    failed: Mapping[str, str] | None = None,
) -> ScoredMethod:
    """Scores restored images, and their references where a metric needs none.

    Args:
        pairs: The images.
        method: Name of the method.
        dataset: Name of the test set.
        protocol: How.
        jobs: Processes; None for as many as are worth it.
        on_image: Called after each image with its name, `images_to_score` times.
        origin: Where the images come from; the folder of the first one by default.
        failed: Image to the reason why there is no restored image of it. It stands among the
            problems, as an image does that cannot be scored.

    Raises:
        ConfigError, WeightsError: when a metric cannot run here.
    """
    references = _references(pairs, protocol)
    tell = None if on_image is None else lambda outcome: on_image(outcome.pair.image)
    outcomes = score_pairs((*pairs, *references), protocol, jobs, tell)
    own, hr = outcomes[: len(pairs)], outcomes[len(pairs) :]
    readable = [outcome.pair for outcome in own if not outcome.problem]
    whole, remarks = _score_as_a_whole(readable, protocol)
    missing = [Outcome(Pair(image, Path(image)), {}, why) for image, why in (failed or {}).items()]
    return ScoredMethod(
        method,
        dataset,
        protocol,
        tuple(sorted((*own, *missing), key=lambda outcome: outcome.pair.image)),
        tuple(outcome.scores for outcome in hr if not outcome.problem),
        origin or {"sr_folder": str(pairs[0].sr.parent) if pairs else ""},
        {pair.image: file_sha256(pair.sr) for pair in readable},
        {p.image: niqe_blocks(p.sr, protocol.scale, protocol.crop_border) for p in readable},
        (*_notes(dataset, own, protocol), *remarks),
        whole,
    )


def images_to_score(pairs: Sequence[Pair], protocol: Protocol) -> int:
    """How many images scoring these pairs reads, the references that are scored too included."""
    return len(pairs) + len(_references(pairs, protocol))


def score_generator(
    generator: LoadedGenerator,
    reference: TestSet,
    folder: Path,
    method: str,
    protocol: Protocol,
    jobs: int | None = None,
    on_image: OnImage | None = None,
    unfit: Mapping[str, str] | None = None,
) -> ScoredMethod:
    """Restores a test set with a generator into a folder of PNGs and scores the files.

    Other arguments as for `score_folder`; `on_image` is called for each image once it is restored,
    then once it is scored. `unfit` holds the HR images that are left out of the reference, with the
    reasons; they stand among the problems.

    Raises:
        ConfigError, WeightsError: when a metric cannot run here.
        DataError: when no image could be restored.
    """
    stopwatch = Stopwatch()
    pairs, problems = _restore_set(generator, reference, folder, on_image, stopwatch)
    if not pairs:
        image, reason = next(iter(problems.items()))
        raise DataError(f"{reference.name}: no image could be restored; {image}: {reason}")
    origin = {**generator.provenance(), MEGAPIXEL_SECONDS: stopwatch.megapixel_seconds}
    if reference.low_resolution is not None:
        origin["low_resolution"] = reference.low_resolution
    failed = {**problems, **(unfit or {})}
    scored = score_folder(pairs, method, reference.name, protocol, jobs, on_image, origin, failed)
    cost = (
        f"{generator.parameters:,} weights, {stopwatch.megapixel_seconds:g} s for each megapixel "
        f"restored on {protocol.device}"
    )
    return replace(scored, notes=(cost, *scored.notes))


class Stopwatch:
    """How long a generator takes, by the size of what it makes."""

    def __init__(self) -> None:
        self._paces: list[float] = []

    def restore(self, generator: LoadedGenerator, lr: Rgb) -> Rgb:
        """Restores an image and takes the time."""
        begun = time.perf_counter()
        restored = generator.restore(lr)
        seconds = time.perf_counter() - begun
        self._paces.append(1e6 * seconds / (restored.shape[0] * restored.shape[1]))
        return restored

    @property
    def megapixel_seconds(self) -> float:
        """Seconds for a million restored pixels, of the median image: the first one warms up."""
        return float(f"{median(self._paces):.3g}")


def _restore_set(
    generator: LoadedGenerator,
    reference: TestSet,
    folder: Path,
    on_image: OnImage | None,
    stopwatch: Stopwatch,
) -> tuple[list[Pair], dict[str, str]]:
    """Restored images with their references, and image to the reason why there is none."""
    pairs, problems = [], {}
    for lr, hr in zip(reference.lr, reference.hr, strict=True):
        target = folder / lr.name
        try:
            write_png(target, stopwatch.restore(generator, read_rgb(lr)))
            pairs.append(Pair(hr.stem, target, hr))
        except SrganError as error:
            problems[hr.stem] = str(error)
        if on_image is not None:
            on_image(hr.stem)
    return pairs, problems


def scores_references(protocol: Protocol) -> bool:
    """Whether HR images are scored too: metrics without a reference have values for them."""
    return any(find_metric(column).reference == "none" for column in protocol.columns)


def _references(pairs: Sequence[Pair], protocol: Protocol) -> list[Pair]:
    """HR images whose own values say what the restored ones can reach."""
    if not scores_references(protocol):
        return []
    return [Pair(pair.image, pair.hr) for pair in pairs if pair.hr is not None]


def _score_as_a_whole(
    pairs: Sequence[Pair], protocol: Protocol
) -> tuple[dict[str, float], list[str]]:
    """Columns that compare the restored images with the references as two sets."""
    columns = set_columns(protocol.columns)
    paths = [(pair.sr, pair.hr) for pair in pairs if pair.hr is not None]
    if not columns or not paths:
        return {}, []
    scorer = replace(protocol, columns=columns).load_scorer()
    scores = scorer.score_distribution([sr for sr, _ in paths], [hr for _, hr in paths])
    return scores, scorer.warnings


def _notes(dataset: str, outcomes: Sequence[Outcome], protocol: Protocol) -> list[str]:
    """What has no value and why, and how far NIQE can be trusted."""
    notes = list(dict.fromkeys(text for outcome in outcomes for text in outcome.warnings))
    scored = [outcome for outcome in outcomes if not outcome.problem]
    for column in protocol.columns:
        absent = [o.pair.image for o in scored if math.isnan(o.scores.get(column, 0.0))]
        if absent:
            # Without those that have none there is a mean, unless none has.
            remedy = "; leave them out to have one" if len(absent) < len(scored) else ""
            notes.append(
                f"{find_metric(column).label}: none for {first_names(absent)} of "
                f"{counted(len(scored), 'image')}, so there is no mean{remedy}"
            )
    if "niqe" in protocol.columns and scored:
        paths = [outcome.pair.sr for outcome in scored]
        notes += niqe_warnings(dataset, paths, protocol.scale, crop_border=protocol.crop_border)
    return notes
