"""What `sweep score` was asked for, and doing it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from srgan_core.data.listing import describe_skipped
from srgan_core.data.pairing import list_folder, pair_images
from srgan_core.errors import ConfigError
from srgan_core.inputs import escaped
from srgan_core.training.hardware import resolve_device
from sweep.metrics.registry import DEFAULT_GROUPS, columns_for, find_metric
from sweep.scoring.external.batch import Protocol
from sweep.scoring.external.image_remarks import remarks_on
from sweep.scoring.external.records import check_method_name, refuse_other_protocol
from sweep.scoring.external.scored_method import (
    ScoredMethod,
    images_to_score,
    score_folder,
    score_generator,
    scores_references,
)
from sweep.scoring.external.target_sweep import TargetSweep, open_sweep
from sweep.scoring.foreign_generators.loading import load_any_generator
from sweep.scoring.foreign_generators.scripts import RANGES
from sweep.scoring.sets.references import prepare_reference
from sweep.scoring.sets.test_sets import (
    TestSet,
    dataset_label,
    dataset_name,
    fit_test_set,
    refuse_equal_sets,
)
from sweep.store.low_resolution import low_resolution_note

Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""Opens a display for so many images, and yields what is called after each with its name."""


@dataclass(frozen=True)
class Request:
    """The options of `sweep score` as they were typed."""

    sr: Path | None
    hr: Path | None
    generator: Path | None
    sets: tuple[str, ...] | None
    method: str | None
    metrics: tuple[str, ...] | None
    scale: int | None
    crop_border: int | None
    into: Path | None
    dataset: str | None
    images: Path | None
    device: str
    jobs: int | None
    ranges: tuple[str, str]


def score(
    request: Request, progress: Progress, tell: Callable[[str], None]
) -> Iterator[ScoredMethod]:
    """Does what was asked for, test set by test set.

    Args:
        request: The options.
        progress: Shows how it goes on.
        tell: Called with sentences for the user before anything is scored.

    Yields:
        Scores of each test set.

    Raises:
        ConfigError, DataError, StoreError, WeightsError: when something asked for is wrong or
            not to be had.
    """
    refuse_contradictions(request)
    target = open_sweep(request.into) if request.into else None
    if request.generator is not None:
        yield from _score_generator(request, request.generator, target, progress, tell)
    elif request.sr is not None:
        yield _score_images(request, request.sr, target, progress, tell)


def refuse_contradictions(request: Request) -> None:
    """Refuses options of images beside those of a generator, before anything is read.

    Raises:
        ConfigError: says which goes with which.
    """
    if (request.sr is None) == (request.generator is None):
        raise ConfigError("expected one of --sr and --generator; give a folder or a file")
    for given in request.ranges:
        if given not in RANGES:
            raise ConfigError(f"pixel range: expected {', '.join(RANGES)}, got {given!r}")
    if request.generator is not None:
        for option, value in (("--hr", request.hr), ("--dataset", request.dataset)):
            if value is not None:
                raise ConfigError(f"{option} goes with --sr; --generator takes --eval")
        return
    for option, foreign in (("--eval", request.sets), ("--images", request.images)):
        if foreign is not None:
            raise ConfigError(f"{option} goes with --generator; --sr takes --hr")
    if set(request.ranges) != {next(iter(RANGES))}:
        raise ConfigError("--input-range and --output-range go with --generator")


def _score_images(
    request: Request,
    sr: Path,
    target: TargetSweep | None,
    progress: Progress,
    tell: Callable[[str], None],
) -> ScoredMethod:
    folder = escaped(sr.resolve().name)
    method = _method(request, folder)
    if target is not None:
        dataset, pairs = target.pair(sr, request.hr, method, request.dataset)
    else:
        dataset = request.dataset or dataset_label(request.hr or sr)
        pairs = pair_images(sr, request.hr, method)
    protocol = _protocol(request, target, target is not None or request.hr is not None)
    for side in filter(None, (sr, request.hr)):
        if skipped := list_folder(side).skipped:
            tell(f"note: {side}: left out {describe_skipped(skipped)}")
    for remark in remarks_on(pairs):
        tell(f"warning: {remark}")
    with progress(f"scoring {method}", images_to_score(pairs, protocol)) as advance:
        return score_folder(
            pairs, method, dataset, protocol, request.jobs, advance, {"sr_folder": folder}
        )


def _score_generator(
    request: Request,
    file: Path,
    target: TargetSweep | None,
    progress: Progress,
    tell: Callable[[str], None],
) -> Iterator[ScoredMethod]:
    protocol = _protocol(request, target, has_references=True)
    method = _method(request, file.stem)
    generator = load_any_generator(file, protocol.scale, protocol.device, *request.ranges)
    for note in generator.notes:
        tell(f"note: {note}")
    with tempfile.TemporaryDirectory(prefix="sweep-score-") as scratch:
        for reference, unfit in _references(request, target, protocol.scale, Path(scratch)):
            if reference.skipped:
                tell(f"note: {reference.name}: left out {describe_skipped(reference.skipped)}")
            if note := low_resolution_note(reference.low_resolution):
                tell(f"note: {reference.name}: {note}")
            total = len(reference.hr) * (2 + int(scores_references(protocol)))
            folder = (request.images or Path(scratch) / "sr") / reference.name
            with progress(f"scoring {method} on {reference.name}", total) as advance:
                yield score_generator(
                    generator, reference, folder, method, protocol, request.jobs, advance, unfit
                )


def _references(
    request: Request, target: TargetSweep | None, scale: int, scratch: Path
) -> Iterator[tuple[TestSet, dict[str, str]]]:
    """The sweep's own test sets, or new ones whose LR images are made by the same rule.

    Beside each stands what of it cannot be scored: name of the image to the reason.
    """
    if target is not None:
        for dataset in map(dataset_name, request.sets or target.config.eval.sets):
            yield target.reference(dataset), {}
        return
    names = request.sets or ("set5",)
    refuse_equal_sets(names)
    for test_set, unfit in [fit_test_set(name, scale) for name in names]:
        yield prepare_reference(test_set, scale, scratch / "reference" / test_set.name), unfit


def _method(request: Request, default: str) -> str:
    method = request.method or default
    return check_method_name(method) if request.into else method


def _protocol(request: Request, target: TargetSweep | None, has_references: bool) -> Protocol:
    """Columns, border and device; a sweep's own where the scores are added to one."""
    device = str(resolve_device(request.device))
    columns = _columns(request, target, has_references)
    if target is None:
        scale = 4 if request.scale is None else request.scale
        return Protocol(columns, scale, request.crop_border, device)
    config = target.config
    refuse_other_protocol(config.scale, request.scale, request.crop_border)
    foreign = [column for column in columns if column not in target.columns]
    if foreign:
        raise ConfigError(
            f"metrics: expected those of {request.into}, got {', '.join(foreign)}; add them to "
            "the sweep first with `sweep run --metrics`"
        )
    return Protocol(columns, config.scale, None, device, config.threads or 1)


def _columns(request: Request, target: TargetSweep | None, has_references: bool) -> tuple[str, ...]:
    if request.metrics is None and target is not None:
        return target.columns
    columns = columns_for(request.metrics or DEFAULT_GROUPS)
    full = [spec for spec in map(find_metric, columns) if spec.reference != "none"]
    if has_references or not full:
        return columns
    if request.metrics is None:
        return tuple(c for c in columns if find_metric(c).reference == "none")
    raise ConfigError(
        "metrics: expected ones that need no reference, got "
        f"{', '.join(spec.label for spec in full)}; name the HR images with --hr"
    )
