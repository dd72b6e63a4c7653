"""Compares two methods, two curves, or the methods that two sweeps share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from srgan_core.errors import ConfigError
from srgan_core.wording import counted
from sweep.analysis.comparison.curve_pairs import CurvePairs
from sweep.analysis.comparison.kinds import common_kind, find_curves
from sweep.analysis.comparison.methods import Key, Scored, Tables, find_methods, read_tables
from sweep.analysis.comparison.operands import Operand
from sweep.analysis.comparison.report import Comparison, Report, Resampling
from sweep.analysis.comparison.resampling import Resampler, paired
from sweep.analysis.comparison.shared import check_same_images, hr_values, shared_metrics
from sweep.analysis.front_report import front_summary
from sweep.analysis.fronts import fronts_of
from sweep.analysis.statistics.bootstrap import Runs, bootstrap_difference
from sweep.analysis.summary import scores_by_dataset
from sweep.metrics.aggregation import aggregation
from sweep.tables.files import read_results
from sweep.tables.metric_file import MetricColumn


def compare(
    first: Operand,
    second: Operand,
    columns: Sequence[str] = (),
    resampling: Resampling | None = None,
) -> Report:
    """Compares two methods, two curves, or two sweeps point by point.

    Args:
        first: What is judged.
        second: What it is judged against.
        columns: Metric columns; every one that both sides have if empty. Of curves, those that
            stand against PSNR.
        resampling: How to bootstrap; 10,000 resamples, seed 0 and 95% if None.

    Returns:
        The comparisons by data set, point and metric, in the order of the first side's tables.

    Raises:
        ConfigError: when a name is unknown, the sides are of two kinds, or share nothing that
            can be compared.
        StoreError: when a table is missing or damaged.
    """
    one = read_tables(first.folder)
    other = one if second.folder == first.folder else read_tables(second.folder)
    kind = common_kind((first, one), (second, other))
    resampler = Resampler(resampling or Resampling())
    if kind == "curve":
        curves = find_curves(one, first.name), find_curves(other, second.name)
        found = CurvePairs(one, other, resampler).compare(*curves, columns)
    else:
        found = _compare_methods(first, second, _Session(one, other, resampler), columns)
    if not found:
        raise ConfigError(f"{first} and {second}: {_nothing(resampler.notes)}")
    order = {name: rank for rank, name in enumerate(dict.fromkeys(c.dataset for c in found))}
    found.sort(key=lambda comparison: order[comparison.dataset])
    areas = (
        [a for t in (one, other) for a in _areas(t.folder, t.metrics)] if kind == "sweep" else []
    )
    notes = (*dict.fromkeys(resampler.notes), *areas)
    return Report(first, second, tuple(found), resampler.resampling, notes)


def _nothing(notes: Sequence[str]) -> str:
    """Words why there is no comparison at all."""
    expected = "expected images and metrics that both were scored with, got none"
    return "; ".join(dict.fromkeys(notes)) or f"{expected}; score both on the same test set"


def _compare_methods(
    first: Operand, second: Operand, session: _Session, columns: Sequence[str]
) -> list[Comparison]:
    """Compares two methods, or two sweeps point by point."""
    metrics = shared_metrics(session.one, session.other, columns)
    if first.name:
        return session.compare("", first.name, second.name, metrics)
    shared = [name for name in session.one.points if name in session.other.points]
    if not shared:
        raise ConfigError(f"{first} and {second}: expected a grid point that both have, got none")
    return [found for name in shared for found in session.compare(name, name, name, metrics)]


class _Session:
    """Two folders, and the draws that all of their comparisons share."""

    def __init__(self, one: Tables, other: Tables, resampler: Resampler) -> None:
        self.one, self.other, self._resampler = one, other, resampler

    def compare(
        self, point: str, left: str, right: str, metrics: Sequence[MetricColumn]
    ) -> list[Comparison]:
        """Compares two methods in every metric on every data set that both have."""
        first, second = find_methods(self.one, left), find_methods(self.other, right)
        found = []
        for key in first:
            if key in second:
                check_same_images(self.one, self.other, key[0])
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
            self._resampler.notes.append(
                f"{key[0]}, {column}: {left_out}, without finite values in both"
            )
        seeds = self._resampler.paired_seeds(*pair)
        first, second = (
            Runs(method.values(column, images, chosen), chosen)
            for method, chosen in zip(pair, seeds, strict=True)
        )
        result = bootstrap_difference(
            first,
            second,
            self._resampler.drawn(first, second),
            higher_is_better=metric.higher_is_better,
            aggregate=aggregation(metric.aggregation),
            confidence=self._resampler.resampling.confidence,
            hr=hr_values(self.one, key[0], metric, images),
        )
        counts = len(first.seeds), len(second.seeds)
        same = paired(first, second)
        return [Comparison(*key, point, metric, len(images), counts, same, result)]


def _areas(folder: Path, metrics: Mapping[str, MetricColumn]) -> list[str]:
    """Words the hypervolumes of a sweep."""
    return [
        f"{folder}: {front.dataset}, {front.axes.y.label}: {front_summary(front)}"
        for front in fronts_of(scores_by_dataset(read_results(folder)), metrics)
    ]
