"""Compares two methods, or the methods that two sweeps share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.wording import counted
from sweep.analysis.comparison.methods import Key, Scored, Tables, find_methods, read_tables
from sweep.analysis.comparison.operands import Operand
from sweep.analysis.comparison.report import Comparison, Report, Resampling
from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import fronts_of
from sweep.analysis.statistics.bootstrap import Draws, Runs, bootstrap_difference, draw
from sweep.analysis.summary import scores_by_dataset
from sweep.metrics.aggregation import aggregation
from sweep.store.states import Method
from sweep.tables.files import read_results
from sweep.tables.metric_file import MetricColumn

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SET_ALONE = "set"
"""Aggregation of metrics that have no value for a single image."""


def compare(
    first: Operand,
    second: Operand,
    columns: Sequence[str] = (),
    resampling: Resampling | None = None,
) -> Report:
    """Compares two methods, or two sweeps point by point.

    Args:
        first: What is judged.
        second: What it is judged against.
        columns: Metric columns; every one that both sides have if empty.
        resampling: How to bootstrap; 10,000 resamples, seed 0 and 95% if None.

    Returns:
        The comparisons by data set, point and metric, in the order of the first side's tables.

    Raises:
        ConfigError: when a name is unknown, or the sides share no data set or no metric.
        StoreError: when a table is missing or damaged.
    """
    one = read_tables(first.folder)
    other = one if second.folder == first.folder else read_tables(second.folder)
    if bool(first.name) != bool(second.name):
        raise ConfigError(
            f"{first} and {second}: expected two sweeps or two methods, got one of each; "
            f"name a method of {first.folder if second.name else second.folder}"
        )
    shared = [name for name in one.points if name in other.points]
    if not first.name and not shared:
        raise ConfigError(f"{first} and {second}: expected a grid point that both have, got none")
    session = _Session(one, other, resampling or Resampling())
    metrics = _metrics(one, other, columns)
    found: list[Comparison] = []
    pairs = [("", first.name, second.name)] if first.name else [(n, n, n) for n in shared]
    for point, left, right in pairs:
        found += session.compare(point, left, right, metrics)
    if not found:
        raise ConfigError(
            f"{first} and {second}: expected images and metrics that both were scored with, got "
            "none; score both on the same test set"
        )
    order = {name: rank for rank, name in enumerate(dict.fromkeys(c.dataset for c in found))}
    found.sort(key=lambda comparison: order[comparison.dataset])
    areas = [] if first.name else [a for t in (one, other) for a in _areas(t.folder, t.metrics)]
    notes = (*dict.fromkeys(session.notes), *areas)
    return Report(first, second, tuple(found), session.resampling, notes)


class _Session:
    """Two folders, and the draws that all of their comparisons share."""

    def __init__(self, one: Tables, other: Tables, resampling: Resampling) -> None:
        self._one, self._other, self.resampling = one, other, resampling
        self._draws: dict[tuple[int, int, bool, int], Draws] = {}
        self.notes: list[str] = []

    def compare(
        self, point: str, left: str, right: str, metrics: Sequence[MetricColumn]
    ) -> list[Comparison]:
        """Compares two methods in every metric on every data set that both have."""
        first, second = find_methods(self._one, left), find_methods(self._other, right)
        found = []
        for key in first:
            if key in second:
                _check_same_images(self._one, self._other, key[0])
                for metric in metrics:
                    pair = first[key], second[key]
                    found += self._one_metric(key, point, pair, metric)
        return found

    def _one_metric(
        self, key: Key, point: str, pair: tuple[Scored, Scored], metric: MetricColumn
    ) -> list[Comparison]:
        column = metric.column
        theirs = set(pair[1].images(column))
        images = [name for name in pair[0].images(column) if name in theirs]
        if not images:
            return []
        total = len({*pair[0].rows["image"], *pair[1].rows["image"]})
        if len(images) < total:
            left_out = f"{total - len(images)} of {counted(total, 'image')} left out"
            self.notes.append(f"{key[0]}, {column}: {left_out}, without finite values in both")
        seeds = self._paired_seeds(*pair)
        first, second = (
            Runs(method.values(column, images, chosen), chosen)
            for method, chosen in zip(pair, seeds, strict=True)
        )
        hr = self._hr(key, metric, images)
        result = bootstrap_difference(
            first,
            second,
            self._drawn(first, second),
            higher_is_better=metric.higher_is_better,
            aggregate=aggregation(metric.aggregation),
            confidence=self.resampling.confidence,
            hr=hr,
        )
        counts = len(first.seeds), len(second.seeds)
        paired = bool(first.seeds) and first.seeds == second.seeds
        return [Comparison(*key, point, metric, len(images), counts, paired, result)]

    def _paired_seeds(self, first: Scored, second: Scored) -> list[tuple[int, ...]]:
        """Keeps the seeds that both have, where those are two or more."""
        both = tuple(seed for seed in first.seeds if seed in second.seeds)
        if len(both) < 2 or first.seeds == second.seeds:
            return [first.seeds, second.seeds]
        alone = sorted({*first.seeds, *second.seeds} - {*both})
        self.notes.append(f"seed {', '.join(map(str, alone))} left out: one side lacks it")
        return [both, both]

    def _drawn(self, first: Runs, second: Runs) -> Draws:
        paired = bool(first.seeds) and first.seeds == second.seeds
        shape = len(first.values), len(second.values), paired, first.values.shape[1]
        if shape not in self._draws:
            resampling = self.resampling
            self._draws[shape] = draw(first, second, resampling.resamples, resampling.seed)
        return self._draws[shape]

    def _hr(
        self, key: Key, metric: MetricColumn, images: Sequence[str]
    ) -> NDArray[np.float64] | None:
        """Values of the HR images themselves; None where the metric has none."""
        rows = self._one.images
        rows = rows[(rows["method"] == Method.ORIGINAL) & (rows["dataset"] == key[0])]
        if metric.reference != "none" or metric.column not in rows:
            return None
        values = rows.set_index("image")[metric.column].reindex(list(images))
        return None if values.isna().any() else values.to_numpy(dtype=float)


def _metrics(one: Tables, other: Tables, columns: Sequence[str]) -> list[MetricColumn]:
    """Picks the metrics to compare in, in the order of the first folder's file."""
    shared = [
        name
        for name, metric in one.metrics.items()
        if name in other.metrics
        and metric.aggregation != SET_ALONE
        and name in one.images
        and name in other.images
    ]
    for column in columns:
        if column not in shared:
            known = one.metrics.get(column)
            if known is not None and known.aggregation == SET_ALONE:
                raise ConfigError(
                    f"{column}: expected a metric with a value for every image, got one of a "
                    f"whole set; choose from {', '.join(shared)}"
                )
            raise ConfigError(unknown_name("metric", column, shared))
    return [one.metrics[name] for name in shared if not columns or name in columns]


def _check_same_images(one: Tables, other: Tables, dataset: str) -> None:
    """Refuses data sets of one name with different photographs."""
    ours, theirs = one.hr_hashes.get(dataset, {}), other.hr_hashes.get(dataset, {})
    differing = sorted(n for n in ours if n in theirs and ours[n] != theirs[n])
    if differing:
        raise ConfigError(
            f"{dataset}: expected the same HR images in {one.folder} and {other.folder}, got "
            f"different ones as {', '.join(differing[:3])}; score both on one test set"
        )


def _areas(folder: Path, metrics: Mapping[str, MetricColumn]) -> list[str]:
    """Words the hypervolumes of a sweep."""
    return [
        f"{folder}: {front.dataset}, {front.axes.y.label}: {front_summary(front)}"
        for front in fronts_of(scores_by_dataset(read_results(folder)), metrics)
    ]
