"""Estimates what is left of a plan: steps, hours, memory, disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from srgan_core.feature_cuts import FEATURE_CUTS
from srgan_core.training.config import TrainingSpec
from sweep.config.axis_names import TRAINING, setting_parts
from sweep.config.names import StartKind
from sweep.planning.disk import disk_needed
from sweep.planning.machine import trial_memory
from sweep.planning.plan import Plan
from sweep.store.folder import SweepStore
from sweep.store.trial_folder import TrialFolder

if TYPE_CHECKING:
    from sweep.planning.calibration import StepCost

STARTS = {StartKind.SRRESNET: "SRResNet", StartKind.SRGAN: "pair"}
"""Kinds of the trainings that all trials of a seed wait for."""

PLACED = "to be placed, at most"
"""Kind of the trials whose coefficients are not known yet: the costliest loss and setting."""

SCORING_SECONDS = 5.0
"""Restoring and scoring five small images, networks loaded."""

COSTLY_AXES = frozenset(
    f"{TRAINING}.{name}"
    for name in (
        *("batch_size", "patch_size", "accumulate", "precision", "compile"),
        "discriminator.channels",
    )
)
"""Axes on which the cost of a step depends."""

OnKind = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Kind:
    """Trainings whose steps cost the same.

    Attributes:
        name: Content loss, with or without an adversary.
        trainings: How many of them are left.
        steps: Steps of the generator that are left, over all of them.
        warmup_steps: Steps that are left of their discriminators' warm-up.
        cost: What one step costs.
    """

    name: str
    trainings: int
    steps: int
    warmup_steps: int
    cost: StepCost

    @property
    def seconds(self) -> float:
        """Time of all steps, one after the other."""
        return self.steps * self.cost.seconds + self.warmup_steps * self.cost.warmup_seconds


@dataclass(frozen=True)
class Estimate:
    """Cost of what is left to do.

    Attributes:
        kinds: Trainings by what their steps cost.
        trials_left: Trials that are not finished, those that may still be placed among them.
        steps_done: Steps of finished and begun trials, warm-ups included.
        seconds: Training and scoring.
        memory_gb: Peak of the trials that run at once.
        disk_gb: Images, generators, and the checkpoints of running trials.
    """

    kinds: tuple[Kind, ...]
    trials_left: int
    steps_done: int
    seconds: float
    memory_gb: float
    disk_gb: float

    @property
    def steps_left(self) -> int:
        """Steps that are left, warm-ups included."""
        return sum(kind.steps + kind.warmup_steps for kind in self.kinds)

    @property
    def duration(self) -> str:
        """Hours, minutes and seconds."""
        return str(timedelta(seconds=round(self.seconds)))


@dataclass
class _Left:
    """What of the trainings of one kind is left."""

    spec: TrainingSpec
    trainings: int = 0
    steps: int = 0
    warmup_steps: int = 0


def estimate(
    store: SweepStore,
    plan: Plan,
    jobs: int = 1,
    on_kind: OnKind = lambda name, index, count: None,
) -> Estimate:
    """Estimates time, memory and disk from a few steps of every kind, timed here and now.

    Args:
        store: Results folder, for what is done already.
        plan: What is going to be done.
        jobs: Trials at once.
        on_kind: Told which kind of step is about to be timed: its name, its number from 0,
            and how many kinds there are.

    Returns:
        The estimate. It knows nothing of what else the machine will be busy with, nor of the
        speed that several trials at once take from each other.
    """
    from srgan_core.training.hardware import resolve_device
    from sweep.planning.calibration import measure_step

    device = resolve_device(plan.device)
    left, done = _what_is_left(store, plan)
    if further := plan.most_further_trials(store):
        left[PLACED] = _to_be_placed(plan, further)
    kinds = []
    for index, (name, part) in enumerate(left.items()):
        on_kind(name, index, len(left))
        cost = measure_step(part.spec, device)
        kinds.append(Kind(name, part.trainings, part.steps, part.warmup_steps, cost))
    known = sum(not store.trial(trial.name).state.is_finished for trial in plan.asked)
    trials_left = known + further
    slots = min(jobs, max(1, trials_left))
    scoring = SCORING_SECONDS * trials_left * len(plan.sets)
    # Trials begin when the starts are there, of which there is one of a kind for each seed.
    first = sum(kind.seconds for kind in kinds if kind.name in STARTS.values())
    then = sum(kind.seconds for kind in kinds) - first + scoring
    return Estimate(
        kinds=tuple(kinds),
        trials_left=trials_left,
        steps_done=done,
        seconds=first / min(jobs, len(plan.config.grid.seeds)) + then / slots,
        memory_gb=_memory(plan, kinds, slots) / 1e9,
        disk_gb=disk_needed(store, plan, jobs) / 1e9,
    )


def _trainings(store: SweepStore, plan: Plan) -> Iterator[tuple[str, TrialFolder, TrainingSpec]]:
    for start in plan.starts.values():
        if start.spec is not None:
            yield STARTS[start.kind], store.generator(start.name), start.spec
    for trial in plan.asked:
        costly = setting_parts(tuple(part for part in trial.setting if part[0] in COSTLY_AXES))
        kind = (trial.content, "with D" if trial.adv else "without D", *costly)
        yield " ".join(kind), store.trial(trial.name), trial.spec


def _what_is_left(store: SweepStore, plan: Plan) -> tuple[dict[str, _Left], int]:
    """Steps by kind, and steps that are behind."""
    left: dict[str, _Left] = {}
    done = 0
    warmed: set[str] = set()
    for name, files, spec in _trainings(store, plan):
        warmup = spec.warmup_steps
        digest = spec.warmup_digest()
        if digest in warmed:
            # It is shared by the trials of a seed.
            warmup = 0
        elif warmup:
            warmed.add(digest)
        behind = warmup + spec.training.steps
        if not files.state.is_trained:
            behind = _checkpointed(files)
            part = left.setdefault(name, _Left(spec))
            part.trainings += 1
            part.warmup_steps += max(0, warmup - behind)
            part.steps += spec.training.steps - max(0, behind - warmup)
        done += behind
    return left, done


def _to_be_placed(plan: Plan, trials: int) -> _Left:
    """Trials with a discriminator, which the given ones have warmed up."""
    spec = max((trial.spec for trial in plan.asked if trial.adv), key=_costliness)
    return _Left(spec, trials, trials * spec.training.steps)


def _costliness(spec: TrainingSpec) -> tuple[int, ...]:
    """Orders trials by their cost; of a grid, which has all combinations, one leads in all."""
    training = spec.training
    pixels = training.steps * training.batch_size * training.patch_size**2
    width = training.discriminator.channels
    return content_depth(spec.content), pixels, width, training.accumulate


def content_depth(content: str) -> int:
    """Layers of the network behind a content loss: the deeper, the longer a step takes."""
    return FEATURE_CUTS[content].stop if content in FEATURE_CUTS else 0


def _checkpointed(files: TrialFolder) -> int:
    """Step of the newest checkpoint, from which a training goes on."""
    names = [path.name for path in files.checkpoints.glob("*") if path.name.isdigit()]
    return int(max(names, default="0"))


def _memory(plan: Plan, kinds: list[Kind], slots: int) -> float:
    """What was measured on a GPU, what is known of such steps on a CPU."""
    measured = [kind.cost.peak_bytes for kind in kinds if kind.cost.peak_bytes is not None]
    known = (trial_memory(trial.spec.training) for trial in plan.asked)
    return slots * (max(measured) if measured else max(known))
