"""Decides which coefficients a sweep places next, and says how its curves stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import chain

from srgan_core.wording import counted
from sweep.analysis.placing import Curves, frame_of, place
from sweep.config.axis_names import setting_parts
from sweep.config.grid import Curve, Starts, Trial
from sweep.config.numbers import shortest_decimal
from sweep.metrics.registry import find_metric
from sweep.placing.curves import Plane, read_curves, read_starts
from sweep.store.folder import SweepStore
from sweep.store.records.placement import PlacedPoint, Placement


def decide(
    store: SweepStore, trials: Sequence[Trial], starts: Starts, plane: Plane, count: int
) -> Placement:
    """Places at most `count` coefficients on the curves of some trials, without writing anything.

    Returns:
        The decision; without points where no curve has a gap to place in.
    """
    x, y = (find_metric(column).direction for column in plane.axes)
    curves = read_curves(store, trials, plane)
    points = chain(read_starts(store, starts, plane), *curves.values())
    frame = frame_of(points, (x, y))
    gaps = place(curves, frame, count) if frame else []
    return Placement(
        dataset=plane.dataset,
        axes=plane.axes,
        ideal=frame.ideal if frame else None,
        nadir=frame.nadir if frame else None,
        points=tuple(
            PlacedPoint(
                start=gap.curve[0],
                content=gap.curve[1],
                setting=gap.curve[2],
                adv=gap.adv,
                low=gap.low,
                high=gap.high,
                gap=gap.length,
            )
            for gap in gaps
        ),
    )


def describe_point(point: PlacedPoint) -> str:
    """Words a placed coefficient, as `lambda 0.001 placed between 0.0001 and 0.01, 0.73 apart`."""
    adv, low, high = map(shortest_decimal, (point.adv, point.low, point.high))
    return f"lambda {adv} placed between {low} and {high}, {point.gap:.2f} apart"


def account(
    store: SweepStore, trials: Sequence[Trial], plane: Plane, most: int, settled: bool
) -> Iterator[str]:
    """Says how many trials each curve got, and why some got no more.

    Args:
        store: The results folder.
        trials: The trials of its curves.
        plane: Where gaps are measured.
        most: Trials that were allowed.
        settled: Whether it was decided to place nothing more though more were allowed.
    """
    got = Counter(trial.curve for trial in trials)
    counts = ", ".join(f"{_name(curve, got)} {number}" for curve, number in got.items())
    yield f"trials of each curve: {counts}; at most {most} were allowed"
    curves = read_curves(store, trials, plane)
    for curve, points in curves.items():
        diverged = [shortest_decimal(point.adv) for point in points if point.diverged]
        if diverged:
            is_all = diverged[0] == "0"
            left = "no curve is left" if is_all else f"the curve ends below {diverged[0]}"
            yield f"{_name(curve, got)}: lambda {', '.join(diverged)} diverged: {left}"
    if settled:
        yield from _why_settled(curves, got)


def _why_settled(curves: Curves, got: Counter[Curve]) -> Iterator[str]:
    for curve, points in curves.items():
        scored = sum(bool(point.places) for point in points)
        why = "its neighbours are within noise, as close as coefficients are placed, or unscored"
        if scored < 2:
            why = f"{counted(scored, 'coefficient')} of it can be compared, and a gap takes two"
        yield f"{_name(curve, got)}: no gap is left to place in: {why}"


def _name(curve: Curve, among: Counter[Curve]) -> str:
    """A content loss and its setting, with its start where there are both."""
    start, content, setting = curve
    name = " ".join((content, *setting_parts(setting)))
    return f"{name} from {start}" if len({each for each, *_ in among}) > 1 else name
