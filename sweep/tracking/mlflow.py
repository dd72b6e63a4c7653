"""Trials as runs of MLflow, in a SQLite file unless MLFLOW_TRACKING_URI names a server."""

from __future__ import annotations

import os
import re
from itertools import chain
from pathlib import Path
from typing import Any

from sweep.config.dotted_keys import dotted
from sweep.store.states import State
from sweep.tracking.record import RunRecord

DATABASE = "mlflow.db"

LAST_ITERATION = "sweep.iteration"
"""Tag that says up to where a run holds the log: a second writer goes on from there."""

PARAMS_AT_ONCE = 100
"""As many as MLflow takes in one request."""

LINES_AT_ONCE = 50
"""MLflow takes 1000 metrics in one request; a line of the log has fewer than 20 values."""

_NO_NAME = re.compile(r"[^\w.\- /]")


class MlflowTracker:
    """Writes runs into the experiment that is named after the results folder.

    Args:
        root: The results folder; `mlruns/` below it holds the SQLite file.
    """

    folder = "mlruns"

    def __init__(self, root: Path) -> None:
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        from mlflow import MlflowClient, entities

        folder = root.resolve() / self.folder
        folder.mkdir(parents=True, exist_ok=True)
        uri, self._artifacts = _uri(), None
        if not uri:
            uri = f"sqlite:///{folder / DATABASE}"
            self._artifacts = (folder / "artifacts").as_uri()
        self._client, self._entities = MlflowClient(tracking_uri=uri), entities

    @staticmethod
    def modules() -> tuple[str, ...]:
        """See `Tracker.modules`; the light package `mlflow-skinny` comes without a database."""
        return ("mlflow",) if _uri() else ("mlflow", "sqlalchemy", "alembic")

    @staticmethod
    def destination() -> str:
        """See `Tracker.destination`."""
        return f"{_uri()} {os.environ.get('MLFLOW_EXPERIMENT_NAME', '')}"

    def new_run(self, record: RunRecord) -> str:
        """See `Tracker.new_run`."""
        run = self._client.create_run(
            self._experiment(record.sweep),
            start_time=_milliseconds(record.started),
            run_name=record.name,
            tags={"sweep": record.sweep},
        )
        return str(run.info.run_id)

    def write(self, run: str, record: RunRecord) -> None:
        """Adds what a run lacks; it holds the log up to a tag of its own."""
        params = [self._entities.Param(key, str(value)) for key, value in dotted(record.config)]
        for first in range(0, len(params), PARAMS_AT_ONCE):
            self._client.log_batch(run, params=params[first : first + PARAMS_AT_ONCE])
        tags = self._client.get_run(run).data.tags
        self._write_history(run, record, int(tags.get(LAST_ITERATION, -1)))
        last = record.history[-1][0] if record.history else 0
        numbers = {k: v for k, v in record.summary.items() if not isinstance(v, str)}
        self._client.log_batch(
            run,
            metrics=self._metrics(numbers, last, record),
            tags=[
                self._entities.RunTag(key, value)
                for key, value in record.summary.items()
                if isinstance(value, str)
            ],
        )
        status = "FINISHED" if record.state is State.DONE else "FAILED"
        self._client.set_terminated(run, status, _milliseconds(record.ended))

    def _experiment(self, sweep: str) -> str:
        name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or sweep
        known = self._client.get_experiment_by_name(name)
        if known is not None:
            return str(known.experiment_id)
        return str(self._client.create_experiment(name, artifact_location=self._artifacts))

    def _write_history(self, run: str, record: RunRecord, written: int) -> None:
        lines = [line for line in record.history if line[0] > written]
        for first in range(0, len(lines), LINES_AT_ONCE):
            batch = lines[first : first + LINES_AT_ONCE]
            metrics = (self._metrics(values, step, record) for step, values in batch)
            tag = self._entities.RunTag(LAST_ITERATION, str(batch[-1][0]))
            self._client.log_batch(run, metrics=list(chain.from_iterable(metrics)), tags=[tag])

    def _metrics(self, values: dict[str, Any], step: int, record: RunRecord) -> list[Any]:
        """The log has no times, so every value bears that of the trial's end."""
        time = _milliseconds(record.ended) or 0
        return [
            self._entities.Metric(_NO_NAME.sub("_", name), float(value), time, step)
            for name, value in values.items()
        ]


def _uri() -> str:
    return os.environ.get("MLFLOW_TRACKING_URI", "")


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)
