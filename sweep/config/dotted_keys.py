"""Nested settings by dotted keys, as `--set` takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel

Node = TypeVar("Node", bound=BaseModel | dict[str, Any])


def dotted(fields: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yields nested settings by their keys as `--set` takes them, which begin with the prefix.

    A list is one value, and so is an empty mapping.
    """
    for key, value in fields.items():
        if isinstance(value, dict) and value:
            yield from dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def value_at(node: BaseModel | dict[str, Any], path: Sequence[str]) -> Any:
    """Looks a value up below a section, along the parts of its key."""
    value: Any = node
    for name in path:
        value = value[name] if isinstance(value, dict) else getattr(value, name)
    return value


def replaced(node: Node, path: Sequence[str], value: Any) -> Node:
    """Copies a section with another value, which is not validated, at a key that it has."""
    first, *rest = path
    below = replaced(value_at(node, [first]), rest, value) if rest else value
    if isinstance(node, dict):
        return {**node, first: below}
    return node.model_copy(update={first: below})
