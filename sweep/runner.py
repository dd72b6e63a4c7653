"""Carries out a sweep: references, the shared start, the trials, their scores, the tables."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from srgan_core.errors import ConfigError, DataError, WeightsError
from srgan_core.files import file_sha256
from sweep.config import SweepConfig
from sweep.errors import StoreError
from sweep.executors.base import Executor, StopRequest
from sweep.grid import Start, Trial, expand, srresnet_start
from sweep.jobs import Event, Job, ReferenceJob, TestSetJob, TrainJob
from sweep.publish import publish
from sweep.scoring.metrics.specs import columns_for
from sweep.store import FINISHED, SweepStore

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
    """

    states: dict[str, str]
    trained: tuple[str, ...]
    files: tuple[Path, ...]
    notes: tuple[str, ...]

    @property
    def exit_status(self) -> int:
        """0 when all trials are done, else 1."""
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

    config, notes = _substitute(config, typed)
    asked_config = _resolve_machine(config, store)
    merged = store.merge_config(asked_config)
    starts = {seed: _start(merged, seed) for seed in merged.grid.seeds}
    sets = resolve_test_sets(merged.eval.sets, merged.scale)
    if "niqe" in merged.eval.metrics:
        for test_set in sets:
            paths = test_set.paths[: merged.eval.limit]
            notes += niqe_warnings(test_set.name, paths, merged.scale, merged.eval.crop)
    return Plan(
        config=merged,
        asked=expand(asked_config, starts),
        trials=expand(merged, starts),
        starts=starts,
        sets=sets,
        notes=tuple(notes),
    )


def run_sweep(
    store: SweepStore,
    plan: Plan,
    executor: Executor,
    on_event: OnEvent,
    *,
    keep_checkpoints: bool = False,
) -> Summary:
    """Does what a plan says and writes tables and charts.

    Args:
        store: The results folder; the caller holds its lock.
        plan: What to do.
        executor: Who does it.
        on_event: Told what happens.
        keep_checkpoints: Whether training states stay once a trial is done.

    Returns:
        The states that the trials ended in.

    Raises:
        KeyboardInterrupt: after SIGINT, SystemExit 143 after SIGTERM, once all workers have
            written their checkpoints and the tables are up to date.
    """
    from sweep.scoring.references import dataset_record

    _check_data(plan)
    _check_space(store, plan)
    # Another run may have extended the folder between planning and locking.
    store.write_config(store.merge_config(plan.config))
    references = _write_references(store, plan)
    jobs = _Jobs(store, plan, _test_set_jobs(plan, references), keep_checkpoints)
    with _stop_signals() as stop:
        executor.run(jobs.references(), on_event, stop)
        executor.run(jobs.starts(), on_event, stop)
        todo = jobs.trials()
        states = executor.run(todo, on_event, stop) if not stop else {}
        datasets = {reference.name: dataset_record(reference) for reference in references}
        files, notes = publish(store, plan.config, plan.trials, plan.starts, datasets)
    _leave_if_stopped(stop)
    ends = {trial.name: store.trial(trial.name).state for trial in plan.asked}
    trained = tuple(job.label for job in todo if states.get(job.label) == "done")
    return Summary(ends, trained, files, (*plan.notes, *notes))


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
        return [ReferenceJob(self._store.root, test_set) for test_set in self._test_sets]

    def starts(self) -> list[Job]:
        return [
            self._job(self._store.start(seed).path, start.name, {"seed": seed}, start.spec, init)
            for seed, start in self._plan.starts.items()
            for init in [None if start.spec else self._plan.config.srresnet.init]
            if not self._complete(self._store.start(seed).path)
        ]

    def trials(self) -> list[Job]:
        """Jobs of the trials asked for; those of earlier runs only lack scores."""
        asked = {trial.name for trial in self._plan.asked}
        jobs: list[Job] = []
        for trial in self._plan.trials:
            files = self._store.trial(trial.name)
            start = self._store.start(trial.seed)
            wanted = trial.name in asked or files.generator.is_file()
            if not wanted or self._complete(files.path) or not start.generator.is_file():
                continue
            identity = {"content": trial.content, "adv": trial.adv, "seed": trial.seed}
            jobs.append(
                self._job(files.path, trial.name, identity, trial.spec, start.generator)
            )
        return jobs

    def _job(
        self, folder: Path, label: str, identity: dict[str, Any], spec: Any, init: Path | None
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
        )

    def _complete(self, folder: Path) -> bool:
        """Whether a trial is finished and has every score that is asked for."""
        from sweep.store import TrialFolder

        files = TrialFolder(folder)
        if files.state not in FINISHED:
            return False
        scores = files.read_result().get("scores", {})
        return files.state != "done" or all(
            set(test_set.columns) <= scores.get(test_set.name, {}).get(image, {}).keys()
            for test_set in self._test_sets
            for image in test_set.images
        )


def _substitute(config: SweepConfig, typed: frozenset[str]) -> tuple[SweepConfig, list[str]]:
    """Replaces what the config itself asks for and this machine cannot have."""
    notes: list[str] = []
    contents, sets = list(config.grid.content), list(config.eval.sets)
    if "grid.content" not in typed:
        contents = [_available_content(name, config.substitutes, notes) for name in contents]
    if "eval.sets" not in typed:
        sets = [_available_set(name, config, notes) for name in sets]
    grid = config.grid.model_copy(update={"content": tuple(dict.fromkeys(contents))})
    evaluation = config.eval.model_copy(update={"sets": tuple(dict.fromkeys(sets))})
    config = config.model_copy(update={"grid": grid, "eval": evaluation})
    for name in config.grid.content:
        _available_content(name, {}, notes)
    return config, notes


def _available_content(name: str, substitutes: dict[str, str], notes: list[str]) -> str:
    if name == "mse":
        return name
    from srgan_core.vgg import FEATURE_CUTS
    from srgan_core.weights import resolve_weights

    try:
        resolve_weights(FEATURE_CUTS[name].architecture)
    except WeightsError:
        if name not in substitutes:
            raise
        notes.append(
            f"{name}: its weights cannot be had here, {substitutes[name]} stands in for it"
        )
        return substitutes[name]
    return name


def _available_set(name: str, config: SweepConfig, notes: list[str]) -> str:
    from sweep.scoring.test_sets import resolve_test_set

    try:
        resolve_test_set(name, config.scale)
    except DataError:
        if name not in config.substitutes:
            raise
        substitute = config.substitutes[name]
        notes.append(
            f"{name}: cannot be had here, {substitute} stands in for it; "
            f"put its images into $SWEEP_DATA to score on it"
        )
        return substitute
    return name


def _resolve_machine(config: SweepConfig, store: SweepStore) -> SweepConfig:
    """Fixes device and threads; a folder that exists keeps the ones it was begun with."""
    stored = store.read_config()
    threads = config.threads or (stored.threads if stored else None) or _cores()
    device = config.device
    if device == "auto":
        device = stored.device if stored else _best_device()
    elif device != "cpu":
        from srgan_core.training.job import resolve_device

        device = resolve_device(device).type
    return config.model_copy(update={"threads": threads, "device": device})


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _best_device() -> str:
    from srgan_core.training.job import resolve_device

    return resolve_device("auto").type


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


def _check_space(store: SweepStore, plan: Plan) -> None:
    import shutil

    folder = store.root
    while not folder.exists():
        folder = folder.parent
    missing = any(store.trial(trial.name).state not in FINISHED for trial in plan.asked)
    free = shutil.disk_usage(folder).free
    if missing and free < BYTES_PER_TRIAL:
        raise StoreError(
            f"{store.root}: {free >> 20} MB of disk are free, training needs "
            f"{BYTES_PER_TRIAL >> 20} MB; free some or choose another --out"
        )


def _write_references(store: SweepStore, plan: Plan) -> list[ReferenceSet]:
    from sweep.scoring.references import prepare_reference

    return [
        prepare_reference(
            test_set,
            plan.config.scale,
            store.reference(test_set.name),
            crop=plan.config.eval.crop,
            limit=plan.config.eval.limit,
        )
        for test_set in plan.sets
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


def _leave_if_stopped(stop: StopRequest) -> None:
    if stop:
        raise SystemExit(128 + stop.signals[0])

