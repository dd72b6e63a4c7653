"""`sweep.yaml`: the resolved config of a results folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from srgan_core.errors import ConfigError
from srgan_core.files import write_atomically
from srgan_core.yaml_files import read_yaml
from sweep.config.loading import validate_config
from sweep.config.sweep_config import SweepConfig
from sweep.errors import StoreError, UnavailableMetricError
from sweep.metrics.registry import require_group


def read_config_file(path: Path) -> SweepConfig:
    """Reads the config of the sweep in a folder.

    Raises:
        StoreError: when the file is damaged or of another version; `UnavailableMetricError` when
            it names a metric of a package that is not installed.
    """
    fields: dict[str, Any] = {}
    try:
        fields = read_yaml(path)
        return validate_config(fields, str(path))
    except ConfigError as error:
        if absent := _absent_metrics(fields, path):
            raise UnavailableMetricError(_without_metrics(path, absent)) from None
        raise StoreError(
            f"{path.parent}: its {path.name} was damaged or written by another version; "
            f"choose another --out\n{error}"
        ) from None


def write_config_file(path: Path, config: SweepConfig) -> None:
    """Writes it."""
    import yaml

    fields = config.model_dump(mode="json")
    text = yaml.safe_dump(fields, sort_keys=False, allow_unicode=True)
    write_atomically(path, text.encode())


def _absent_metrics(fields: dict[str, Any], path: Path) -> list[str]:
    """The metrics that nothing installed provides, if that is all that is wrong with a config."""
    section = fields.get("eval")
    if not isinstance(section, dict) or not isinstance(section.get("metrics"), list):
        return []
    names = section["metrics"]
    absent = [name for name in names if isinstance(name, str) and name and not _is_known(name)]
    rest = {**fields, "eval": {**section, "metrics": ["psnr"]}}
    try:
        validate_config(rest, str(path))
    except ConfigError:
        return []
    return absent


def _is_known(metric: str) -> bool:
    try:
        require_group(metric)
    except ConfigError:
        return False
    return True


def _without_metrics(path: Path, absent: list[str]) -> str:
    names = ", ".join(map(repr, absent))
    return (
        f"{path.parent}: its sweep is scored with {names}, which nothing that is installed here "
        f"provides; install what provides {names}; tables and charts can be read without it"
    )
