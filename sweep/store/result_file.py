"""result.json of a trial: published once, then only added to.

A job may run twice, on two hosts at once too. What the first writer said stands. A second writer
may add scores; where it says otherwise, its whole document is set aside and reported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock

from srgan_core.files import publish_once
from sweep.store.records.base import decode, write_record
from sweep.store.records.result import ResultRecord

CONFLICT = "result.conflict-"
"""What the name of a document begins with that was set aside."""

_FREE = ("train_seconds", "schema")
"""Fields in which two runs of one training may differ."""


def publish_result(path: Path, result: ResultRecord) -> Path | None:
    """Makes result.json, or adds to it what it lacks.

    Args:
        path: The file.
        result: How training ended, and scores.

    Returns:
        None when all of it agrees with what is there; otherwise the file into which the whole
        document was written instead.

    Raises:
        StoreError: when what is there is damaged.
    """
    if publish_once(path, result.encoded()):
        return None
    # Other hosts may be kept out by the lock or not; what they add is the same either way.
    with FileLock(path.with_name(f".{path.name}.lock")):
        published = decode(path.read_bytes(), ResultRecord, path)
        content, known = result.document(), published.document()
        if differences(known, content):
            digest = hashlib.sha256(result.encoded()).hexdigest()[:8]
            aside = path.with_name(f"{CONFLICT}{digest}.json")
            write_record(aside, result)
            return aside
        joined = _joined(known, content)
        if joined != known:
            write_record(path, ResultRecord.model_validate(joined))
    return None


def differences(published: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Names the fields, as sorted dotted keys, in which two documents contradict each other."""
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
