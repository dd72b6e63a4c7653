"""Chooses the trials that a comparison shows.

The rule: look at the first data set, at the healthy generators that were scored, and at their
front over fidelity and the perceptual metric, as the charts have it. Each curve sends its best
point by the perceptual metric: of those on the front if it has any, else of all. The best of the
sent is the headline; it is always shown, and so is the control of its curve, λ 0, beside which it
has to be seen. Then come the other sent ones, the best first, the best remaining points of the
front, the rest of the headline's curve and whatever remains, until the places are taken. Of
several seeds the first is shown. The order is that of the table. Equal values go to the earlier
row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.analysis.fronts import Point, front_of
from sweep.analysis.summary import DatasetScores
from sweep.metrics.axes import DISTORTION
from sweep.store.states import Method
from sweep.tables.columns import CURVE
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import is_healthy, is_scored

PLACES = 5
"""With bicubic, SRResNet and HR they fill two rows of four."""

PERCEPTION = "lpips_alex"


def choose_trials(
    datasets: Sequence[DatasetScores], metrics: Mapping[str, MetricColumn], places: int = PLACES
) -> list[str]:
    """Chooses trials whose images tell the tradeoff: folder names in the order of the table.

    Without `psnr_y` and `lpips_alex` the first healthy trial of each content loss is chosen.

    Args:
        datasets: What was scored; the first one decides.
        metrics: Column to metric.
        places: How many trials to choose at most.
    """
    if not datasets:
        return []
    scores = datasets[0]
    trials = [
        row
        for row in scores.rows
        if row["method"] == Method.SRGAN and is_scored(row) and is_healthy(row)
    ]
    points: list[Point] = []
    if {DISTORTION, PERCEPTION} <= metrics.keys():
        front = front_of(scores, metrics[DISTORTION], metrics[PERCEPTION])
        points = [p for line in front.lines.values() for p in line if not p.health]
    if points:
        chosen = {point.trials[0] for point in _best(points, metrics[PERCEPTION], places)}
    else:
        firsts = {row[CURVE]: row["trial"] for row in reversed(trials)}
        chosen = set(list(firsts.values())[::-1][:places])
    return [row["trial"] for row in trials if row["trial"] in chosen]


def _best(points: Sequence[Point], metric: MetricColumn, places: int) -> list[Point]:
    def cost(point: Point) -> float:
        return -point.y if metric.higher_is_better else point.y

    # Stable sort: points of the front first, then by the metric, then as in the table.
    order = sorted(points, key=lambda point: (not point.on_front, cost(point)))
    best: dict[str, Point] = {}
    for point in order:
        best.setdefault(point.curve, point)
    sent = sorted(best.values(), key=cost)
    headline = sent[0]
    control = [p for p in points if p.curve == headline.curve and p.adv == 0]
    front = [point for point in order if point.on_front]
    beside = [point for point in order if point.curve == headline.curve]
    # Each point once, at its first place.
    listed = (headline, *control, *sent, *front, *beside, *order)
    return list({id(point): point for point in listed}.values())[:places]
