"""What README.md and docs/*.md show in blocks: commands, snippets of Python, files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[3]
PAGES = (REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md")))

INDENTED = "indented"
"""The language of a block that is set off by four blanks: commands, formulas or a listing."""

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SET_OFF = re.compile(r"(?<=\n\n)(?: {4}.*\n)+", re.MULTILINE)
_COMMENT = re.compile(r"(?:^|\s+)#\s.*$", re.MULTILINE)
_PROGRAM = re.compile(r"(?:sweep|python|\.venv/bin/\w+) ")


@dataclass(frozen=True)
class Block:
    """A block of a page.

    Attributes:
        page: Path below the repository.
        line: Number of its first line, from 1.
        language: Word behind the fence; empty for none.
    """

    page: str
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


@dataclass(frozen=True)
class Command:
    """A command of a page, in one line, or a whole script, without comments."""

    block: Block
    text: str

    def __str__(self) -> str:
        return f"{self.block.page}: {self.text.splitlines()[0]}"


def _blocks_of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    name = page.relative_to(REPOSITORY).as_posix()

    def number(at: int) -> int:
        return text.count("\n", 0, at) + 1

    for found in _FENCED.finditer(text):
        yield Block(name, number(found.start(2)), found[1], found[2])
    # As many lines as before, so that the numbers hold.
    rest = _FENCED.sub(lambda found: re.sub(r".+", "", found[0]), text)
    for found in _SET_OFF.finditer(rest):
        block = textwrap.dedent(found[0])
        yield Block(name, rest.count("\n", 0, found.start()) + 1, INDENTED, block)


@cache
def blocks() -> tuple[Block, ...]:
    """All blocks of all pages, in their order."""
    return tuple(
        block for page in PAGES for block in sorted(_blocks_of(page), key=lambda each: each.line)
    )


def snippets() -> tuple[Block, ...]:
    """The blocks of Python."""
    return tuple(block for block in blocks() if block.language == "python")


def shown_file(first_line: str) -> str:
    """The text of the block whose first line is a comment that names a file."""
    (text,) = (each.text for each in blocks() if each.text.startswith(f"# {first_line}\n"))
    return text


def commands() -> tuple[Command, ...]:
    """The commands of all pages, each once; a block of bash is one."""
    found: dict[str, Command] = {}
    for block in blocks():
        for text in _texts_of(block):
            found.setdefault(text, Command(block, text))
    return tuple(found.values())


def _texts_of(block: Block) -> list[str]:
    if block.language == "bash":
        return [block.text]
    if block.language not in ("", INDENTED):
        return []
    joined = re.sub(r"\\\n\s*", "", block.text)
    lines = [line.strip() for line in _COMMENT.sub("", joined).splitlines()]
    return [line for line in lines if line and (not block.language or _PROGRAM.match(line))]
