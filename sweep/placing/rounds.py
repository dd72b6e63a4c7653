"""Has the next coefficients of a sweep placed and recorded, before any of them is trained."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, isfinite

from sweep.execution.jobs.context import Event
from sweep.metrics.axes import first_axes
from sweep.placing.curves import Plane
from sweep.placing.deciding import account, decide, describe_point
from sweep.planning.adaptive import require_two_axes
from sweep.planning.plan import Plan
from sweep.scoring.aggregation import summarise
from sweep.store.folder import SweepStore
from sweep.store.states import Method

OnEvent = Callable[[Event], None]


def place_next(store: SweepStore, plan: Plan, jobs: int, on_event: OnEvent) -> Plan | None:
    """Decides what is trained next and writes it into placements.json.

    How many are placed at a time is fixed by the first decision in a folder, enough to keep
    `jobs` trials going: a run that goes on decides the same with any number of jobs.

    Returns:
        The plan with the new trials, of which `on_event` is told; None when there are none.
    """
    room = plan.unplaced(store)
    if room == 0 or plan.adaptive is None:
        return None
    known = store.read_placements()
    at_once = known.at_once or ceil(jobs / len(plan.adaptive.grid.seeds))
    trials, plane = plan.on_curves(store), _plane(store, plan)
    decision = decide(store, trials, plan.starts, plane, min(at_once, room))
    placements = known.with_decision(decision, at_once)
    if placements != known:
        store.write_placements(placements)
    if not decision.points:
        return None
    texts = {(point.curve, point.adv): describe_point(point) for point in decision.points}
    placed = plan.with_placed(placements.coefficients)
    for trial in placed.asked:
        if text := texts.get((trial.curve, trial.adv)):
            fields = {"iterations": trial.spec.iterations, "message": text}
            on_event(Event(trial.name, "placed", fields))
    return placed


def account_of(store: SweepStore, plan: Plan) -> tuple[str, ...]:
    """Says what became of a plan that places coefficients; nothing of another one."""
    if plan.adaptive is None or plan.adaptive.grid.trials is None:
        return ()
    settled = store.read_placements().is_settled
    most, trials = plan.adaptive.grid.trials, plan.on_curves(store)
    return tuple(account(store, trials, _plane(store, plan), most, settled))


def _plane(store: SweepStore, plan: Plan) -> Plane:
    """The chart of the first test set, by the first columns that have a value on it.

    NIQE has none on small images: bicubic, which is scored first, shows it.
    """
    dataset = plan.sets[0].name
    scores = store.read_reference_scores(dataset)
    means = summarise(list(scores.bicubic.values()))
    means |= scores.set_scores.get(Method.BICUBIC, {})
    measured = [column for column, value in means.items() if isfinite(value)]
    return Plane(dataset, first_axes(measured) or require_two_axes(plan.config))
