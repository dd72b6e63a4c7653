"""Standard output and error as any machine may have them: closed, gone, ASCII alone.

All that the command lines print goes through the two streams that are made here.
"""

from __future__ import annotations

import codecs
import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from srgan_core.errors import UnavailableError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PIPE_STATUS = 141
"""What shells say of a program that a closed pipe has ended: 128 + SIGPIPE."""

SPELLED = {
    "↑": "^",
    "↓": "v",
    "→": "->",
    "\N{EN DASH}": "-",
    "…": "...",
    "λ": "adv",
    "±": "+-",
    "\N{MULTIPLICATION SIGN}": "x",
    "ø": "o",
}
"""Signs of ours that an encoding may lack, and what stands for them."""

MOST_COLUMNS = 10_000

_ASCII = "ascii_spelled"


def _spell(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    sign = error.object[error.start]
    if sign in SPELLED:
        return SPELLED[sign], error.start + 1
    error.end = error.start + 1
    return codecs.backslashreplace_errors(error)


def _find_codec(name: str) -> codecs.CodecInfo | None:
    if name != _ASCII:
        return None
    found = codecs.lookup("ascii")
    return codecs.CodecInfo(
        found.encode,
        found.decode,
        incrementalencoder=found.incrementalencoder,
        incrementaldecoder=found.incrementaldecoder,
        name=_ASCII,
    )


codecs.register_error("spell", _spell)
codecs.register(_find_codec)


class _Descriptor(io.FileIO):
    """What lies below a stream; once nobody takes what is written, it is dropped.

    Args:
        number: Descriptor to write to.
        ends: Whether a closed pipe ends the program, quietly and with the shells' status. What
            is printed beside the results must never end a training.
    """

    def __init__(self, number: int, ends: bool) -> None:
        super().__init__(number, "w", closefd=False)
        self._ends, self._lost = ends, False

    def write(self, content: ReadableBuffer, /) -> int:
        """Writes what the system takes at once; returns how many bytes that were."""
        problem = None
        if not self._lost:
            try:
                return self._write(content)
            except OSError as error:
                problem = error
        self._lost = True
        if problem and self._ends:
            _end(problem)
        return memoryview(content).nbytes

    def _write(self, content: ReadableBuffer) -> int:
        written: Any = super().write(content)
        while written is None:
            # Another program has made the shared terminal one that does not wait.
            select.select([], [self], [])
            written = super().write(content)
        return int(written)


def _end(error: OSError) -> None:
    if isinstance(error, BrokenPipeError):
        raise SystemExit(PIPE_STATUS)
    raise UnavailableError(f"standard output: {error.strerror}; what was to be printed is lost")


@contextmanager
def standard_streams(results: bool = True) -> Iterator[None]:
    """Makes standard output and error that cope with whatever is behind them.

    Signs that their encoding lacks are spelled. Nothing that happens to standard error ends the
    program. Streams that a caller has put in their places are left alone.

    Args:
        results: Whether what goes to standard output is what the program is run for; it then ends
            with status 141 once nobody reads that.

    Raises:
        UnavailableError: when standard output takes no more, as on a full disk.
    """
    _forget_odd_sizes()
    _open_closed_descriptors()
    before = sys.stdout, sys.stderr
    if sys.stdout is sys.__stdout__:
        sys.stdout = _stream(sys.stdout, 1, results)
    if sys.stderr is sys.__stderr__:
        sys.stderr = _stream(sys.stderr, 2, False)
    try:
        yield
        sys.stdout.flush()
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(SystemExit, UnavailableError, OSError):
                stream.flush()
        sys.stdout, sys.stderr = before


def _stream(stream: TextIO | None, number: int, ends: bool) -> TextIO:
    if stream is None:
        return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="spell")
    if sys.platform == "win32":
        # Its console takes text, not bytes.
        stream.reconfigure(errors="spell")  # type: ignore[attr-defined]
        return stream
    with suppress(OSError):
        stream.flush()
    encoding = codecs.lookup(stream.encoding).name
    raw = _Descriptor(number, ends)
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        # click takes a stream that calls itself ASCII for a mistake and writes UTF-8.
        encoding=_ASCII if encoding == "ascii" else encoding,
        errors="spell",
        line_buffering=number == 2 or raw.isatty(),
    )


def _forget_odd_sizes() -> None:
    """A terminal of no columns, as `COLUMNS=0` has it, would show nothing: the default is taken."""
    for name in ("COLUMNS", "LINES"):
        text = os.environ.get(name, "")
        if text and not (text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_COLUMNS):
            del os.environ[name]


def _open_closed_descriptors() -> None:
    """Else the next file that is opened would take the number, and get what is printed."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
