"""The only reader and writer of a results folder.

Its layout:

    sweep.yaml                      resolved config, schema version
    shared/srresnet-s<seed>/        the faithful start, laid out like a trial
    shared/srgan-s<seed>/           the realistic start, with discriminator.safetensors
    shared/data.json                hashes of the training images
    shared/images.json              how many there are, and what was left out
    shared/warmups/                 discriminators that trials share while they run
    reference/<dataset>/            hr/, lr/, bicubic/, reference.json and scores.json
    external/<method>/              scores.json
    trials/<slug>-<hash>/           trial.json, log.jsonl, checkpoints/,
                                    generator.safetensors, result.json, path.json,
                                    images/<dataset>/
    interpolations/<from>--<to>-<space>/
                                    scores.json, alpha-<alpha>/<dataset>/
    placements.json                 coefficients placed in the gaps of the curves
    metrics.json .drawn.json .run.json
    results.csv and the other tables, tradeoff.png and the other charts: derived, not written here
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.files import drop_folder, write_atomically
from sweep.config.names import StartKind
from sweep.errors import StoreError
from sweep.store.claims import locked_folder
from sweep.store.records.base import decode, read_record, write_record
from sweep.store.records.folder import (
    DataImages,
    DataKeys,
    DrawnRecord,
    ReferenceRecord,
    SourceRecord,
)
from sweep.store.records.metrics import MetricsRecord
from sweep.store.records.scores import CurveRecord, ExternalRecord, ReferenceScores
from sweep.store.trial_folder import TrialFolder

# Whoever reads tables alone needs no config: its schema is built where one is read.
if TYPE_CHECKING:
    from sweep.config.sweep_config import SweepConfig
    from sweep.store.records.placement import Placements

SWEEP_FILE = "sweep.yaml"

METRICS_FILE, REFERENCE_FILE, DRAWN_FILE = "metrics.json", "reference.json", ".drawn.json"

PLACEMENTS_FILE = "placements.json"

GENERATOR_PARENTS = ("trials", "shared")
"""Folders whose own folders are those of generators."""

_SHARED = tuple(f"{kind}-s" for kind in StartKind)
"""What the names of shared generators begin with."""


class SweepStore:
    """A results folder.

    Args:
        root: The folder; need not exist until something is written.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def name(self) -> str:
        """The folder's own name, which titles tables and charts."""
        return self.root.resolve().name

    def trial(self, name: str) -> TrialFolder:
        """Files of a trial."""
        return TrialFolder(self.root / "trials" / name)

    def start(self, kind: StartKind, seed: int) -> TrialFolder:
        """Files of what the trials of a seed set out from."""
        from sweep.config.grid import start_name

        return self.generator(start_name(kind, seed))

    def generator(self, name: str) -> TrialFolder:
        """Files of a trial, or of a start by its name, such as `srresnet-s0`."""
        return TrialFolder(self.root / "shared" / name) if is_shared(name) else self.trial(name)

    def trials(self) -> list[TrialFolder]:
        """Every folder of a trial, by name."""
        return [TrialFolder(path) for path in sorted(self.root.glob("trials/*"))]

    def starts(self) -> list[TrialFolder]:
        """Every folder of a start, the SRResNets first, by name."""
        found = (sorted(self.root.glob(f"shared/{prefix}*")) for prefix in _SHARED)
        return [TrialFolder(path) for path in chain.from_iterable(found)]

    def generators(self) -> list[TrialFolder]:
        """The starts, then the trials."""
        return [*self.starts(), *self.trials()]

    @property
    def data_file(self) -> Path:
        """shared/data.json, to which all workers are held."""
        return self.root / "shared" / "data.json"

    def read_data_keys(self) -> dict[str, str]:
        """Data source to the hash of its packed images."""
        return (read_record(self.data_file, DataKeys) or DataKeys()).root

    def add_data_keys(self, keys: Mapping[str, str]) -> None:
        """Writes the hashes of sources that shared/data.json does not know yet."""
        known = self.read_data_keys()
        if keys.keys() - known.keys():
            write_record(self.data_file, DataKeys({**keys, **known}))

    def write_data_images(self, images: Mapping[str, SourceRecord]) -> None:
        """Writes shared/images.json, if there is anything new to write."""
        path, record = self.root / "shared" / "images.json", DataImages(dict(images))
        known = None
        with suppress(StoreError):
            known = read_record(path, DataImages)
        if images and record != known:
            write_record(path, record)

    @property
    def warmups(self) -> Path:
        """Discriminators that trials of this run warmed up for each other."""
        return self.root / "shared" / "warmups"

    def drop_warmups(self) -> None:
        """Deletes the shared discriminators: a finished sweep needs none."""
        drop_folder(self.warmups)

    @property
    def references(self) -> Path:
        """Where the images and scores of all test sets are."""
        return self.root / "reference"

    def reference(self, dataset: str) -> Path:
        """HR, LR and bicubic images of a test set."""
        return self.references / dataset

    def read_reference(self, dataset: str) -> ReferenceRecord | None:
        """Reads from which files a test set's images were made; None before they are."""
        return read_record(self.reference(dataset) / REFERENCE_FILE, ReferenceRecord)

    def read_reference_scores(self, dataset: str) -> ReferenceScores:
        """Scores of `bicubic` and `original`; empty when there are none yet."""
        path = self.reference(dataset) / "scores.json"
        return read_record(path, ReferenceScores) or ReferenceScores()

    def write_reference_scores(self, dataset: str, scores: ReferenceScores) -> None:
        """Writes the scores of `bicubic` and `original`."""
        write_record(self.reference(dataset) / "scores.json", scores)

    def external(self, method: str) -> Path:
        """The scores of images of a method that no trial made."""
        return self.root / "external" / method / "scores.json"

    def read_external_method(self, method: str) -> ExternalRecord | None:
        """Reads the scores of one method; None when there are none."""
        return read_record(self.external(method), ExternalRecord)

    def read_external(self) -> dict[str, ExternalRecord]:
        """Method to its scores, by name."""
        paths = sorted(self.root.glob("external/*/scores.json"))
        found = {path.parent.name: read_record(path, ExternalRecord) for path in paths}
        return {method: record for method, record in found.items() if record is not None}

    def write_external(self, method: str, record: ExternalRecord) -> None:
        """Writes the scores of a method."""
        write_record(self.external(method), record)

    def curve(self, name: str) -> Path:
        """Images and scores of an interpolation."""
        return self.root / "interpolations" / name

    def read_curve(self, name: str) -> CurveRecord | None:
        """Reads the scores of an interpolation; None when there are none."""
        return read_record(self.curve(name) / "scores.json", CurveRecord)

    def write_curve(self, name: str, record: CurveRecord) -> None:
        """Writes the scores of an interpolation."""
        write_record(self.curve(name) / "scores.json", record)

    def read_curves(self) -> list[CurveRecord]:
        """The scores of every interpolation, by name."""
        folders = sorted(self.root.glob("interpolations/*/"))
        records = (self.read_curve(folder.name) for folder in folders)
        return [record for record in records if record is not None]

    def read_metrics(self) -> MetricsRecord | None:
        """Reads metrics.json; None when there is none."""
        return read_record(self.root / METRICS_FILE, MetricsRecord)

    def write_metrics(self, document: Mapping[str, object]) -> Path:
        """Writes metrics.json, in the order of the document; returns the file."""
        path = self.root / METRICS_FILE
        content = f"{json.dumps(document, indent=1, allow_nan=False)}\n".encode()
        decode(content, MetricsRecord, path)
        write_atomically(path, content)
        return path

    def read_placements(self) -> Placements:
        """Reads which coefficients were placed; none where nothing was."""
        from sweep.store.records.placement import Placements

        return read_record(self.root / PLACEMENTS_FILE, Placements) or Placements()

    def write_placements(self, placements: Placements) -> None:
        """Writes placements.json."""
        write_record(self.root / PLACEMENTS_FILE, placements)

    def read_drawn(self) -> DrawnRecord | None:
        """Reads what the charts and figures were drawn from; None when nobody knows."""
        try:
            return read_record(self.root / DRAWN_FILE, DrawnRecord)
        except StoreError:
            return None

    def write_drawn(self, record: DrawnRecord) -> None:
        """Writes what the charts and figures were drawn from."""
        write_record(self.root / DRAWN_FILE, record)

    def images(self) -> Iterator[Path]:
        """Every image that charts and figures may show."""
        yield from self._found("reference/*/*/*.png", "*/*/images/*/*.png")

    def sources(self) -> Iterator[Path]:
        """Every file whose change is one of the tables."""
        yield from self._found(SWEEP_FILE, "*.csv", METRICS_FILE, PLACEMENTS_FILE)
        yield from self._found("shared/*/*.json*", "trials/*/*.json*", "reference/*/scores.json")

    def _found(self, *patterns: str) -> Iterator[Path]:
        for pattern in patterns:
            yield from sorted(self.root.glob(pattern))

    @property
    def holds_sweep(self) -> bool:
        """Whether a run has begun here."""
        return (self.root / SWEEP_FILE).is_file()

    def read_config(self) -> SweepConfig | None:
        """Reads sweep.yaml; None when the folder holds no sweep.

        Raises:
            StoreError: as for `read_config_file`.
        """
        from sweep.store.config_file import read_config_file

        return read_config_file(self.root / SWEEP_FILE) if self.holds_sweep else None

    def write_config(self, config: SweepConfig) -> None:
        """Writes sweep.yaml."""
        from sweep.store.config_file import write_config_file

        write_config_file(self.root / SWEEP_FILE, config)

    def locked(self) -> AbstractContextManager[None]:
        """Keeps a second run out of the folder; see `locked_folder`."""
        return locked_folder(self.root)


def run_command(folder: Path) -> str:
    """The command that begins a sweep in a folder, or goes on with the one that it holds."""
    config = folder / SWEEP_FILE
    given = f"--config {shlex.quote(str(config))} " if config.is_file() else ""
    return f"sweep run {given}--out {shlex.quote(str(folder))}"


def is_shared(name: str) -> bool:
    """Whether a name is that of a start, not of a trial."""
    return name.startswith(_SHARED)


def require_sweep(folder: Path) -> None:
    """Refuses a folder without a sweep.

    Raises:
        StoreError: when there is no sweep.yaml.
    """
    if not (folder / SWEEP_FILE).is_file():
        raise StoreError(
            f"{folder}: expected a results folder with a sweep, found no {SWEEP_FILE}; "
            f"run `{run_command(folder)}` first, or name another results folder"
        )


def require_config(store: SweepStore) -> SweepConfig:
    """Reads sweep.yaml of a folder that must hold a sweep.

    Raises:
        StoreError: when there is none, or it is damaged or of another version.
    """
    require_sweep(store.root)
    config = store.read_config()
    assert config is not None
    return config
