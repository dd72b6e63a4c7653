"""The rows of the result tables, made from the records of a results folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sweep.config.grid import Starts, Trial
from sweep.config.sweep_config import SweepConfig
from sweep.scoring.aggregation import summarise
from sweep.scoring.external.records import read_external
from sweep.scoring.external.scored_method import ScoredMethod
from sweep.store.folder import SweepStore
from sweep.store.records.result import ResultRecord
from sweep.store.states import Method, State
from sweep.store.trial_folder import TrialFolder
from sweep.tables.ranking import START_METHODS
from sweep.tables.rows import ImageScore, ResultRow

if TYPE_CHECKING:
    from srgan_core.training.config import TrainingSpec

Scores = Mapping[str, Mapping[str, float]]


def result_rows(
    store: SweepStore,
    config: SweepConfig,
    trials: Sequence[Trial],
    starts: Starts,
    datasets: Sequence[str],
    at_work: bool = True,
) -> Iterator[ResultRow]:
    """Lists the rows of the result table.

    Where nobody is at work, what its record calls `running` is interrupted.

    Yields:
        For every test set: `bicubic`, each start, every trial whatever its state, the methods
        whose images were added, `original`.
    """
    external = read_external(store)
    for dataset in datasets:
        references = store.read_reference_scores(dataset)
        images = len(list((store.reference(dataset) / "hr").glob("*.png")))
        common: dict[str, Any] = {"dataset": dataset, "images": images, "scale": config.scale}
        hr_niqe = summarise(list(references.original.values())).get("niqe")
        for method in (Method.BICUBIC, Method.ORIGINAL):
            whole = references.set_scores.get(method, {})
            scores = _scored(references.of(method), hr_niqe, whole)
            yield ResultRow(trial=method, method=method, **common, **scores)
        for start in starts.values():
            yield ResultRow(
                trial=start.name,
                method=START_METHODS[start.kind],
                seed=start.seed,
                **common,
                **_trained(store.generator(start.name), start.spec, dataset, hr_niqe, at_work),
                pixel_weight=start.spec.pixel_weight if start.spec else None,
            )
        for trial in trials:
            yield ResultRow(
                trial=trial.name,
                method=Method.SRGAN,
                content=trial.content,
                adv=trial.adv,
                seed=trial.seed,
                start=trial.start,
                axes=dict(trial.setting),
                **common,
                **_trained(store.trial(trial.name), trial.spec, dataset, hr_niqe, at_work),
                pixel_weight=trial.spec.pixel_weight,
                content_weight=trial.spec.content_weight,
            )
        for added in external:
            if added.dataset == dataset:
                yield ResultRow(
                    trial=added.method,
                    method=added.method,
                    **common,
                    generator_sha256=added.generator_sha256,
                    parameters=added.parameters,
                    megapixel_seconds=added.megapixel_seconds,
                    **_scored(added.scores, hr_niqe, added.set_scores),
                )


def external_row(scored: ScoredMethod) -> ResultRow:
    """Makes the row of a method whose images were scored outside a sweep."""
    niqe, hr_niqe = scored.means.get("niqe"), scored.hr_means.get("niqe")
    return ResultRow(
        trial=scored.method,
        method=scored.method,
        dataset=scored.dataset,
        images=len(scored.scored),
        scale=scored.protocol.scale,
        scores=scored.means,
        niqe_minus_hr=None if niqe is None or hr_niqe is None else niqe - hr_niqe,
        generator_sha256=scored.origin.get("generator_sha256"),
        per_image=tuple(ImageScore(o.pair.image, dict(o.scores)) for o in scored.scored),
    )


def _trained(
    files: TrialFolder,
    spec: TrainingSpec | None,
    dataset: str,
    hr_niqe: float | None,
    at_work: bool,
) -> dict[str, Any]:
    """Fields of a generator's row that come from its own records."""
    result, state = files.read_result(), files.state
    return {
        "status": State.INTERRUPTED if state is State.RUNNING and not at_work else state,
        "generator_sha256": result.generator_sha256,
        "steps": result.steps,
        "train_seconds": result.train_seconds,
        "grad_pixel": result.grad_pixel,
        "grad_content": result.grad_content,
        "grad_adv": result.grad_adv,
        **_health(result, spec, dataset),
        **_scored(result.scores.get(dataset, {}), hr_niqe, result.set_scores.get(dataset, {})),
    }


def _health(result: ResultRecord, spec: TrainingSpec | None, dataset: str) -> dict[str, Any]:
    from sweep.scoring.health.measures import complaints

    measures = result.health.measures(dataset)
    return {"health": complaints(measures, spec), "measures": measures}


def _scored(scores: Scores, hr_niqe: float | None, whole: Mapping[str, float]) -> dict[str, Any]:
    """Fields of a row that are scores: of each image, and of the test set as a whole."""
    means = {**summarise(list(scores.values())), **whole}
    niqe = means.get("niqe")
    distance = niqe - hr_niqe if niqe is not None and hr_niqe is not None else None
    return {
        "scores": means,
        "niqe_minus_hr": distance,
        "per_image": tuple(ImageScore(name, dict(values)) for name, values in scores.items()),
    }
