"""result.json of a trial: published once, then only added to.

A job may run twice, on two hosts at once too. What the first writer said stands. A second writer
may add scores; where it says otherwise, its whole document is set aside and reported.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from srgan_core.files import publish_once, write_atomically

CONFLICT = "result.conflict-"
"""What the name of a document begins with that was set aside."""

_FREE = ("train_seconds", "schema")
"""Fields in which two runs of one training may differ."""

_PLAIN: Mapping[str, tuple[type, ...]] = {
    "steps": (int,),
    "generator_sha256": (str,),
    **dict.fromkeys(("train_seconds", "grad_pixel", "grad_content", "grad_adv"), (int, float)),
}
"""Field to the types that its one value may have; it is null where it does not apply."""


def is_sound(result: Mapping[str, Any]) -> bool:
    """Whether a document has the types that those who read it count on.

    Args:
        result: What result.json holds; fields may be absent.
    """
    health = result.get("health", {})
    return (
        all(isinstance(result.get(name), (*kinds, type(None))) for name, kinds in _PLAIN.items())
        and _holds_numbers(result.get("scores", {}), 3)
        and _holds_numbers(result.get("set_scores", {}), 2)
        and isinstance(health, Mapping)
        and _holds_numbers(health.get("training", {}), 1)
        and _holds_numbers(health.get("images", {}), 2)
    )


def _holds_numbers(value: object, depth: int) -> bool:
    """Whether numbers lie so many mappings deep; infinity and nan are text in the records."""
    if depth:
        return isinstance(value, Mapping) and all(
            _holds_numbers(below, depth - 1) for below in value.values()
        )
    return isinstance(value, int | float) or value in ("inf", "-inf", "nan")


def publish_result(path: Path, content: Mapping[str, Any]) -> Path | None:
    """Makes result.json, or adds to it what it lacks.

    Args:
        path: The file.
        content: JSON-ready document: how training ended, and scores.

    Returns:
        None when all of it agrees with what is there; otherwise the file into which the whole
        document was written instead.
    """
    text = _text(content)
    if publish_once(path, text):
        return None
    # Other hosts may be kept out by the lock or not; what they add is the same either way.
    with FileLock(path.with_name(f".{path.name}.lock")):
        published = json.loads(path.read_bytes())
        if differences(published, content):
            digest = hashlib.sha256(text).hexdigest()[:8]
            aside = path.with_name(f"{CONFLICT}{digest}.json")
            write_atomically(aside, text)
            return aside
        joined = _joined(published, content)
        if joined != published:
            write_atomically(path, _text(joined))
    return None


def differences(published: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Names the fields in which two documents contradict each other.

    Args:
        published: The first.
        other: The second; fields that only one has are no contradiction.

    Returns:
        Dotted keys, sorted.
    """
    found = []
    for key in sorted((published.keys() & other.keys()) - set(_FREE)):
        old, new = published[key], other[key]
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            found += [f"{key}.{below}" for below in differences(old, new)]
        elif old != new:
            found.append(key)
    return found


def _joined(published: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(published)
    for key, value in other.items():
        if key not in joined:
            joined[key] = value
        elif isinstance(value, Mapping) and isinstance(joined[key], Mapping):
            joined[key] = _joined(joined[key], value)
    return joined


def _text(content: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(content, indent=1, allow_nan=False)}\n".encode()
