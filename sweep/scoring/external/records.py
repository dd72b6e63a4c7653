"""Scores of images that no trial of a sweep made, kept in its folder as another method.

The images themselves stay where they are; the SHA-256 of each is recorded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from srgan_core.errors import ConfigError
from sweep.store.folder import SweepStore, is_shared
from sweep.store.records.base import SCHEMA
from sweep.store.records.scores import ExternalRecord, ExternalSet
from sweep.store.states import Method

RESERVED = tuple(Method)
"""Methods that every sweep has itself."""

PARAMETERS = "parameters"
"""In the provenance, the number of a generator's weights."""

MEGAPIXEL_SECONDS = "megapixel_seconds"
"""In the provenance, the seconds that a generator took for a million restored pixels."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,63}")


@dataclass(frozen=True)
class ExternalScores:
    """Scores of one method on one test set.

    Attributes:
        method: Its name in the tables.
        dataset: Name of the test set.
        scores: Image to column to value.
        provenance: Where the images come from: their folder or generator, and their hashes.
        set_scores: Columns that have one value for all images together.
    """

    method: str
    dataset: str
    scores: Mapping[str, Mapping[str, float]]
    provenance: Mapping[str, JsonValue] = field(default_factory=dict)
    set_scores: Mapping[str, float] = field(default_factory=dict)

    @property
    def generator_sha256(self) -> str | None:
        """Hash of the generator that restored the images, where it is known."""
        found = self.provenance.get("generator_sha256")
        return found if isinstance(found, str) else None

    @property
    def parameters(self) -> int | None:
        """Number of the generator's weights, where it is known."""
        found = self.provenance.get(PARAMETERS)
        return found if isinstance(found, int) else None

    @property
    def megapixel_seconds(self) -> float | None:
        """Seconds in which the generator made a million pixels, where they were taken."""
        found = self.provenance.get(MEGAPIXEL_SECONDS)
        return float(found) if isinstance(found, int | float) else None


def check_method_name(name: str) -> str:
    """Refuses a name that the tables or the file system could mistake; returns any other.

    Raises:
        ConfigError: when it is reserved, empty, too long, or holds other characters than
            letters, digits, blanks and `._+-`.
    """
    if name.casefold() in RESERVED or is_shared(name.casefold()):
        raise ConfigError(
            f"name {name!r}: expected another name than the sweep's own methods "
            f"({', '.join(RESERVED)}); choose one with --name"
        )
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise ConfigError(
            f"name {name!r}: expected at most 64 letters, digits, blanks and ._+-, a letter or "
            "digit first; choose one with --name"
        )
    return name


def refuse_other_protocol(scale: int, asked: int | None, crop_border: int | None) -> None:
    """Refuses another scale or border than that of the sweep whose tables take the scores.

    Args:
        scale: The sweep's magnification, and the border that its scores were taken with.
        asked: The magnification that was asked for; None for any.
        crop_border: The border that was asked for; None for any.

    Raises:
        ConfigError: when one differs.
    """
    for option, value in (("--scale", asked), ("--crop-border", crop_border)):
        if value not in (None, scale):
            raise ConfigError(
                f"{option}: expected the sweep's {scale}, got {value}; leave the option out"
            )


def write_external(store: SweepStore, scores: ExternalScores) -> Path:
    """Adds or replaces the scores of a method on one test set; the caller holds the lock."""
    method = check_method_name(scores.method)
    known = store.read_external_method(method)
    added = ExternalSet(
        scores={image: dict(values) for image, values in scores.scores.items()},
        set_scores=dict(scores.set_scores),
        provenance=dict(scores.provenance),
    )
    datasets = {**(known.datasets if known else {}), scores.dataset: added}
    store.write_external(method, ExternalRecord(schema_version=SCHEMA, datasets=datasets))
    return store.external(method)


def read_external(store: SweepStore) -> list[ExternalScores]:
    """Reads the scores of every method that was added to a sweep, methods by name.

    Raises:
        StoreError: when a file is damaged or of another version.
    """
    return [
        ExternalScores(method, dataset, entry.scores, entry.provenance, entry.set_scores)
        for method, record in store.read_external().items()
        for dataset, entry in record.datasets.items()
    ]
