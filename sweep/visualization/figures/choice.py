"""Chooses the trials that a comparison shows.

The rule: look at the first data set, at the healthy generators that were scored, and at their
front over fidelity and the perceptual metric, as the charts have it. Each content loss sends its
best point by the perceptual metric: of those on the front if it has any, else of all. If there
are more places than losses, the best remaining points of the front fill them; if there are fewer,
the best of the sent ones stay. Of several seeds the first is shown. The order is that of the
table. Equal values go to the earlier row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sweep.analysis.fronts import DISTORTION, Point, front_of
from sweep.analysis.summary import DatasetScores
from sweep.store.states import Method
from sweep.tables.columns import CURVE
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import is_healthy, is_scored

PLACES = 4
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
    sent: dict[str, Point] = {}
    for point in order:
        sent.setdefault(point.curve, point)
    rest = [point for point in order if point.on_front and point not in sent.values()]
    return [*sorted(sent.values(), key=cost), *rest][:places]
