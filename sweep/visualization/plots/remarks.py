"""Words about the points of a chart: what is not drawn, what is left out, what is beyond HR."""

from __future__ import annotations

import math

from sweep.analysis.summary import DatasetScores
from sweep.store.states import Method
from sweep.tables import columns as names
from sweep.tables.columns import CURVE
from sweep.tables.metric_file import MetricColumn
from sweep.tables.ranking import hr_value, is_healthy, is_scored


def not_drawn(scores: DatasetScores) -> list[str]:
    """Names the trials without scores and why, as `vgg54 λ 0.01 (diverged)`.

    Returns:
        Names in the order of the table, seeds where there are several; then whatever has an
        infinite score.
    """
    trials = [row for row in scores.rows if row["method"] == Method.SRGAN]
    several = len({row["seed"] for row in trials}) > 1
    among = [row["adv"] for row in trials]
    seeds: dict[tuple[str, str], list[str]] = {}
    for row in trials:
        if not is_scored(row):
            name = f"{row[CURVE]} λ {names.adv_text(row['adv'], among)}"
            seeds.setdefault((name, row["status"]), []).append(str(row["seed"]))
    unscored = [
        f"{name}{' seed ' + ' + '.join(missing) if several else ''} ({status})"
        for (name, status), missing in seeds.items()
    ]
    # What has no place on an axis: images that equal HR have an infinite PSNR.
    infinite = [
        f"{row['trial']} ({', '.join(columns)} inf, equal to HR)"
        for row in scores.rows
        if (columns := [c for c in names.METRICS if row[c] in (math.inf, -math.inf)])
    ]
    return unscored + infinite


def left_out(scores: DatasetScores) -> list[str]:
    """Names the points that health keeps out of the front, as `mse λ 0.01 (reason)`."""
    among = [mean["adv"] for mean in scores.means]
    return [
        f"{mean[CURVE]} λ {names.adv_text(mean['adv'], among)} ({mean['health']})"
        for mean in scores.means
        if not is_healthy(mean)
    ]


def any_beyond_hr(scores: DatasetScores, metric: MetricColumn) -> bool:
    """Tells whether some generator's value is better than that of the HR images."""
    hr = hr_value(metric, scores.rows)
    values = [row[metric.column] for row in scores.rows]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    return any(metric.merit(value, hr) != value for value in finite)
