"""The bookkeeping of a whole results folder: who is at work, on which images, what was drawn."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, RootModel

from sweep.store.records.base import File, Integer, Number, Record, Time


class RunClaim(Record):
    """`.run.json`: the process that is at work in a folder.

    Attributes:
        host: Its computer.
        pid: Its process there.
        started: When it began.
        born: When its process was made, in seconds since 1970.
    """

    INDENT: ClassVar[int | None] = None

    host: str
    pid: Integer
    started: Time
    born: Number | None = None


class DataKeys(File, RootModel[dict[str, str]]):
    """`shared/data.json`: data source to the hash of its packed images."""

    REMEDY: ClassVar[str] = (
        "put a copy back; without it nothing tells whether the training images have changed"
    )

    root: dict[str, str] = {}


class SourceRecord(Record):
    """What was trained on of a data source: how many images, and what was left out and why."""

    images: Integer
    skipped: dict[str, str]


class DataImages(File, RootModel[dict[str, SourceRecord]]):
    """`shared/images.json`: data source to its images, as the latest run found them."""

    root: dict[str, SourceRecord] = {}


class ReferenceRecord(Record):
    """`reference.json`: from which files and by which rule a test set's images were made.

    Attributes:
        scale: Magnification.
        crop: Side in pixels to which HR images were first cropped about their centre.
        resize: The rule, in words.
        source_sha256: Image to the hash of its source, in the order of the test set.
        skipped: What lay among the sources and was none, by its name, and the reason.
        png_sha256: Written file, such as `hr/baby.png`, to its hash; older records lack it.
        low_resolution: How LR came about, in words; absent where it was shrunk alone.
        lr_sha256: Image to the hash of its source of LR, where that was given.
    """

    INDENT: ClassVar[int | None] = 2

    schema_version: Literal[1] = Field(alias="schema")
    scale: Integer
    crop: Integer | None
    resize: str
    source_sha256: dict[str, str]
    skipped: dict[str, str] = Field(default_factory=dict)
    png_sha256: dict[str, str] = Field(default_factory=dict)
    low_resolution: str | None = None
    lr_sha256: dict[str, str] = Field(default_factory=dict)


class DrawnRecord(Record):
    """`.drawn.json`: what the charts and figures were drawn from, and what came of it.

    Attributes:
        state: Digest of all that they show or depend on.
        files: File, relative to the folder, to its size and its time of change.
        notes: Sentences about figures that could not be drawn.
    """

    state: str
    files: dict[str, tuple[Integer, Integer]]
    notes: tuple[str, ...]
