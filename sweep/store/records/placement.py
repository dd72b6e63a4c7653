"""`placements.json`: which coefficients were placed in the gaps of a sweep's curves, and why."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from sweep.config.axis_names import Setting
from sweep.config.grid import Curve
from sweep.config.names import StartKind
from sweep.store.records.base import SCHEMA, Integer, Number, Record, VersionedRecord


class PlacedPoint(Record):
    """One coefficient of one curve.

    Attributes:
        start: End of the curve that its trials set out from.
        content: Their content loss.
        setting: Their place on the further axes of the grid that apply to them.
        adv: The coefficient.
        low: Coefficient at the lower end of the gap that it was placed in.
        high: Coefficient at the upper end.
        gap: Length of the gap in the plane of the decision, 1 for the width of the front.
    """

    start: StartKind
    content: str
    setting: Setting = ()
    adv: Number
    low: Number
    high: Number
    gap: Number

    @property
    def curve(self) -> Curve:
        """The curve that it belongs to."""
        return self.start, self.content, self.setting


class Placement(Record):
    """One decision: what was placed at once, before any of it was trained.

    Attributes:
        dataset: Test set whose scores decided.
        axes: Columns of the plane.
        ideal: The best of the front on each axis, which counts as 0; None while nothing is scored.
        nadir: The worst of the front on each axis, which counts as 1.
        points: What was placed; nothing where no curve had a gap left to place in.
    """

    dataset: str
    axes: tuple[str, str]
    ideal: tuple[Number, Number] | None
    nadir: tuple[Number, Number] | None
    points: tuple[PlacedPoint, ...]


class Placements(VersionedRecord):
    """All decisions in their order.

    Attributes:
        at_once: How many coefficients are placed at a time, as the first run decided.
        decisions: The decisions, oldest first.
    """

    REMEDY: ClassVar[str] = "put a copy back; without it nothing tells which trials were placed"

    at_once: Integer | None = None
    decisions: tuple[Placement, ...] = Field(default=())

    @property
    def points(self) -> tuple[PlacedPoint, ...]:
        """Everything that was placed, oldest first."""
        return tuple(point for decision in self.decisions for point in decision.points)

    @property
    def coefficients(self) -> dict[Curve, list[float]]:
        """Curve to its placed coefficients, oldest first."""
        placed: dict[Curve, list[float]] = {}
        for point in self.points:
            placed.setdefault(point.curve, []).append(point.adv)
        return placed

    @property
    def is_settled(self) -> bool:
        """Whether the latest decision was to place nothing more."""
        return bool(self.decisions) and not self.decisions[-1].points

    def with_decision(self, decision: Placement, at_once: int) -> Placements:
        """The same with one more decision; to place nothing is decided once."""
        kept = self.decisions[:-1] if self.is_settled else self.decisions
        return Placements(schema_version=SCHEMA, at_once=at_once, decisions=(*kept, decision))

    def joined(self, other: Placements) -> Placements:
        """The same with the decisions of another folder that this one does not know."""
        further = [each for each in other.decisions if each not in self.decisions]
        return Placements(
            schema_version=SCHEMA,
            at_once=self.at_once or other.at_once,
            decisions=(*self.decisions, *further),
        )
