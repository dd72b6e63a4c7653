"""Reads configs: packaged ones, files, and what the command line changes in them."""

from __future__ import annotations

import os
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

BASE = "base"
"""The key of a file that names the config it builds on."""

NAMED_BY_USER = ("data.sources", "eval.excerpts")
"""Mappings whose keys are no settings: each counts as one value."""

AXES_KEY = "grid.axes"
"""The key below which each further axis has its own key."""


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


def parse_axis(text: str) -> tuple[str, list[Any]]:
    """Splits `key.path=a,b,c`, as `--axis` takes it, into the dotted key and the values as YAML.

    Raises:
        ConfigError: when there is no key, no equals sign or no value.
    """
    key, separator, values = text.partition("=")
    where = f"--axis {text if len(text) <= LONGEST_SHOWN else f'{text[:LONGEST_SHOWN]}...'}"
    if not separator or not key.strip() or not values.strip():
        raise ConfigError(f"{where}: expected key.path=value,value")
    words = [parse_yaml(f"value: {word}", where)["value"] for word in values.split(",")]
    return key.strip(), words


def _read(name_or_file: str, below: tuple[str, ...] = ()) -> tuple[dict[str, Any], str]:
    """Reads a config over its base, if it names one; `below` are the files that build on it."""
    fields, where = _read_alone(name_or_file)
    base = fields.pop(BASE, None)
    if base is None:
        return fields, where
    if not isinstance(base, str) or not base:
        raise ConfigError(
            f"{where}: {BASE}: expected the name of a config or the path of a file, got {base!r}"
        )
    chain = (*below, os.path.realpath(name_or_file))
    if base not in CONFIGS:
        if not _looks_like_path(base):
            raise ConfigError(f"{where}: {BASE}: {_unknown_config(base)}")
        # Wherever it is run from, a file builds on the same one.
        base = os.path.join(os.path.dirname(name_or_file), os.path.expanduser(base))
        if os.path.realpath(base) in chain:
            raise ConfigError(f"{where}: {BASE}: {base} builds on this file; take one of them out")
    try:
        inherited, _ = _read(base, chain)
    except ConfigError as error:
        raise ConfigError(f"{where}: {BASE}: {error}") from None
    return _laid_over(inherited, fields), where


def _laid_over(base: dict[str, Any], fields: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Puts the keys of one config over those of another, section by section."""
    joined = dict(base)
    for key, value in fields.items():
        before, name = base.get(key), f"{prefix}{key}"
        joined[key] = value
        is_section = name not in (*NAMED_BY_USER, AXES_KEY)
        if is_section and isinstance(before, dict) and isinstance(value, dict):
            joined[key] = _laid_over(before, value, f"{name}.")
    return joined


def _looks_like_path(name: str) -> bool:
    return name.endswith((".yaml", ".yml")) or "/" in name


def _unknown_config(name: str) -> str:
    message = unknown_name("config", name, CONFIGS)
    return f"{message}; a file is given by a path that ends in .yaml"


def _read_alone(name_or_file: str) -> tuple[dict[str, Any], str]:
    if _looks_like_path(name_or_file):
        return read_yaml(Path(name_or_file)), name_or_file
    if name_or_file not in CONFIGS:
        raise ConfigError(_unknown_config(name_or_file))
    where = f"config {name_or_file}"
    text = (files("sweep.configs") / f"{name_or_file}.yaml").read_text("utf-8")
    return parse_yaml(text, where), where


def _parts(key: str) -> list[str]:
    """The parts of a dotted key; that of a further axis is one, whose name is a key itself."""
    if key.startswith(f"{AXES_KEY}."):
        return [*AXES_KEY.split("."), key.removeprefix(f"{AXES_KEY}.")]
    return key.split(".")


def _assign(fields: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = _parts(key)
    for parent in parents:
        below = fields.setdefault(parent, {})
        if not isinstance(below, dict):
            raise ConfigError(f"--set {key}: {parent} is a single value and has no keys below it")
        fields = below
    fields[last] = value
