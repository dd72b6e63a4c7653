"""What `sweep score` was asked for, and doing it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweep.cli.messages import say

if TYPE_CHECKING:
    from sweep.scoring.external.batch import Protocol
    from sweep.scoring.external.scored_method import ScoredMethod
    from sweep.scoring.external.target_sweep import TargetSweep
    from sweep.scoring.sets.test_sets import TestSet


@dataclass(frozen=True)
class Request:
    """The options of `sweep score` as they were typed."""

    sr: Path | None
    hr: Path | None
    generator: Path | None
    sets: tuple[str, ...] | None
    method: str
    metrics: tuple[str, ...] | None
    scale: int | None
    crop_border: int | None
    into: Path | None
    dataset: str | None
    images: Path | None
    device: str
    jobs: int | None
    ranges: tuple[str, str]


def score(request: Request) -> Iterator[ScoredMethod]:
    """Does what was asked for, test set by test set.

    Args:
        request: The options.

    Yields:
        Scores of each test set.

    Raises:
        ConfigError, DataError, StoreError, WeightsError: when something asked for is wrong or
            not to be had.
    """
    from sweep.scoring.external.target_sweep import open_sweep

    target = open_sweep(request.into) if request.into else None
    if request.generator is not None:
        yield from _score_generator(request, target)
    else:
        yield _score_images(request, target)


def _score_images(request: Request, target: TargetSweep | None) -> ScoredMethod:
    from sweep.cli.item_progress import item_progress
    from sweep.scoring.external.image_remarks import remarks_on
    from sweep.scoring.external.pairing import pair_images
    from sweep.scoring.external.scored_method import dataset_label, images_to_score, score_folder

    assert request.sr is not None
    method = _method(request, request.sr.resolve().name)
    if target is not None:
        dataset, pairs = target.pair(request.sr, request.hr, method, request.dataset)
    else:
        dataset = request.dataset or dataset_label(request.hr or request.sr)
        pairs = pair_images(request.sr, request.hr, method)
    has_references = target is not None or request.hr is not None
    protocol = _protocol(request, target, has_references)
    for remark in remarks_on(pairs):
        say(f"warning: {remark}")
    origin = {"sr_folder": request.sr.resolve().name}
    with item_progress(f"scoring {method}", images_to_score(pairs, protocol)) as advance:
        return score_folder(pairs, method, dataset, protocol, request.jobs, advance, origin)


def _score_generator(request: Request, target: TargetSweep | None) -> Iterator[ScoredMethod]:
    import tempfile

    from sweep.cli.item_progress import item_progress
    from sweep.scoring.external.scored_method import score_generator, scores_references
    from sweep.scoring.foreign_generators.loading import load_any_generator

    assert request.generator is not None
    protocol = _protocol(request, target, has_references=True)
    method = _method(request, request.generator.stem)
    generator = load_any_generator(
        request.generator, protocol.scale, protocol.device, *request.ranges
    )
    for note in generator.notes:
        say(f"note: {note}")
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sweep-score-")))
        for reference in _references(request, target, protocol.scale, scratch):
            total = len(reference.hr) * (2 + int(scores_references(protocol)))
            folder = (request.images or scratch / "sr") / reference.name
            with item_progress(f"scoring {method} on {reference.name}", total) as advance:
                yield score_generator(
                    generator, reference, folder, method, protocol, request.jobs, advance
                )


def _references(
    request: Request, target: TargetSweep | None, scale: int, scratch: Path
) -> Iterator[TestSet]:
    """The sweep's own test sets, or new ones whose LR images are made by the same rule."""
    from sweep.scoring.sets.references import prepare_reference
    from sweep.scoring.sets.test_sets import dataset_name, resolve_test_sets

    if target is not None:
        for dataset in map(dataset_name, request.sets or target.config.eval.sets):
            yield target.reference(dataset)
        return
    for test_set in resolve_test_sets(request.sets or ("set5",), scale):
        yield prepare_reference(test_set, scale, scratch / "reference" / test_set.name)


def _method(request: Request, default: str) -> str:
    from sweep.scoring.external.records import check_method_name

    method = request.method or default
    return check_method_name(method) if request.into else method


def _protocol(request: Request, target: TargetSweep | None, has_references: bool) -> Protocol:
    """Columns, border and device; a sweep's own where the scores are added to one."""
    from srgan_core.errors import ConfigError
    from srgan_core.training.hardware import resolve_device
    from sweep.scoring.external.batch import Protocol
    from sweep.scoring.external.records import refuse_other_protocol

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
    from srgan_core.errors import ConfigError
    from sweep.metrics.specs import DEFAULT_GROUPS, columns_for, find_spec

    if request.metrics is None:
        if target is not None:
            return target.columns
        columns = columns_for(DEFAULT_GROUPS)
        return tuple(c for c in columns if has_references or find_spec(c).reference == "none")
    columns = columns_for(request.metrics)
    full = [find_spec(c).label for c in columns if find_spec(c).reference != "none"]
    if full and not has_references:
        raise ConfigError(
            f"metrics: expected ones that need no reference, got {', '.join(full)}; name the HR "
            "images with --hr"
        )
    return columns
