"""Reads configs: packaged ones, files, and what the command line changes in them."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.settings import describe_errors
from srgan_core.yaml_files import parse_yaml, read_yaml
from sweep.config.names import CONFIGS
from sweep.config.sweep_config import SweepConfig

LONGEST_SHOWN = 200
"""Characters of an assignment that a message repeats."""


def load_config(name_or_file: str, overrides: dict[str, Any] | None = None) -> SweepConfig:
    """Reads a config and applies what the command line changes.

    Args:
        name_or_file: Bare name of a packaged config, or path of a YAML file.
        overrides: Dotted key to new value; text is read as YAML.

    Returns:
        The validated config.

    Raises:
        ConfigError: with every problem on a line of its own.
    """
    fields, where = _read(name_or_file)
    for key, value in (overrides or {}).items():
        _assign(fields, key, value)
    return validate_config(fields, where)


def validate_config(fields: dict[str, Any], where: str) -> SweepConfig:
    """Validates the fields of a config as YAML gave them; `where` names the file in messages.

    Raises:
        ConfigError: with every problem on a line of its own.
    """
    try:
        return SweepConfig.model_validate(fields)
    except ValidationError as error:
        raise ConfigError(describe_errors(error, SweepConfig, where)) from None


def parse_assignment(text: str) -> tuple[str, Any]:
    """Splits `key.path=value`, as `--set` takes it, into the dotted key and the value as YAML.

    Raises:
        ConfigError: when there is no key or no equals sign.
    """
    key, separator, value = text.partition("=")
    where = f"--set {text if len(text) <= LONGEST_SHOWN else f'{text[:LONGEST_SHOWN]}...'}"
    if not separator or not key.strip():
        raise ConfigError(f"{where}: expected key.path=value")
    return key.strip(), parse_yaml(f"value: {value}", where)["value"]


def dotted(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields nested settings by their keys as `--set` takes them, which begin with the prefix.

    A list is one value, and so is an empty mapping.
    """
    for key, value in fields.items():
        if isinstance(value, dict) and value:
            yield from dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _read(name_or_file: str) -> tuple[dict[str, Any], str]:
    looks_like_path = name_or_file.endswith((".yaml", ".yml")) or "/" in name_or_file
    if looks_like_path:
        return read_yaml(Path(name_or_file)), name_or_file
    if name_or_file not in CONFIGS:
        message = unknown_name("config", name_or_file, CONFIGS)
        raise ConfigError(f"{message}; a file is given by a path that ends in .yaml")
    where = f"config {name_or_file}"
    text = (files("sweep.configs") / f"{name_or_file}.yaml").read_text("utf-8")
    return parse_yaml(text, where), where


def _assign(fields: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for parent in parents:
        below = fields.setdefault(parent, {})
        if not isinstance(below, dict):
            raise ConfigError(f"--set {key}: {parent} is a single value and has no keys below it")
        fields = below
    fields[last] = value
