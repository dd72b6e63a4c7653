"""The only reader and writer of a results folder.

Its layout:

    sweep.yaml                      resolved config, schema version
    shared/srresnet-s<seed>/        the warm start, laid out like a trial
    shared/data.json                hashes of the training images
    reference/<dataset>/            hr/, lr/, bicubic/ and scores.json
    trials/<slug>-<hash>/           trial.json, log.jsonl, checkpoints/,
                                    generator.safetensors, result.json, path.json,
                                    images/<dataset>/
    interpolations/<from>--<to>-<space>/
                                    scores.json, alpha-<alpha>/<dataset>/
    results.csv per_image.csv summary.csv metrics.json tradeoff.png tradeoff.svg
"""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from srgan_core.errors import ConfigError
from srgan_core.files import drop_folder, write_atomically
from srgan_core.yaml_files import read_yaml
from sweep.config.extending import differences, union
from sweep.config.sweep_config import SweepConfig, validate_config
from sweep.errors import StoreError
from sweep.store.claims import claimed
from sweep.store.result_file import is_sound, publish_result

SWEEP_FILE, LOCK_FILE = "sweep.yaml", ".lock"

FINISHED = ("done", "diverged")
"""States that a later run leaves alone; what failed is tried again."""


@dataclass(frozen=True)
class TrialFolder:
    """Files of one trial or of a shared SRResNet."""

    path: Path

    @property
    def generator(self) -> Path:
        """The trained generator."""
        return self.path / "generator.safetensors"

    @property
    def log(self) -> Path:
        """One JSON object a logged step."""
        return self.path / "log.jsonl"

    @property
    def checkpoints(self) -> Path:
        """Training states, while the trial is not done."""
        return self.path / "checkpoints"

    def images(self, dataset: str) -> Path:
        """Restored images of a test set."""
        return self.path / "images" / dataset

    def read_path(self) -> dict[str, Any]:
        """Reads path.json: step to test set to mean scores; empty when there is none."""
        return _read_json(self.path / "path.json")

    def write_path(self, path: dict[str, Any]) -> None:
        """Writes path.json."""
        _write_json(self.path / "path.json", path)

    def read_trial(self) -> dict[str, Any]:
        """Reads trial.json: state and attempts; empty when there is none yet."""
        return _read_json(self.path / "trial.json")

    def update_trial(self, **fields: Any) -> None:
        """Writes fields of trial.json, keeping the others."""
        _write_json(self.path / "trial.json", self.read_trial() | fields)

    def read_result(self) -> dict[str, Any]:
        """Reads result.json: how training ended and the scores; empty when there is none."""
        path = self.path / "result.json"
        result = _read_json(path)
        if not is_sound(result):
            raise _damaged(path)
        return result

    def write_result(self, result: dict[str, Any]) -> Path | None:
        """Publishes result.json, or adds to it; see `publish_result`.

        Returns:
            The file that a result which contradicts the published one was written to instead.
        """
        return publish_result(self.path / "result.json", _strict(result))

    @property
    def state(self) -> str:
        """pending, running, trained, scored, done, interrupted, diverged or failed."""
        return str(self.read_trial().get("state", "pending"))

    def drop_checkpoints(self) -> None:
        """Deletes the training states."""
        drop_folder(self.checkpoints)


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

    def start(self, seed: int) -> TrialFolder:
        """Files of the shared SRResNet of a seed."""
        return TrialFolder(self.root / "shared" / f"srresnet-s{seed}")

    def read_data_keys(self) -> dict[str, Any]:
        """Reads shared/data.json: data source to the hash of its packed images."""
        return _read_json(self.root / "shared" / "data.json")

    def add_data_keys(self, keys: dict[str, str]) -> None:
        """Writes the hashes of sources that shared/data.json does not know yet."""
        known = self.read_data_keys()
        if keys.keys() - known.keys():
            _write_json(self.root / "shared" / "data.json", keys | known)

    @property
    def warmups(self) -> Path:
        """Discriminators that trials of this run warmed up for each other."""
        return self.root / "shared" / "warmups"

    def drop_warmups(self) -> None:
        """Deletes the shared discriminators: a finished sweep needs none."""
        shutil.rmtree(self.warmups, ignore_errors=True)

    def reference(self, dataset: str) -> Path:
        """HR, LR and bicubic images of a test set."""
        return self.root / "reference" / dataset

    def read_reference_scores(self, dataset: str) -> dict[str, Any]:
        """Scores of `bicubic` and `original`; empty when there are none yet."""
        return _read_json(self.reference(dataset) / "scores.json")

    def write_reference_scores(self, dataset: str, scores: dict[str, Any]) -> None:
        """Writes the scores of `bicubic` and `original`."""
        _write_json(self.reference(dataset) / "scores.json", scores)

    def read_curve(self, folder: Path) -> dict[str, Any]:
        """Reads scores.json of an interpolation; empty when there is none."""
        return _read_json(folder / "scores.json")

    def write_curve(self, folder: Path, record: dict[str, Any]) -> None:
        """Writes scores.json of an interpolation."""
        _write_json(folder / "scores.json", record)

    def read_config(self) -> SweepConfig | None:
        """Reads sweep.yaml; None when the folder holds no sweep.

        Raises:
            StoreError: when the file is damaged or of another version.
        """
        path = self.root / SWEEP_FILE
        if not path.is_file():
            return None
        try:
            return validate_config(read_yaml(path), str(path))
        except ConfigError as error:
            raise StoreError(
                f"{self.root}: its {SWEEP_FILE} was damaged or written by another version; "
                f"choose another --out\n{error}"
            ) from None

    def write_config(self, config: SweepConfig) -> None:
        """Writes sweep.yaml."""
        import yaml

        fields = config.model_dump(mode="json")
        text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)
        write_atomically(self.root / SWEEP_FILE, text.encode())

    def merge_config(self, config: SweepConfig) -> SweepConfig:
        """Joins what is asked for with what the folder already holds.

        Args:
            config: Resolved config of this run.

        Returns:
            The same config with the axes, test sets and metrics of both.

        Raises:
            StoreError: when the folder belongs to a different config; names what differs.
        """
        stored = self.read_config()
        if stored is None:
            self._refuse_foreign_folder()
            return config
        differing = differences(stored, config)
        if differing:
            raise StoreError(
                f"{self.root}: holds a sweep of another config; different: "
                f"{'; '.join(differing)}; choose another --out"
            )
        return union(stored, config)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps a second run out of the folder.

        Raises:
            StoreError: when another process holds it, or the folder cannot be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot be made ({error.strerror}); choose another --out"
            ) from None
        lock = FileLock(self.root / LOCK_FILE)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"{self.root}: another `sweep run` is at work there; wait for it to end"
            ) from None
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot be written to ({error.strerror}); choose another --out"
            ) from None
        try:
            with claimed(self.root):
                yield
        finally:
            lock.release()

    def _refuse_foreign_folder(self) -> None:
        try:
            found = list(self.root.iterdir())
        except FileNotFoundError:
            return
        except NotADirectoryError:
            raise StoreError(f"{self.root}: is or lies in a file; choose another --out") from None
        except OSError as error:
            raise StoreError(
                f"{self.root}: cannot be read ({error.strerror}); choose another --out"
            ) from None
        foreign = [path.name for path in found if not path.name.startswith(".")]
        if foreign:
            raise StoreError(
                f"{self.root}: holds files but no {SWEEP_FILE} ({', '.join(sorted(foreign)[:3])}); "
                "choose an empty folder as --out"
            )


def require_sweep(folder: Path) -> None:
    """Refuses a folder without a sweep.

    Raises:
        StoreError: when there is no sweep.yaml.
    """
    if not (folder / SWEEP_FILE).is_file():
        raise StoreError(
            f"{folder}: expected a results folder with a sweep, found no {SWEEP_FILE}; "
            f"run `sweep run --out {folder}` first, or name another results folder"
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


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise _damaged(path)
    return document


def _damaged(path: Path) -> StoreError:
    return StoreError(f"{path}: is damaged; delete it, it is made anew")


def _write_json(path: Path, document: dict[str, Any]) -> None:
    text = json.dumps(_strict(document), indent=1, allow_nan=False)
    write_atomically(path, f"{text}\n".encode())


def _strict(value: Any) -> Any:
    """JSON has no infinity and no nan: they become text, which `float` reads back."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, dict):
        return {key: _strict(below) for key, below in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(below) for below in value]
    return value
