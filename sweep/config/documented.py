"""A config as its user may read it: every field with its documentation, and the JSON schema."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from sweep.config.loading import BASE
from sweep.config.names import CONFIGS
from sweep.config.sweep_config import GridConfig, SweepConfig

WIDTH = 96

_SIGNS = {"gt": ">", "ge": ">=", "lt": "<", "le": "<="}


def documented_yaml(config: SweepConfig) -> str:
    """Writes a config as YAML that loads as the same config.

    Above each field stands what it means, what it may be, and its default.
    """
    return "\n".join(_section(config, "")) + "\n"


def json_schema() -> dict[str, Any]:
    """Makes the JSON schema of a config file, which may build on another one."""
    schema = SweepConfig.model_json_schema()
    grid = schema["$defs"][GridConfig.__name__]["properties"]
    for name in ("adv", "seeds"):
        grid[name] = _with_words(grid[name])
    needed = schema.pop("required")
    base = {
        "type": "string",
        "description": f"Config whose keys hold where this file has none: {', '.join(CONFIGS)}, "
        "or the path of a file, seen from this one.",
    }
    schema["properties"] = {BASE: base, **schema["properties"]}
    schema["anyOf"] = [{"required": [BASE]}, {"required": needed}]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _with_words(field: dict[str, Any]) -> dict[str, Any]:
    """A list of numbers may also hold words that stand for several, or be one."""
    word = {"type": "string"}
    listed = {"type": field.pop("type"), "items": {"anyOf": [field.pop("items"), word]}}
    return {"anyOf": [listed, word], **field}


def _section(section: BaseModel, indent: str) -> Iterator[str]:
    values = section.model_dump(mode="json")
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        yield from _comment(_described(field), indent)
        if isinstance(value, BaseModel):
            yield f"{indent}{name}:"
            yield from _section(value, f"{indent}  ")
        elif isinstance(value, dict) and any(isinstance(v, BaseModel) for v in value.values()):
            yield f"{indent}{name}:"
            yield from _entries(value, values[name], f"{indent}  ")
        else:
            yield f"{indent}{_plain({name: values.get(name, value)})}"


def _entries(sections: dict[str, BaseModel], values: dict[str, Any], indent: str) -> Iterator[str]:
    """Sections of one kind by names of the user, a line each."""
    for name, field in type(next(iter(sections.values()))).model_fields.items():
        yield from _comment(f"{name}: {_described(field)}", indent)
    yield from (f"{indent}{_plain({name: value})}" for name, value in values.items())


def _described(field: FieldInfo) -> str:
    """Documentation of a field, the values that it may have, and its default."""
    parts = [(field.description or "").rstrip(".") + "."]
    if get_origin(field.annotation) is Literal:
        words = ", ".join(map(str, get_args(field.annotation)))
        parts += [] if words in parts[0] else [f"One of {words}."]
    bounds = [
        f"{sign} {getattr(rule, name)}"
        for rule in field.metadata
        for name, sign in _SIGNS.items()
        if getattr(rule, name, None) is not None
    ]
    parts += [f"Has to be {' and '.join(bounds)}."] if bounds else []
    if field.is_required():
        parts.append("Has no default.")
    elif not isinstance(field.default, BaseModel):
        parts.append(f"Default: {_plain(to_jsonable_python(field.default))}.")
    return " ".join(parts)


def _comment(text: str, indent: str) -> list[str]:
    start = f"{indent}# "
    return textwrap.wrap(
        text, WIDTH, initial_indent=start, subsequent_indent=start, break_on_hyphens=False
    )


def _plain(value: Any) -> str:
    """Writes a value in one line of YAML, a mapping without its braces."""
    is_field = isinstance(value, dict) and value
    text = yaml.safe_dump(
        value if is_field else {"": value},
        default_flow_style=True,
        sort_keys=False,
        allow_unicode=True,
        width=10**9,
    ).strip()[1:-1]
    return text if is_field else text.partition(": ")[2]
