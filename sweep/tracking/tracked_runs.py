"""Which trials a tracker has been told of, so that none is told twice."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from sweep.store.records.base import (
    SCHEMA,
    Record,
    VersionedRecord,
    read_record,
    write_record,
)


class _Run(Record):
    """A trial's run: the tracker's id of it, and the fingerprint of the records that it holds."""

    run: str
    fingerprint: str | None = None


class _Document(VersionedRecord):
    """Content of `tracked.json`: destination to trial to run."""

    REMEDY: ClassVar[str] = "delete it, all trials are then told anew"

    destinations: dict[str, dict[str, _Run]]


class TrackedRuns:
    """`tracked.json` in the tracker's own folder: who deletes that folder has all told anew.

    Args:
        folder: The tracker's folder below a results folder; made when something is written.
        destination: Where the tracker writes to, such as a server's address. Only its hash is
            kept, since an address may hold a password.
    """

    def __init__(self, folder: Path, destination: str) -> None:
        self._path = folder / "tracked.json"
        self._destination = hashlib.sha256(destination.encode()).hexdigest()[:16]

    def run_of(self, trial: str) -> str | None:
        """The tracker's id of a trial's run; None when it has none yet."""
        noted = self._find(trial)
        return noted.run if noted else None

    def knows(self, trial: str, fingerprint: str) -> bool:
        """Whether the tracker was told of a trial, records and all, as they are now."""
        noted = self._find(trial)
        return noted is not None and noted.fingerprint == fingerprint

    def write(self, trial: str, run: str, fingerprint: str | None = None) -> None:
        """Notes the id of a trial's run, and the fingerprint of the records that it holds.

        There is none while the run is being written.
        """
        known = self._read().destinations
        runs = {**known.get(self._destination, {}), trial: _Run(run=run, fingerprint=fingerprint)}
        destinations = {**known, self._destination: runs}
        write_record(self._path, _Document(schema_version=SCHEMA, destinations=destinations))

    def _find(self, trial: str) -> _Run | None:
        return self._read().destinations.get(self._destination, {}).get(trial)

    def _read(self) -> _Document:
        return read_record(self._path, _Document) or _Document(destinations={})
