"""Scores of images that no trial of a sweep made, kept in its folder as another method.

    external/<name>/scores.json     scores of each image, and where they come from

The images themselves stay where they are; the SHA-256 of each is recorded.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from srgan_core.errors import ConfigError
from srgan_core.files import write_atomically
from sweep.errors import StoreError
from sweep.store.folder import SweepStore

FOLDER, RECORD = "external", "scores.json"

SCHEMA = 1

RESERVED = ("bicubic", "original", "srresnet", "srgan")
"""Methods that every sweep has itself."""

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
    provenance: Mapping[str, Any] = field(default_factory=dict)
    set_scores: Mapping[str, float] = field(default_factory=dict)


def check_method_name(name: str) -> str:
    """Refuses a name that the tables or the file system could mistake.

    Args:
        name: Name of a method.

    Returns:
        The name.

    Raises:
        ConfigError: when it is reserved, empty, too long, or holds other characters than
            letters, digits, blanks and `._+-`.
    """
    if name.casefold() in RESERVED or name.casefold().startswith("srresnet-s"):
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
    """Adds or replaces the scores of a method on one test set.

    Args:
        store: The sweep; the caller holds its lock.
        scores: What to write.

    Returns:
        The file.
    """
    path = store.root / FOLDER / check_method_name(scores.method) / RECORD
    empty: dict[str, Any] = {"schema": SCHEMA, "datasets": {}}
    document = _read(path) if path.is_file() else empty
    document["datasets"][scores.dataset] = {
        "scores": {image: _finite(values) for image, values in scores.scores.items()},
        "set_scores": _finite(scores.set_scores),
        "provenance": dict(scores.provenance),
    }
    write_atomically(path, (json.dumps(document, indent=1, allow_nan=False) + "\n").encode())
    return path


def read_external(store: SweepStore) -> list[ExternalScores]:
    """Reads the scores of every method that was added to a sweep.

    Args:
        store: The sweep.

    Returns:
        One entry for each method and test set, methods by name.

    Raises:
        StoreError: when a file is damaged or of another version.
    """
    return [
        ExternalScores(
            path.parent.name,
            dataset,
            {
                image: {column: float(value) for column, value in values.items()}
                for image, values in entry["scores"].items()
            },
            entry.get("provenance", {}),
            {column: float(value) for column, value in entry.get("set_scores", {}).items()},
        )
        for path in sorted((store.root / FOLDER).glob(f"*/{RECORD}"))
        for dataset, entry in _read(path)["datasets"].items()
    ]


def _finite(values: Mapping[str, float]) -> dict[str, float | str]:
    """JSON has no infinity and no nan: they become text, which `float` reads back."""
    return {
        column: value if math.isfinite(value) else str(value) for column, value in values.items()
    }


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
        fits = document["schema"] == SCHEMA and all(
            isinstance(entry["scores"], dict) for entry in document["datasets"].values()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        fits = False
    if not fits:
        raise StoreError(
            f"{path}: expected scores of schema {SCHEMA}, got another or a damaged file; delete "
            f"{path.parent} and score the images again"
        )
    result: dict[str, Any] = document
    return result
