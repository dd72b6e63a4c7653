"""Carries out a sweep: references, the shared start, the trials, their scores, the tables."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import ConfigError, DataError, WeightsError
from srgan_core.files import file_sha256
from srgan_core.training.config import TrainingConfig
from sweep.config import SweepConfig
from sweep.errors import StoreError, TrialError
from sweep.executors.base import Executor, StopRequest
from sweep.grid import Start, Trial, expand, srresnet_start
from sweep.jobs import Event, Job, ReferenceJob, TestSetJob, TrainJob
from sweep.publish import publish
from sweep.scoring.metrics.specs import columns_for
from sweep.store import FINISHED, SweepStore, TrialFolder

if TYPE_CHECKING:
    from sweep.scoring.references import ReferenceSet
    from sweep.scoring.test_sets import TestSet

BYTES_PER_TRIAL = 700 << 20
"""Two checkpoints of G, D and both optimizers, 300 MB each, and the images."""

OnEvent = Callable[[Event], None]


@dataclass(frozen=True)
class Plan:
    """What a run is going to do.

    Attributes:
        config: Resolved and joined with what the folder already holds.
        asked: Trials of this run.
        trials: All trials of the folder, the asked ones among them.
        starts: The shared SRResNets by seed.
        sets: Test sets.
        notes: Sentences for the user: substitutions and warnings.
    """

    config: SweepConfig
    asked: tuple[Trial, ...]
    trials: tuple[Trial, ...]
    starts: dict[int, Start]
    sets: tuple[TestSet, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """How a run ended.

    Attributes:
        states: Trial name to state, for the trials that were asked for.
        trained: Trials that this run trained.
        files: Tables and charts that were written.
        notes: Sentences for the user.
        stopped_by: Number of the signal that ended the run early; None when none did.
    """

    states: dict[str, str]
    trained: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]
    stopped_by: int | None = None

    @property
    def exit_status(self) -> int:
        """0 when all trials are done, 128 + signal when the run was stopped, else 1."""
        if self.stopped_by is not None:
            return 128 + self.stopped_by
        return 0 if all(state == "done" for state in self.states.values()) else 1


def plan_sweep(store: SweepStore, config: SweepConfig, typed: frozenset[str]) -> Plan:
    """Resolves a config against this machine and this results folder. Writes nothing.

    Args:
        store: The results folder.
        config: As asked for.
        typed: Dotted keys that the user typed; those are never replaced.

    Returns:
        What to do.

    Raises:
        ConfigError, DataError, WeightsError: when something asked for is not to be had.
        StoreError: when the folder belongs to another config.
    """
    from sweep.scoring.set_checks import niqe_warnings
    from sweep.scoring.test_sets import resolve_test_sets

    weights = _Weights()
    config, notes = _substitute(config, typed, weights)
    asked_config = _resolve_machine(config, store)
    merged = store.merge_config(asked_config)
    starts = {seed: _start(merged, seed) for seed in merged.grid.seeds}
    sets = resolve_test_sets(merged.eval.sets, merged.scale)
    for name, test_set in zip(merged.eval.sets, sets, strict=True):
        part = merged.eval.excerpt(name)
        paths = test_set.paths[: part.limit]
        _refuse_changed_images(store, test_set.name, paths)
        if "niqe" in merged.eval.metrics:
            notes += niqe_warnings(test_set.name, paths, merged.scale, part.crop)
    for start in starts.values():
        _refuse_changed_start(store, start)
    if "lpips" in merged.eval.metrics:
        weights.require("alexnet")
    return Plan(
        config=merged,
        asked=expand(asked_config, starts),
        trials=expand(merged, starts),
        starts=starts,
        sets=sets,
        notes=tuple(notes),
    )


def check_plan(store: SweepStore, plan: Plan, jobs: int = 1) -> None:
    """Refuses a plan that cannot be carried out, before anything is written.

    Args:
        store: The results folder.
        plan: What is going to be done.
        jobs: Trials at once.

    Raises:
        ConfigError, DataError: when patches do not fit the training images, or those hold a
            test image.
        StoreError: when the disk is too full.
    """
    _check_data(plan)
    _check_space(store, plan, jobs)


def run_sweep(
    store: SweepStore,
    plan: Plan,
    executor: Executor,
    on_event: OnEvent,
    *,
    keep_checkpoints: bool = False,
) -> Summary:
    """Does what a plan says and writes tables and charts.

    After SIGINT or SIGTERM all workers write their checkpoints, and the tables, though not the
    charts, are brought up to date; a second SIGINT raises KeyboardInterrupt at once.

    Args:
        store: The results folder; the caller holds its lock.
        plan: What to do; it has passed `check_plan`.
        executor: Who does it.
        on_event: Told what happens.
        keep_checkpoints: Whether training states stay once a trial is done.

    Returns:
        The states that the trials ended in.

    Raises:
        StoreError: when another run changed the folder after the plan was made.
        TrialError: when the test sets themselves cannot be scored.
    """
    from sweep.scoring.references import dataset_record

    _refuse_stale_plan(store, plan)
    store.write_config(plan.config)
    references = _write_references(store, plan)
    with _stop_signals() as stop:
        jobs = _Jobs(store, plan, _test_set_jobs(plan, references), keep_checkpoints)
        for label, state in executor.run(jobs.references(), on_event, stop).items():
            if state == "failed":
                raise TrialError(f"{label}: could not be scored, for the reason given above")
        executor.run(jobs.starts(), on_event, stop)
        todo = jobs.trials()
        untrained = [job.label for job in todo if "steps" not in _result(job)]
        states = executor.run(todo, on_event, stop)
        if not (stop or keep_checkpoints):
            store.drop_warmups()
        datasets = {reference.name: dataset_record(reference) for reference in references}
        files, notes = publish(
            store, plan.config, plan.trials, plan.starts, datasets, charts=not stop
        )
    return Summary(
        states={trial.name: store.trial(trial.name).state for trial in plan.asked},
        trained=tuple(name for name in untrained if states[name] == "done"),
        files=files,
        notes=(*plan.notes, *notes),
        stopped_by=stop.signals[0] if stop else None,
    )


class _Jobs:
    """Makes the jobs of a plan that are not finished yet."""

    def __init__(
        self,
        store: SweepStore,
        plan: Plan,
        test_sets: tuple[TestSetJob, ...],
        keep_checkpoints: bool,
    ) -> None:
        self._store, self._plan, self._test_sets = store, plan, test_sets
        self._keep = keep_checkpoints

    def references(self) -> list[Job]:
        jobs = [ReferenceJob(self._store.root, test_set) for test_set in self._test_sets]
        return [job for job in jobs if not job.is_done()]

    def starts(self) -> list[Job]:
        """Jobs of the shared SRResNets that lack scores, or that a trial has to start from."""
        needed = {
            trial.seed
            for trial in self._plan.asked
            if self._store.trial(trial.name).state not in FINISHED
        }
        jobs: list[Job] = []
        for seed, start in self._plan.starts.items():
            files = self._store.start(seed)
            lost = seed in needed and not files.generator.is_file()
            if lost or not self._complete(files):
                identity = {"seed": seed, "recipe": start.recipe}
                init = None if start.spec else self._plan.config.srresnet.init
                jobs.append(self._job(files.path, start.name, identity, start.spec, init, lost))
        return jobs

    def trials(self) -> list[TrainJob]:
        """Jobs of the trials asked for; those of earlier runs only lack scores."""
        asked = {trial.name for trial in self._plan.asked}
        jobs: list[TrainJob] = []
        for trial in self._plan.trials:
            files, start = self._store.trial(trial.name), self._store.start(trial.seed)
            trained = "steps" in files.read_result()
            wanted = trained or (trial.name in asked and start.generator.is_file())
            if not wanted or self._complete(files):
                continue
            identity = {"content": trial.content, "adv": trial.adv, "seed": trial.seed}
            jobs.append(self._job(files.path, trial.name, identity, trial.spec, start.generator))
        return jobs

    def _job(
        self,
        folder: Path,
        label: str,
        identity: dict[str, Any],
        spec: Any,
        init: Path | None,
        needs_generator: bool = False,
    ) -> TrainJob:
        return TrainJob(
            root=self._store.root,
            folder=folder,
            label=label,
            identity={"trial": label, **identity},
            spec=spec,
            init=init,
            test_sets=self._test_sets,
            keep_checkpoints=self._keep,
            needs_generator=needs_generator,
        )

    def _complete(self, files: TrialFolder) -> bool:
        """Whether a trial is finished and has every score that is asked for."""
        if files.state not in FINISHED:
            return False
        scores = files.read_result().get("scores", {})
        return files.state != "done" or all(
            set(test_set.columns) <= scores.get(test_set.name, {}).get(image, {}).keys()
            for test_set in self._test_sets
            for image in test_set.images
        )


def _refuse_stale_plan(store: SweepStore, plan: Plan) -> None:
    if store.merge_config(plan.config) != plan.config:
        raise StoreError(
            f"{store.root}: another run has extended the sweep meanwhile; "
            "run the same command again"
        )


def _refuse_changed_images(store: SweepStore, dataset: str, paths: Sequence[Path]) -> None:
    """Scores of a folder's old images must not stand beside those of its new ones."""
    from sweep.scoring.references import RECORD

    try:
        record = json.loads((store.reference(dataset) / RECORD).read_bytes())
        known = dict(record["source_sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if known != {path.stem: file_sha256(path) for path in paths}:
        raise StoreError(
            f"{store.root}: the images of test set {dataset!r} have changed since they were "
            "scored there; choose another --out"
        )


def _refuse_changed_start(store: SweepStore, start: Start) -> None:
    recipe = store.start(start.seed).read_trial().get("recipe", start.recipe)
    if recipe != start.recipe:
        raise StoreError(
            f"{store.root}: its trials start from another SRResNet ({recipe}) than the one that "
            f"is configured now ({start.recipe}); choose another --out"
        )


class _Weights:
    """Pretrained weights that were looked for; a miss asks the network, so each counts once."""

    def __init__(self) -> None:
        self._problems: dict[str, WeightsError | None] = {}

    def require(self, architecture: str) -> None:
        """Raises WeightsError when the weights cannot be had."""
        if architecture not in self._problems:
            self._problems[architecture] = _weights_problem(architecture)
        problem = self._problems[architecture]
        if problem is not None:
            raise problem

    def require_content(self, name: str) -> None:
        """Raises WeightsError when a content loss lacks its network."""
        if name != "mse":
            from srgan_core.vgg import FEATURE_CUTS

            self.require(FEATURE_CUTS[name].architecture)


def _weights_problem(architecture: str) -> WeightsError | None:
    from srgan_core.weights import resolve_weights

    try:
        resolve_weights(architecture)
    except WeightsError as error:
        return error
    return None


def _substitute(
    config: SweepConfig, typed: frozenset[str], weights: _Weights
) -> tuple[SweepConfig, list[str]]:
    """Replaces what the config itself asks for and this machine cannot have."""
    notes: list[str] = []
    contents, sets = list(config.grid.content), list(config.eval.sets)
    if not _was_typed("grid.content", typed):
        contents = [_available_content(name, config, weights, notes) for name in contents]
    if not _was_typed("eval.sets", typed):
        sets = [_available_set(name, config, notes) for name in sets]
    for name in contents:
        weights.require_content(name)
    grid = config.grid.model_copy(update={"content": tuple(dict.fromkeys(contents))})
    evaluation = config.eval.model_copy(update={"sets": tuple(dict.fromkeys(sets))})
    return config.model_copy(update={"grid": grid, "eval": evaluation}), notes


def _was_typed(key: str, typed: frozenset[str]) -> bool:
    """Whether the user typed a key or a section that it lies in."""
    return any(f"{key}.".startswith(f"{given}.") for given in typed)


def _available_content(name: str, config: SweepConfig, weights: _Weights, notes: list[str]) -> str:
    if name not in config.substitutes:
        return name
    try:
        weights.require_content(name)
    except WeightsError:
        substitute = config.substitutes[name]
        notes.append(f"{name}: its weights cannot be had here, {substitute} stands in for it")
        return substitute
    return name


def _available_set(name: str, config: SweepConfig, notes: list[str]) -> str:
    from sweep.scoring.test_sets import resolve_test_set

    if name not in config.substitutes:
        return name
    try:
        resolve_test_set(name, config.scale)
    except DataError:
        substitute = config.substitutes[name]
        notes.append(
            f"{name}: cannot be had here, {substitute} stands in for it; "
            f"put its images into $SWEEP_DATA to score on it"
        )
        return substitute
    return name


def _resolve_machine(config: SweepConfig, store: SweepStore) -> SweepConfig:
    """Fixes device, threads and precision; a folder keeps the ones that it was begun with."""
    stored = store.read_config()
    threads = config.threads or (stored.threads if stored else None) or _cores()
    device: str = config.device
    if device == "auto" and stored:
        device = stored.device
    if device != "cpu":
        from srgan_core.training.hardware import resolve_device

        device = resolve_device(device).type
    sections = {
        "adversarial": _resolve_precision(
            config.adversarial, stored.adversarial if stored else None, device
        ),
        "srresnet": config.srresnet,
    }
    if config.srresnet.training is not None:
        before = stored.srresnet.training if stored else None
        training = _resolve_precision(config.srresnet.training, before, device)
        sections["srresnet"] = config.srresnet.model_copy(update={"training": training})
    return config.model_copy(update={"threads": threads, "device": device, **sections})


def _resolve_precision(
    section: TrainingConfig, before: TrainingConfig | None, device: str
) -> TrainingConfig:
    """Names what `auto` stands for: weights depend on it, so a trial's id must."""
    if section.precision != "auto":
        return section
    if before is not None:
        return section.model_copy(update={"precision": before.precision})
    import torch

    from srgan_core.training.hardware import resolve_precision

    precision = resolve_precision("auto", torch.device(device))
    return section.model_copy(update={"precision": str(precision).removeprefix("torch.")})


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start(config: SweepConfig, seed: int) -> Start:
    section = config.srresnet
    if section.init is not None:
        from srgan_core.inference import load_generator

        load_generator(section.init, config.scale)
        return srresnet_start(config, seed, file_sha256(section.init))
    if section.start == "train":
        return srresnet_start(config, seed, None)
    from importlib.resources import as_file

    from srgan_core.inference import bundled_generator

    with as_file(bundled_generator(config.scale)) as path:
        return srresnet_start(config, seed, file_sha256(path))


def _check_data(plan: Plan) -> None:
    """Packs the training images and refuses those that a test set holds too."""
    from srgan_core.data.duplicates import refuse_test_images
    from srgan_core.training.job import open_data

    packed = [images for images, _ in open_data(plan.config.data)]
    sections = (plan.config.adversarial, plan.config.srresnet.training)
    largest = max(section.patch_size for section in sections if section)
    for images in packed:
        smallest = int(images.shapes.min())
        if smallest < largest:
            raise ConfigError(
                f"data source {images.name}: has images of only {smallest} px on a side, "
                f"patches have {largest}; remove them or set a smaller adversarial.patch_size"
            )
    refuse_test_images(packed, [path for test_set in plan.sets for path in test_set.paths])


def _check_space(store: SweepStore, plan: Plan, jobs: int) -> None:
    folder = store.root.absolute()
    while not folder.exists():
        folder = folder.parent
    missing = sum(store.trial(trial.name).state not in FINISHED for trial in plan.asked)
    needed = BYTES_PER_TRIAL * min(missing, jobs)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"{store.root}: {free >> 20} MB of disk are free, training needs {needed >> 20} MB; "
            "free some or choose another --out"
        )


def _write_references(store: SweepStore, plan: Plan) -> list[ReferenceSet]:
    from sweep.scoring.references import prepare_reference

    parts = [plan.config.eval.excerpt(name) for name in plan.config.eval.sets]
    return [
        prepare_reference(
            test_set,
            plan.config.scale,
            store.reference(test_set.name),
            crop=part.crop,
            limit=part.limit,
        )
        for test_set, part in zip(plan.sets, parts, strict=True)
    ]


def _test_set_jobs(plan: Plan, references: Sequence[ReferenceSet]) -> tuple[TestSetJob, ...]:
    columns = columns_for(plan.config.eval.metrics)
    return tuple(
        TestSetJob(
            name=reference.name,
            images=tuple(path.stem for path in reference.hr),
            columns=columns,
            scale=plan.config.scale,
        )
        for reference in references
    )


def _result(job: TrainJob) -> dict[str, Any]:
    return TrialFolder(job.folder).read_result()


@contextmanager
def _stop_signals() -> Iterator[StopRequest]:
    """Turns SIGINT and SIGTERM into a request; a second SIGINT ends at once."""
    stop = StopRequest()

    def receive(number: int, frame: object) -> None:
        if number == signal.SIGINT and signal.SIGINT in stop.signals:
            raise KeyboardInterrupt
        stop.signals.append(number)

    before = {number: signal.signal(number, receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
