"""Plans a sweep: what is asked for, what of it this machine and this folder allow."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from importlib.resources import as_file
from typing import TYPE_CHECKING, TypeVar

from srgan_core.bundled import BUNDLED_SCALES, bundled_generator
from srgan_core.devices import gpu_number
from srgan_core.errors import ConfigError
from srgan_core.files import file_sha256
from srgan_core.inputs import escaped, unwritable
from srgan_core.pairs import open_pair
from sweep.config.grid import Placed, Start, Starts, Trial, expand, kinds_needed, starts_of
from sweep.config.names import StartKind
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError
from sweep.metrics.registry import columns_for
from sweep.planning.adaptive import require_room, require_two_axes
from sweep.planning.disk import refuse_full_disk
from sweep.planning.image_checks import CheckedImages, check_images
from sweep.planning.machine import resolve_machine
from sweep.planning.substitution import PretrainedWeights, substitute
from sweep.planning.training_data import absence_notes, is_training_left
from sweep.store.folder import SweepStore
from sweep.store.joining import join_config
from sweep.store.states import State

if TYPE_CHECKING:
    from sweep.scoring.sets.test_sets import TestSet

R = TypeVar("R")


@dataclass(frozen=True)
class Plan:
    """What a run is going to do.

    Attributes:
        config: Resolved and joined with what the folder already holds.
        asked: Trials of this run.
        trials: All trials of the folder, the asked ones among them.
        starts: What the trials of each seed set out from, the SRResNets before the pairs.
        sets: Test sets.
        notes: Sentences for the user: substitutions and warnings.
        gpu: Number of the GPU that is to be used; None for any. No weight depends on it.
        adaptive: What alone is asked for, resolved, where coefficients are placed as results come;
            None where all of them are given.
    """

    config: SweepConfig
    asked: tuple[Trial, ...]
    trials: tuple[Trial, ...]
    starts: Starts
    sets: tuple[TestSet, ...]
    notes: tuple[str, ...]
    gpu: int | None = None
    adaptive: SweepConfig | None = None

    @property
    def device(self) -> str:
        """Where to train: the config's kind of device, and which one of them."""
        return self.config.device if self.gpu is None else f"{self.config.device}:{self.gpu}"

    def with_placed(self, placed: Placed) -> Plan:
        """The same with all coefficients that were placed by now."""
        asked = self.asked
        if self.adaptive is not None:
            asked = expand(self.adaptive, self.starts, placed)
        return replace(self, asked=asked, trials=expand(self.config, self.starts, placed))

    def on_curves(self, store: SweepStore) -> tuple[Trial, ...]:
        """Trials of the folder that lie on the curves and have the seeds that are asked for.

        A point that runs with other axes left in the grid, and nobody asked for, is none.
        """
        curves = {(trial.curve, trial.seed) for trial in self.asked}
        names = {trial.name for trial in self.asked}
        return tuple(
            trial
            for trial in self.trials
            if (trial.curve, trial.seed) in curves
            and (trial.name in names or store.trial(trial.name).state.is_finished)
        )

    def unplaced(self, store: SweepStore) -> int:
        """Coefficients that may still be placed; each is trained once for each seed."""
        if self.adaptive is None or self.adaptive.grid.trials is None:
            return 0
        grid = self.adaptive.grid
        return max(0, self.adaptive.grid.trials - len(self.on_curves(store))) // len(grid.seeds)

    def most_further_trials(self, store: SweepStore) -> int:
        """Trials that this run may place at most; none where it was decided that no gap is left."""
        unfinished = any(not store.trial(trial.name).state.is_finished for trial in self.asked)
        if store.read_placements().is_settled and not unfinished:
            return 0
        return self.unplaced(store) * len({trial.seed for trial in self.asked})


def plan_sweep(
    store: SweepStore, config: SweepConfig, typed: frozenset[str], elsewhere: bool = False
) -> Plan:
    """Resolves a config against this machine and this results folder. Writes nothing.

    Keys that the user typed, `typed`, are never replaced. `elsewhere` is whether the trials run on
    machines that this one knows nothing of.

    Raises:
        ConfigError, DataError, WeightsError: when something asked for is not to be had.
        StoreError: when the folder belongs to another config.
    """
    from sweep.scoring.availability import require_metrics
    from sweep.scoring.sets.set_checks import larger_sets, niqe_warnings
    from sweep.scoring.sets.test_sets import resolve_test_sets

    if why := unwritable(store.name):
        raise ConfigError(f"--out {escaped(store.name)}: {why}, or choose another --out")
    stored = store.read_config()
    weights, held = PretrainedWeights(), _held_sets(store, stored)
    config, notes = substitute(config, typed, weights, held)
    asked_config = resolve_machine(config, stored, elsewhere)
    merged = join_config(store.root, asked_config, stored)
    starts = _starts(store, merged)
    sets = resolve_test_sets(merged.eval.sets, merged.scale, held, merged.degradation)
    for name, test_set in zip(merged.eval.sets, sets, strict=True):
        part = merged.eval.excerpt(name)
        paths = test_set.hr[: part.limit]
        if name not in held:
            _refuse_changed_images(store, test_set, part.limit)
        if "niqe" in merged.eval.metrics:
            more = larger_sets(test_set.name)
            notes += niqe_warnings(test_set.name, paths, merged.scale, part.crop, remedy=more)
    for start in starts.values():
        _refuse_changed_start(store, start)
    require_metrics(columns_for(merged.eval.metrics), weights.require)
    placed = store.read_placements().coefficients
    adaptive = asked_config if asked_config.grid.trials is not None else None
    asked = expand(asked_config, starts, placed if adaptive else None)
    if adaptive is not None:
        require_two_axes(merged)
        if stored is None or stored.grid != merged.grid:
            require_room(adaptive.grid, len(asked))
    plan = Plan(
        config=merged,
        asked=asked,
        trials=expand(merged, starts, placed),
        starts=starts,
        sets=sets,
        notes=tuple(notes),
        gpu=gpu_number(config.device),
        adaptive=adaptive,
    )
    if is_training_left(store, asked, starts) or plan.most_further_trials(store):
        return plan
    return replace(plan, notes=(*plan.notes, *absence_notes(merged)))


def check_plan(
    store: SweepStore, plan: Plan, jobs: int = 1, retry: Collection[str] = (State.FAILED,)
) -> CheckedImages:
    """Refuses a plan that cannot be carried out, before anything is written.

    Trials at once, `jobs`, decide the space that is needed; states in `retry` are trained again.

    Returns:
        What its images turned out to be.

    Raises:
        ConfigError, DataError: as `check_images`.
        DiskError: when the disk is too full.
    """
    checked = check_images(store, plan, retry=retry)
    refuse_full_disk(store, plan, jobs)
    return checked


def _held_sets(store: SweepStore, stored: SweepConfig | None) -> dict[str, TestSet]:
    """Test sets that are not on this machine any more, from the folder's own images."""
    from sweep.scoring.sets.references import held_test_set
    from sweep.scoring.sets.test_sets import dataset_name, is_absent

    absent = [name for name in stored.eval.sets if is_absent(name)] if stored else []
    metrics = _readable(store.read_metrics) if absent else None
    if stored is None or metrics is None:
        return {}
    datasets = {name: dataset_name(name) for name in absent}
    found = {
        name: held_test_set(
            store.reference(dataset), dataset, stored.scale, metrics.datasets[dataset].hr_sha256
        )
        for name, dataset in datasets.items()
        if dataset in metrics.datasets
    }
    return {name: test_set for name, test_set in found.items() if test_set is not None}


def _refuse_changed_images(store: SweepStore, test_set: TestSet, limit: int | None) -> None:
    """Scores of a folder's old images must not stand beside those of its new ones."""
    record = _readable(lambda: store.read_reference(test_set.name))
    if record is None:
        return
    scored = ((record.source_sha256, test_set.hr), (record.lr_sha256, test_set.given))
    for known, paths in scored:
        names = zip(test_set.images[:limit], paths, strict=False)
        if known != {name: file_sha256(path) for name, path in names}:
            raise StoreError(
                f"{store.root}: the images of test set {test_set.name!r} have changed since they "
                "were scored there; choose another --out"
            )


def _readable(read: Callable[[], R | None]) -> R | None:
    """What the run itself writes anew needs no refusal where it is damaged."""
    with suppress(StoreError):
        return read()
    return None


def _refuse_changed_start(store: SweepStore, start: Start) -> None:
    recipe = store.generator(start.name).read_trial().recipe
    if recipe not in (None, start.recipe):
        kind = "pair" if start.kind is StartKind.SRGAN else "SRResNet"
        raise StoreError(
            f"{store.root}: its trials start from another {kind} ({recipe}) than the one that "
            f"is configured now ({start.recipe}); choose another --out"
        )


def _starts(store: SweepStore, config: SweepConfig) -> dict[tuple[StartKind, int], Start]:
    """The starts of every seed; refuses files that are not there or do not fit."""
    kinds = kinds_needed(config)
    digests = {kind: _digest(config, kind) for kind in kinds}
    starts: dict[tuple[StartKind, int], Start] = {}
    for seed in config.grid.seeds:
        starts |= starts_of(config, seed, digests)
    # Files that the folder has taken, by their hashes, fitted then: torch need not look again.
    new = {
        start.kind
        for start in starts.values()
        if start.recipe != store.generator(start.name).read_trial().recipe
    }
    for kind in kinds:
        if kind in new and digests[kind] is not None:
            _require_fit(config, kind)
    return starts


def _digest(config: SweepConfig, kind: StartKind) -> str | None:
    """Hashes of the files that a start is; None where it is trained."""
    section = config.srresnet if kind is StartKind.SRRESNET else config.srgan
    if section.is_trained:
        return None
    if kind is StartKind.SRGAN:
        with open_pair(section.init, config.scale) as pair:
            pair.require_files()
            return pair.digest()
    if section.init is not None:
        if not section.init.is_file():
            _require_fit(config, kind)  # Says what is there instead.
        return file_sha256(section.init)
    if config.scale not in BUNDLED_SCALES:
        raise ConfigError(
            f"no SRResNet for scale {config.scale} comes with the package (there is one for "
            f"{', '.join(map(str, BUNDLED_SCALES))}); train one with --set srresnet.start=train "
            "--set srresnet.training.steps=N, or give --init FILE"
        )
    with as_file(bundled_generator(config.scale)) as path:
        return file_sha256(path)


def _require_fit(config: SweepConfig, kind: StartKind) -> None:
    """Refuses files, by loading them, that no training of the sweep can set out from."""
    if kind is StartKind.SRRESNET:
        if config.srresnet.init is not None:
            from srgan_core.inference import load_generator

            load_generator(config.srresnet.init, config.scale)
        return
    with open_pair(config.srgan.init, config.scale) as pair:
        training = config.adversarial
        pair.require(config.scale, training.patch_size, training.discriminator.channels)
