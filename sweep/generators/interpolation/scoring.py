"""Scores what a curve lacks, and brings the table of all curves up to date."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.training.hardware import prepare_torch, resolve_device
from sweep.config.sweep_config import SweepConfig
from sweep.generators.interpolation.curve import Curve, curve_records
from sweep.metrics.registry import columns_for, image_columns
from sweep.scoring.evaluate import Scorer
from sweep.scoring.sets.test_sets import dataset_name
from sweep.store.folder import require_config
from sweep.tables.curves import INTERPOLATION, interpolation_frame
from sweep.tables.files import write_csv


def score_curve(
    curve: Curve,
    alphas: Sequence[float],
    sets: Sequence[str] | None,
    progress: Callable[[str, int], AbstractContextManager[Callable[[str], None]]],
) -> int:
    """Scores a curve and writes interpolation.csv; what is scored already is not scored again.

    Args:
        curve: What to score.
        alphas: Where, each from 0 to 1.
        sets: Test sets of the sweep to score on; None for all.
        progress: Shows how it goes on.

    Returns:
        How many images were scored.

    Raises:
        ConfigError: when the sweep has no such test set.
        StoreError: when somebody else is at work, or when a generator or images are missing.
    """
    config = require_config(curve.store)
    datasets = _datasets(config, sets)
    columns = image_columns(columns_for(config.eval.metrics))
    device = resolve_device(
        config.device, "a curve is scored on the device of its sweep: interpolate where it ran"
    )

    @cache
    def scorer() -> Scorer:
        return Scorer(columns, config.scale, str(device))

    with curve.store.locked():
        # The ends then have the bytes of their trials.
        prepare_torch(config.threads or 1, device)
        todo = curve.missing(alphas, datasets, columns)
        if todo:
            with progress("interpolating", len(todo)) as advance:
                curve.compute(todo, scorer, advance)
        frame = interpolation_frame(list(curve_records(curve.store)))
        write_csv(frame, curve.store.root / INTERPOLATION)
    return len(todo)


def _datasets(config: SweepConfig, asked: Sequence[str] | None) -> list[str]:
    """Names of the test sets, which must be the sweep's: a chart compares with its trials."""
    held = [dataset_name(known) for known in config.eval.sets]
    if asked is None:
        return held
    names = [dataset_name(given) for given in asked]
    for given in names:
        if given not in held:
            raise ConfigError(
                f"{unknown_name('test set of this sweep', given, held)}; "
                "add it with `sweep run --eval` first"
            )
    return names
