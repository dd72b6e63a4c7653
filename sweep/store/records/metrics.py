"""`metrics.json`: how each column was computed, by what code, on which images."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, JsonValue

from sweep.store.records.base import Integer, Record, VersionedRecord


class MetricEntry(Record):
    """One column, as `sweep.metrics.declaration.Metric` describes it.

    What tables and charts do without may be absent or of another shape.

    Attributes:
        aggregation: Older files do not say and mean the arithmetic mean.
        libraries: Versions of the packages behind it.
        weights: Hashes of the files behind it.
    """

    column: str
    group: str | None = None
    label: str
    kind: str
    reference: str
    higher_is_better: bool = Field(strict=True)
    unit: str
    value_range: str | None = None
    channel: str | None = None
    border: str | None = None
    quantisation: str | None = None
    source: str | None = None
    libraries: JsonValue = None
    weights: JsonValue = None
    aggregation: str = "mean"


class DatasetEntry(Record):
    """One test set.

    Attributes:
        images: Their number.
        scale: Magnification.
        hr_sha256: Image to the hash of its HR PNG.
        niqe_blocks: Image to the number of blocks that NIQE finds in it.
        low_resolution: How its LR images came about; absent where they were shrunk alone.
        lr_sha256: Image to the hash of its LR PNG, likewise.
    """

    images: Integer | None = None
    scale: Integer | None = None
    hr_sha256: dict[str, str] = Field(default_factory=dict)
    niqe_blocks: dict[str, Integer] | None = None
    low_resolution: str | None = None
    lr_sha256: dict[str, str] = Field(default_factory=dict)


class MetricsRecord(VersionedRecord):
    """The whole file."""

    REMEDY: ClassVar[str] = "run the sweep again to rewrite it"

    schema_version: Literal[1] = Field(alias="schema")
    metrics: tuple[MetricEntry, ...]
    device: str | None = None
    sweep: str | None = None
    python: str | None = None
    libraries: JsonValue = None
    resize: str | None = None
    datasets: dict[str, DatasetEntry] = Field(default_factory=dict)
