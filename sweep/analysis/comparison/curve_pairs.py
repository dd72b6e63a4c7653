"""Compares two curves by their mean gaps at equal values of either axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from srgan_core.errors import ConfigError
from srgan_core.wording import counted
from sweep.analysis.comparison.curve_gaps import Axis, curve_gap
from sweep.analysis.comparison.curves import Curve
from sweep.analysis.comparison.methods import Key, Tables
from sweep.analysis.comparison.report import Along, Comparison
from sweep.analysis.comparison.resampling import Resampler, paired
from sweep.analysis.comparison.shared import check_same_images, hr_values, shared_metrics
from sweep.analysis.frontier import pareto_front
from sweep.analysis.statistics.bootstrap import Runs, equal_shares
from sweep.metrics.axes import DISTORTION, axes_beside_distortion
from sweep.tables.columns import decimals_for
from sweep.tables.metric_file import MetricColumn

Sides = tuple[Curve, Curve]


def axes_of_curves(
    one: Tables, other: Tables, columns: Sequence[str]
) -> tuple[MetricColumn, list[MetricColumn]]:
    """Picks PSNR and the metrics that stand against it: those asked for, else the charts'.

    Raises:
        ConfigError: when a column is unknown, or there are no two axes.
    """
    shared = {metric.column: metric for metric in shared_metrics(one, other, ())}
    asked = [metric.column for metric in shared_metrics(one, other, columns)] if columns else []
    chosen = [name for name in asked or axes_beside_distortion(shared) if name != DISTORTION]
    if DISTORTION not in shared or not chosen:
        raise ConfigError(
            f"curves: expected {DISTORTION} and a metric to stand against it, got "
            f"{', '.join(asked or shared) or 'none'}; score with both, or name one with --metric"
        )
    return shared[DISTORTION], [shared[name] for name in chosen]


class CurvePairs:
    """Two folders whose curves are compared; what cannot be is in the resampler's notes.

    Args:
        one: Tables of the first side.
        other: Tables of the second side.
        resampler: Draws, and collects notes.
    """

    def __init__(self, one: Tables, other: Tables, resampler: Resampler) -> None:
        self._one, self._other, self._resampler = one, other, resampler

    def compare(
        self, first: Mapping[Key, Curve], second: Mapping[Key, Curve], columns: Sequence[str]
    ) -> list[Comparison]:
        """Compares two curves on every data set that both have, at equal values of either axis.

        Raises:
            ConfigError: when a column is unknown, or data sets of one name differ.
        """
        distortion, others = axes_of_curves(self._one, self._other, columns)
        found = []
        for key in first:
            if key in second:
                check_same_images(self._one, self._other, key[0])
                sides = first[key], second[key]
                if self._are_curves(key[0], sides):
                    for metric in others:
                        found += self._on_axes(key, sides, (distortion, metric))
        return found

    def _are_curves(self, dataset: str, sides: Sides) -> bool:
        """Notes what the sides consist of, what was left out, and what is too short."""
        folders = self._one.folder, self._other.folder
        short = [side.shortage(folder) for side, folder in zip(sides, folders, strict=True)]
        for name, curve, shortage in zip("AB", sides, short, strict=True):
            notes = [*curve.remarks, *([shortage] if shortage else [])]
            self._resampler.notes += [f"{dataset}, {name}: {note}" for note in notes]
            if not any(short):
                # The same on every data set, unless something was left out there.
                where = f"{dataset}, " if curve.remarks else ""
                self._resampler.notes.append(f"{where}{name}: {curve.places}")
        return not any(short)

    def _on_axes(
        self, key: Key, sides: Sides, metrics: tuple[MetricColumn, MetricColumn]
    ) -> list[Comparison]:
        """Compares two curves on one pair of axes, both ways."""
        images = self._images(key[0], sides, metrics)
        if not images:
            return []
        seeds = self._resampler.paired_seeds(*sides)
        x, y = (
            Axis(
                metric,
                (
                    sides[0].values(metric.column, images, seeds[0]),
                    sides[1].values(metric.column, images, seeds[1]),
                ),
                hr_values(self._one, key[0], metric, images),
            )
            for metric in metrics
        )
        self._note_turns(key[0], sides, x, y)
        runs = Runs(x.values[0][0], seeds[0]), Runs(x.values[1][0], seeds[1])
        pairs = [self._gap(key, runs, along, judged) for along, judged in ((y, x), (x, y))]
        return [comparison for comparison in pairs if comparison is not None]

    def _images(self, dataset: str, sides: Sides, metrics: Sequence[MetricColumn]) -> list[str]:
        """Lists the images with finite values in both metrics at every point of both sides."""
        columns = [metric.column for metric in metrics]
        theirs = set(sides[1].images(columns))
        images = [name for name in sides[0].images(columns) if name in theirs]
        total = len(sides[0].all_images | sides[1].all_images)
        if len(images) < total:
            self._resampler.notes.append(
                f"{dataset}, {' and '.join(columns)}: {total - len(images)} of "
                f"{counted(total, 'image')} left out, without finite values at every point of both"
            )
        return images

    def _note_turns(self, dataset: str, sides: Sides, x: Axis, y: Axis) -> None:
        """Says where a curve has points that others of its own dominate."""
        turns = []
        for side, curve in enumerate(sides):
            merits = (axis.measured(side)[1].tolist() for axis in (x, y))
            directions = x.metric.direction, y.metric.direction
            front = pareto_front(list(zip(*merits, strict=True)), directions)
            behind = [place for index, place in enumerate(curve.names) if index not in front]
            if behind:
                turns.append(f"{'AB'[side]}'s {curve.axis} {', '.join(behind)}")
        if turns:
            self._resampler.notes.append(
                f"{dataset}, {y.metric.column}: no tradeoff at {' and '.join(turns)}: dominated by "
                "others of the same curve"
            )

    def _gap(
        self, key: Key, runs: tuple[Runs, Runs], along: Axis, judged: Axis
    ) -> Comparison | None:
        how, notes = self._resampler.resampling, self._resampler.notes
        where = f"{key[0]}, {judged.metric.column} at equal {along.metric.column}"
        found = curve_gap(along, judged, self._resampler.drawn(*runs), how.confidence)
        if found is None:
            notes.append(f"{where}: no common range: {_ranges(along)}")
            return None
        if found.lost:
            lost = f"{found.lost} of {how.resamples} resamples left out, without common range"
            notes.append(f"{where}: {lost}{'' if found.is_certain else ': too many for a verdict'}")
        return Comparison(
            *key,
            "",
            judged.metric,
            runs[0].values.shape[1],
            (len(runs[0].seeds), len(runs[1].seeds)),
            paired(*runs),
            found.difference,
            Along(along.metric, found.low, found.high),
        )


def _ranges(axis: Axis) -> str:
    """Words from where to where either curve reaches, and HR's own value where that is why."""
    spans = [axis.measured(side)[0] for side in range(2)]
    decimals = decimals_for(float(value) for span in spans for value in span)
    one, other = (f"{span.min():.{decimals}f} to {span.max():.{decimals}f}" for span in spans)
    bound = axis.bound(equal_shares(axis.values[0].shape[2]))
    meet = max(span.min() for span in spans) < min(span.max() for span in spans)
    hr = (
        f", all of it beyond HR's own {bound[0]:.{decimals}f}" if meet and bound is not None else ""
    )
    return f"A has {one}, B {other}{hr}"
