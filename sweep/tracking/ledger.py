"""Which trials a tracker has been told of, so that none is told twice."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from srgan_core.files import write_atomically
from sweep.errors import StoreError

SCHEMA = 1


class Ledger:
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
        run = self._runs().get(trial, {}).get("run")
        return None if run is None else str(run)

    def knows(self, trial: str, fingerprint: str) -> bool:
        """Whether the tracker was told of a trial, records and all, as they are now."""
        return bool(self._runs().get(trial, {}).get("fingerprint") == fingerprint)

    def write(self, trial: str, run: str, fingerprint: str | None = None) -> None:
        """Notes a trial's run.

        Args:
            trial: Name of the trial.
            run: The tracker's id of its run.
            fingerprint: Of the records that the run holds; None while it is being written.
        """
        document = self._read()
        runs = document["destinations"].setdefault(self._destination, {})
        runs[trial] = {"run": run, "fingerprint": fingerprint}
        write_atomically(self._path, f"{json.dumps(document, indent=1)}\n".encode())

    def _runs(self) -> dict[str, Any]:
        runs: dict[str, Any] = self._read()["destinations"].get(self._destination, {})
        return runs

    def _read(self) -> dict[str, Any]:
        try:
            document = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {"schema": SCHEMA, "destinations": {}}
        except (OSError, ValueError):
            document = None
        if not isinstance(document, dict) or document.get("schema") != SCHEMA:
            raise StoreError(f"{self._path}: is damaged; delete it, all trials are then told anew")
        return document
