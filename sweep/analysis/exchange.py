"""What the adversarial coefficient buys: one metric's change for another's, along each curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sweep.analysis.fronts import Front, Point
from sweep.tables.columns import adv_text
from sweep.tables.metric_file import MetricColumn


@dataclass(frozen=True)
class Exchange:
    """The control of a curve, λ 0, and its healthy trial with the largest coefficient."""

    control: Point
    last: Point

    @property
    def beyond_intervals(self) -> bool:
        """Whether the intervals of both on the perceptual axis have no value in common."""
        halves = (self.control.y_half or 0.0) + (self.last.y_half or 0.0)
        return abs(self.last.y - self.control.y) > halves

    @property
    def has_intervals(self) -> bool:
        """Whether both are means over several seeds."""
        return self.control.y_half is not None and self.last.y_half is not None


def exchanges_of(front: Front) -> list[Exchange]:
    """Finds what each curve exchanges; one without a healthy control or trial has no place."""
    found = []
    for points in front.lines.values():
        healthy = [point for point in points if not point.health]
        if len(healthy) > 1 and healthy[0].adv == 0:
            found.append(Exchange(healthy[0], healthy[-1]))
    return found


def exchange_sentence(front: Front) -> str:
    """Says what λ buys: `λ 0 to 0.01: PSNR 1.2 to 1.5 dB worse, NIQE 0.6 to 1.6 better`.

    Over several seeds a second line counts the curves whose change is beyond the intervals. Empty
    where no curve has a control.
    """
    exchanges = exchanges_of(front)
    if not exchanges:
        return ""
    coefficients = sorted({exchange.last.adv or 0.0 for exchange in exchanges})
    tops = " or ".join(adv_text(value, coefficients) for value in coefficients)
    x = _change(front.axes.x, [e.last.x - e.control.x for e in exchanges])
    y = _change(front.axes.y, [e.last.y - e.control.y for e in exchanges])
    text = f"λ 0 to {tops}: {x}, {y}"
    if all(exchange.has_intervals for exchange in exchanges):
        y_name = short_label(front.axes.y)
        beyond = sum(exchange.beyond_intervals for exchange in exchanges)
        text += f"\n({y_name} beyond the bars for {beyond} of {len(exchanges)})"
    return text


def short_label(metric: MetricColumn) -> str:
    """Label of a metric without what stands in parentheses: `PSNR`, `LPIPS`."""
    return metric.label.split(" (")[0]


def _change(metric: MetricColumn, steps: Sequence[float]) -> str:
    """Words the least and the greatest of some changes of a metric."""
    gains = sorted(step if metric.higher_is_better else -step for step in steps)
    low, high = gains[0], gains[-1]
    unit = f" {metric.unit}" if metric.unit else ""
    if low < 0 < high:
        change = f"{_amount(low)}{unit} worse to {_amount(high)}{unit} better"
        return f"{short_label(metric)} {change}"
    ends = dict.fromkeys(map(_amount, sorted((low, high), key=abs)))
    word = "worse" if low < 0 else "better"
    return f"{short_label(metric)} {' to '.join(ends)}{unit} {word}"


def _amount(step: float) -> str:
    """Size of a change with two significant digits, of which the third decimal is the last."""
    return f"{round(abs(step), 3):.2g}"
