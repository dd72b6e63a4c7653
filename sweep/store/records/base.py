"""How a record becomes a file and a file a record; nobody else encodes or decodes them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    ValidationError,
)

from srgan_core.files import write_atomically
from sweep.errors import StoreError

SCHEMA: Final = 1
"""Version of all records; a higher one is refused."""

NON_FINITE = ("inf", "-inf", "nan")
"""JSON has no word for these numbers; records hold them as text."""


def _from_text(value: object) -> object:
    return float(value) if isinstance(value, str) and value in NON_FINITE else value


def json_number(value: float) -> float | str:
    """A number as records hold it."""
    return value if math.isfinite(value) else str(value)


def _iso_time(text: str) -> str:
    datetime.fromisoformat(text)
    return text


Number = Annotated[
    float,
    Strict(),
    BeforeValidator(_from_text),
    PlainSerializer(json_number, return_type=float | str, when_used="json"),
]
"""A float that may be infinite or nan."""

Integer = Annotated[int, Strict()]

Time = Annotated[str, AfterValidator(_iso_time)]
"""A time in ISO 8601."""

Columns = dict[str, Number]
"""Metric column to value."""

Scores = dict[str, Columns]
"""Image to its scores."""


class File(BaseModel):
    """Whatever can be a JSON file of a results folder."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    INDENT: ClassVar[int | None] = 1
    REMEDY: ClassVar[str] = "delete it, it is made anew"

    def document(self) -> Any:
        """Its content as JSON knows it; keys that were absent stay so."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True)

    def encoded(self) -> bytes:
        """The bytes of its file."""
        return f"{json.dumps(self.document(), indent=self.INDENT, allow_nan=False)}\n".encode()


class Record(File):
    """One file, or a part of one. Keys that this version does not know stay as they are."""

    model_config = ConfigDict(extra="allow")


class VersionedRecord(Record):
    """A record that says by which schema it was written; the oldest ones do not say."""

    schema_version: Literal[1] = Field(default=SCHEMA, alias="schema")


def joined(sets: Mapping[str, Columns], name: str, columns: Columns) -> dict[str, Columns]:
    """Adds columns to those that have one value for all images of a test set."""
    return {**sets, name: {**sets.get(name, {}), **columns}}


F = TypeVar("F", bound=File)


def read_record(path: Path, kind: type[F]) -> F | None:
    """Reads a record; None when there is no file.

    Raises:
        StoreError: when it cannot be read or is not such a record; names the file, the field and
            a remedy.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except IsADirectoryError:
        raise StoreError(
            f"{path}: is damaged; {kind.REMEDY} (expected a file, got a folder)"
        ) from None
    except OSError as error:
        raise StoreError(f"{path}: cannot be read ({error.strerror}); make it readable") from None
    return decode(content, kind, path)


def decode(content: bytes, kind: type[F], path: Path) -> F:
    """Makes a record of the content of the file at a path; raises as `read_record`."""
    try:
        return kind.model_validate_json(content)
    except ValidationError as error:
        raise StoreError(f"{path}: {_complaint(error, kind)}") from None


def _complaint(error: ValidationError, kind: type[F]) -> str:
    found = error.errors(include_url=False, include_context=False)[0]
    field = ".".join(map(str, found["loc"]))
    if field == "schema":
        return f"expected schema 1, got {found['input']!r}; use the version of sweep that wrote it"
    return f"is damaged; {kind.REMEDY} ({field or 'content'}: {found['msg']})"


def write_record(path: Path, record: File) -> None:
    """Writes a record in one step."""
    write_atomically(path, record.encoded())
