"""Derives tables, charts and figures from the records of a results folder; never appends."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from srgan_core.files import write_atomically
from sweep.config import SweepConfig
from sweep.grid import Start, Trial
from sweep.records import ImageScore, ResultRow
from sweep.scoring.metrics.specs import columns_for
from sweep.store import SweepStore, TrialFolder

Scores = Mapping[str, Mapping[str, float]]


def publish(
    store: SweepStore,
    config: SweepConfig,
    trials: Sequence[Trial],
    starts: Mapping[int, Start],
    datasets: Mapping[str, Any],
    *,
    charts: bool = True,
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Rewrites every derived file of a results folder.

    Args:
        store: The folder.
        config: Its config.
        trials: All of its trials.
        starts: Its shared SRResNets.
        datasets: Name of each test set to its record, for metrics.json.
        charts: Whether to draw charts and figures too.

    Returns:
        The files written, and sentences about figures that could not be drawn.
    """
    from sweep.scoring.provenance import metrics_document
    from sweep.tables import (
        PER_IMAGE,
        RESULTS,
        SUMMARY,
        per_image_frame,
        results_frame,
        summary_frame,
        write_csv,
    )

    rows = list(result_rows(store, config, trials, starts, tuple(datasets)))
    results = results_frame(rows)
    write_csv(results, store.root / RESULTS)
    write_csv(per_image_frame(rows), store.root / PER_IMAGE)
    write_csv(summary_frame(results), store.root / SUMMARY)
    document = metrics_document(
        columns_for(config.eval.metrics), device=config.device, datasets=datasets
    )
    metrics_file = store.root / "metrics.json"
    write_atomically(metrics_file, (json.dumps(document, indent=1) + "\n").encode())
    files = (*(store.root / name for name in (RESULTS, PER_IMAGE, SUMMARY)), metrics_file)
    if not charts:
        return files, ()
    from sweep.figures import draw_comparisons
    from sweep.plots import draw_tradeoff

    drawn = draw_tradeoff(store.root)
    comparisons = draw_comparisons(store.root)
    return (*files, *drawn, *comparisons.written), comparisons.warnings


def result_rows(
    store: SweepStore,
    config: SweepConfig,
    trials: Sequence[Trial],
    starts: Mapping[int, Start],
    datasets: Sequence[str],
) -> Iterator[ResultRow]:
    """Lists the rows of the result table.

    Args:
        store: The folder.
        config: Its config.
        trials: All of its trials.
        starts: Its shared SRResNets.
        datasets: Names of the test sets, in order.

    Yields:
        For every test set: `bicubic`, each SRResNet, every trial whatever its state, `original`.
    """
    for dataset in datasets:
        references = store.read_reference_scores(dataset)
        images = len(list((store.reference(dataset) / "hr").glob("*.png")))
        common: dict[str, Any] = {"dataset": dataset, "images": images, "scale": config.scale}
        hr_niqe = _means(_numbers(references.get("original", {}))).get("niqe")
        for method in ("bicubic", "original"):
            scores = _scored(references.get(method, {}), hr_niqe)
            yield ResultRow(trial=method, method=method, **common, **scores)
        for seed, start in starts.items():
            files = store.start(seed)
            yield ResultRow(
                trial=start.name,
                method="srresnet",
                seed=seed,
                **common,
                **_trained(files, dataset, hr_niqe),
                pixel_weight=start.spec.pixel_weight if start.spec else None,
            )
        for trial in trials:
            yield ResultRow(
                trial=trial.name,
                method="srgan",
                content=trial.content,
                adv=trial.adv,
                seed=trial.seed,
                **common,
                **_trained(store.trial(trial.name), dataset, hr_niqe),
                pixel_weight=trial.spec.pixel_weight,
                content_weight=trial.spec.content_weight,
            )


def _trained(files: TrialFolder, dataset: str, hr_niqe: float | None) -> dict[str, Any]:
    """Fields of a generator's row that come from its own records."""
    result = files.read_result()
    names = ("steps", "train_seconds", "grad_pixel", "grad_content", "grad_adv")
    return {
        "status": files.state,
        "generator_sha256": result.get("generator_sha256"),
        **{name: result.get(name) for name in names},
        **_scored(result.get("scores", {}).get(dataset, {}), hr_niqe),
    }


def _scored(records: Mapping[str, Mapping[str, Any]], hr_niqe: float | None) -> dict[str, Any]:
    scores = _numbers(records)
    means = _means(scores)
    niqe = means.get("niqe")
    distance = niqe - hr_niqe if niqe is not None and hr_niqe is not None else None
    return {
        "scores": means,
        "niqe_minus_hr": distance,
        "per_image": tuple(ImageScore(name, dict(values)) for name, values in scores.items()),
    }


def _means(scores: Scores) -> dict[str, float]:
    """Arithmetic means over the images, of the columns that every image has."""
    images = list(scores.values())
    if not images:
        return {}
    shared = [column for column in images[0] if all(column in image for image in images)]
    return {column: math.fsum(i[column] for i in images) / len(images) for column in shared}


def _numbers(scores: Mapping[str, Mapping[str, Any]]) -> Scores:
    """Infinity and nan are text in the records."""
    return {
        image: {column: float(value) for column, value in values.items()}
        for image, values in scores.items()
    }
