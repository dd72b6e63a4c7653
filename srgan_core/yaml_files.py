"""Reads YAML safely: plain values only, and no key twice."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from srgan_core.errors import ConfigError
from srgan_core.inputs import irregularity

MAX_BYTES = 1 << 20
"""Size from which on a file is not read as a config; the largest of ours has a few thousand."""

LARGEST_INTEGER = 2**63 - 1

MOST_VALUES = 100_000


class _StrictLoader(yaml.SafeLoader):
    """PyYAML's safe loader, except that a repeated key is an error and not the last one wins."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                break  # the base class says what is wrong with it
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)

    def construct_number(self, node: yaml.ScalarNode) -> int | float | str:
        """Reads `1:10:3` as the word that it is; to YAML 1.1 it is a number of base 60."""
        if node.value.count(":") == 2:
            return str(node.value)
        is_whole = node.tag.endswith(":int")
        read = self.construct_yaml_int if is_whole else self.construct_yaml_float
        number: int | float = read(node)
        return number


for _tag in ("int", "float"):
    _StrictLoader.add_constructor(f"tag:yaml.org,2002:{_tag}", _StrictLoader.construct_number)


def parse_yaml(text: str, where: str) -> dict[str, Any]:
    """Parses one YAML mapping.

    Returns:
        The mapping; numbers like `1e-4` may still be text, as YAML 1.1 has it.

    Raises:
        ConfigError: when the text is not YAML, repeats a key, or is not a mapping.
    """
    try:
        document = yaml.load(text, Loader=_StrictLoader)
        _refuse_excess(document)
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}:" if mark else ""
        raise ConfigError(f"{where}:{line} not valid YAML: {problem}") from None
    except (RecursionError, ValueError, OverflowError) as error:
        # PyYAML lets through what Python says of dates and numbers that cannot be.
        deep = isinstance(error, RecursionError)
        problem = "it is nested too deeply" if deep else str(error).partition(";")[0]
        raise ConfigError(f"{where}: not valid YAML: {problem}; write plain values") from None
    if not isinstance(document, dict):
        raise ConfigError(f"{where}: expected keys and values, got {type(document).__name__}")
    return document


def _refuse_excess(document: object) -> None:
    """Refuses what is short in the file and endless once read; `&a [*a, *a]` repeats itself."""
    counts: dict[int, int] = {}

    def count(value: object) -> int:
        if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
            raise ValueError("a whole number of more than 19 digits")
        if not isinstance(value, dict | list | set):
            return 1
        if id(value) not in counts:
            # Met again before it is counted, it holds itself.
            counts[id(value)] = MOST_VALUES
            below = [*value.keys(), *value.values()] if isinstance(value, dict) else value
            counts[id(value)] = 1 + sum(map(count, below))
        return counts[id(value)]

    if count(document) > MOST_VALUES:
        raise ValueError(f"it holds more than {MOST_VALUES:,} values")


def read_yaml(path: Path) -> dict[str, Any]:
    """Reads one YAML file.

    Returns:
        Its mapping.

    Raises:
        ConfigError: when the file is missing, no regular file, too large for a config, not text,
            or not one YAML mapping.
    """
    if problem := irregularity(path):
        raise ConfigError(f"{path}: cannot be read ({problem}); give a YAML file")
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ConfigError(f"{path}: more than {MAX_BYTES:,} bytes; give a YAML file")
        return parse_yaml(content.decode(), str(path))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such config file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})") from None
