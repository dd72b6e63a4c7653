"""The files of one trial, or of a start."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

from srgan_core.files import drop_folder
from sweep.store.records.base import SCHEMA, read_record, write_record
from sweep.store.records.result import ResultRecord
from sweep.store.records.scores import PathRecord
from sweep.store.result_file import publish_result
from sweep.store.states import State

# It holds the whole schema of a training, which most readers do without.
if TYPE_CHECKING:
    from sweep.store.records.trial import TrialFields, TrialRecord


@dataclass(frozen=True)
class TrialFolder:
    """Files of one trial, or of a start: a shared SRResNet or pair."""

    path: Path

    @property
    def generator(self) -> Path:
        """The trained generator."""
        return self.path / "generator.safetensors"

    @property
    def discriminator(self) -> Path:
        """The discriminator of a pair, and of a trial whose checkpoints are kept."""
        return self.path / "discriminator.safetensors"

    @property
    def log(self) -> Path:
        """One JSON object a logged step."""
        return self.path / "log.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Training states, while the trial is not done."""
        return self.path / "checkpoints"

    @property
    def has_images(self) -> bool:
        """Whether images were restored with it."""
        return (self.path / "images").is_dir()

    def images(self, dataset: str) -> Path:
        """Restored images of a test set."""
        return self.path / "images" / dataset

    @property
    def is_registered(self) -> bool:
        """Whether it has a trial.json."""
        return (self.path / "trial.json").is_file()

    def read_path(self) -> PathRecord:
        """Reads path.json: step to test set to mean scores; empty when there is none."""
        return read_record(self.path / "path.json", PathRecord) or PathRecord()

    def write_path(self, path: PathRecord) -> None:
        """Writes path.json."""
        write_record(self.path / "path.json", path)

    def read_trial(self) -> TrialRecord:
        """Reads trial.json: state and attempts; pending when there is none yet."""
        from sweep.store.records.trial import TrialRecord

        return read_record(self.path / "trial.json", TrialRecord) or TrialRecord()

    def update_trial(self, **fields: Unpack[TrialFields]) -> None:
        """Writes fields of trial.json, keeping the others."""
        known = self.read_trial()
        kept = {name: getattr(known, name) for name in known.model_fields_set}
        record = type(known).model_validate({"schema_version": SCHEMA, **kept, **fields})
        write_record(self.path / "trial.json", record)

    def read_result(self) -> ResultRecord:
        """Reads result.json: how training ended and the scores; empty when there is none."""
        return read_record(self.path / "result.json", ResultRecord) or ResultRecord()

    def write_result(self, result: ResultRecord) -> Path | None:
        """Publishes result.json, or adds to it; see `publish_result`.

        Returns:
            The file that a result which contradicts the published one was written to instead.
        """
        return publish_result(self.path / "result.json", result)

    @property
    def state(self) -> State:
        """How far it is, as its record says."""
        return self.read_trial().state

    def drop_checkpoints(self) -> None:
        """Deletes the training states."""
        drop_folder(self.checkpoints)
