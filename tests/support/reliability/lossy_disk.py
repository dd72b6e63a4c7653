"""A disk that keeps what was flushed: tells every state in which a power cut may leave a folder.

It promises no more than POSIX does. A file keeps what it held at its last `fsync`; of what was
written later it may hold nothing, half, all, or zeros in its place. Of the names that were given,
changed or taken away in a folder since the folder's own last `fsync`, each change may have reached
the disk or not, whatever became of the others; a rename does both of its halves or none.
"""

from __future__ import annotations

import builtins
import io
import itertools
import math
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

OPERATIONS = ("fsync", "replace", "rename", "link", "unlink", "rmdir", "mkdir")

NAMING = ("replace", "rename", "link")
"""Those that take an old and a new name."""

LIMIT = 2**16
"""States of one moment; a writer that leaves more of them should flush."""

Parts = tuple[str, ...]
"""A path below the folder that is watched."""

State = frozenset[tuple[Parts, bytes | None]]
"""Everything below the folder, with its content; None for a folder."""


@dataclass(eq=False)
class Node:
    """A file or a folder, whatever its names are.

    Attributes:
        names: What a folder holds now; None for a file.
        kept: What of it is on the disk for certain.
        written: What a file holds now.
        flushed: What of it is on the disk for certain.
        stamp: Size and time of what it holds now.
    """

    names: dict[str, Node] | None = None
    kept: dict[str, Node] = field(default_factory=dict)
    written: bytes = b""
    flushed: bytes = b""
    stamp: tuple[int, int] = (0, 0)

    def contents(self) -> list[bytes]:
        """What the file may hold after a cut."""
        old, new = self.flushed, self.written
        if old == new:
            return [old]
        # What follows an older content was appended; any other began with an empty file.
        begin = len(old) if new.startswith(old) else 0
        half, zeros = new[: (begin + len(new)) // 2], new[:begin] + bytes(len(new) - begin)
        return list(dict.fromkeys([old, new[:begin], half, zeros, new]))


@dataclass(frozen=True)
class Change:
    """A change of a folder's names: one is gone, one leads to a node, or both at once."""

    folder: Node
    gone: str | None = None
    name: str | None = None
    node: Node | None = None

    def apply(self, names: dict[str, Node]) -> None:
        """Makes the change in what a folder holds."""
        if self.gone is not None:
            names.pop(self.gone, None)
        if self.name is not None and self.node is not None:
            names[self.name] = self.node


class LossyDisk:
    """Watches what this process does in a folder.

    Args:
        root: The folder; what it holds already is on the disk.

    Attributes:
        said: What the writer has said to be done.
        moments: How many operations were seen.
        states: Each state once, with what had been said at the last moment that it may follow.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.said: Any = None
        self.moments = 0
        self.states: dict[State, Any] = {}
        self._pending: list[Change] = []
        self._top = _durable(self.root)

    @contextmanager
    def watching(self) -> Iterator[LossyDisk]:
        """Puts itself between this process and the disk."""
        with ExitStack() as stack:
            for name in OPERATIONS:
                call = partial(self._call, name, getattr(os, name))
                stack.enter_context(mock.patch.object(os, name, call))
            call = partial(self._open, io.open)
            for module in (io, builtins):
                stack.enter_context(mock.patch.object(module, "open", call))
            yield self

    def say(self, said: Any) -> None:
        """Takes note that from this moment on the writer has said so."""
        self.said = said
        self._read()
        self._tell()

    def live(self) -> State:
        """What the folder holds now, as far as it was seen."""
        self._read()
        return _state(self._top, lambda node: node.names or {}, lambda node: node.written)

    def _call(self, name: str, operation: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        named = args[:2] if name in NAMING else args[:1]
        places = [self._parts(place, kwargs.get("dir_fd")) for place in named]
        self._read()
        result = operation(*args, **kwargs)
        source, target = places[0], places[-1]
        if source is not None and target is not None:
            self._record(name, source, target)
            self.moments += 1
            self._tell()
        return result

    def _record(self, name: str, source: Parts, target: Parts) -> None:
        node, folder, before = map(self._find, (source, target[:-1], source[:-1]))
        if name == "fsync" and node is not None:
            self._flush(node)
        elif name == "mkdir" and folder is not None:
            self._change(Change(folder, name=target[-1], node=Node({})))
        elif name == "link" and node is not None and folder is not None:
            self._change(Change(folder, name=target[-1], node=node))
        elif name in ("unlink", "rmdir") and node is not None and folder is not None:
            self._change(Change(folder, gone=target[-1]))
        elif node is not None and folder is not None:
            if folder is not before:
                raise NotImplementedError("a rename from one folder into another")
            self._change(Change(folder, source[-1], target[-1], node))

    def _open(
        self, opened: Callable[..., Any], file: Any, mode: str = "r", *args: Any, **kwargs: Any
    ) -> Any:
        writes = any(letter in mode for letter in "wxa+") and not isinstance(file, int)
        parts = self._parts(file) if writes else None
        stream = opened(file, mode, *args, **kwargs)
        if parts and (folder := self._find(parts[:-1])):
            self._read()
            if self._find(parts) is None:
                self._change(Change(folder, name=parts[-1], node=Node()))
            self.moments += 1
            self._tell()
        return stream

    def _parts(self, place: Any, beside: int | None = None) -> Parts | None:
        """Where something is below the root; None when it is elsewhere or unknown."""
        if isinstance(place, int):
            wanted = os.fstat(place)
            live = (parts for parts, _ in _walk(self._top, lambda node: node.names or {}))
            stats = ((parts, _stat(self.root.joinpath(*parts))) for parts in live)
            return next((p for p, stat in stats if stat and os.path.samestat(stat, wanted)), None)
        if beside is not None:
            folder = self._parts(beside)
            return None if folder is None else (*folder, os.fspath(place))
        path = Path(os.path.abspath(place))
        path = path.parent.resolve() / path.name
        return path.relative_to(self.root).parts if path.is_relative_to(self.root) else None

    def _find(self, parts: Parts) -> Node | None:
        node: Node | None = self._top
        for part in parts:
            node = (node.names or {}).get(part) if node else None
        return node

    def _change(self, change: Change) -> None:
        assert change.folder.names is not None
        change.apply(change.folder.names)
        self._pending.append(change)

    def _flush(self, node: Node) -> None:
        node.flushed = node.written
        for change in [change for change in self._pending if change.folder is node]:
            change.apply(node.kept)
            self._pending.remove(change)

    def _read(self) -> None:
        """Looks what files hold now."""
        for parts, node in _walk(self._top, lambda node: node.names or {}):
            path = self.root.joinpath(*parts)
            if node.names is None and (stat := _stat(path)):
                stamp = (stat.st_size, stat.st_mtime_ns)
                if stamp != node.stamp:
                    node.stamp, node.written = stamp, path.read_bytes()

    def _tell(self) -> None:
        """Adds the states in which a cut at this moment may leave the folder."""
        reachable, changes = self._reachable()
        contents = {node: node.contents() for node in reachable if node.names is None}
        axes: list[list[Any]] = [[False, True]] * len(changes) + list(contents.values())
        if math.prod(map(len, axes)) > LIMIT:
            raise RuntimeError(f"over {LIMIT} states: {len(changes)} changes are not flushed")
        for choice in itertools.product(*axes):
            names = {node: dict(node.kept) for node in reachable}
            for change in itertools.compress(changes, choice):
                change.apply(names[change.folder])
            chosen = dict(zip(contents, choice[len(changes) :], strict=True))
            state = _state(self._top, names.__getitem__, chosen.__getitem__)
            self.states[state] = self.said

    def _reachable(self) -> tuple[list[Node], list[Change]]:
        """Nodes that may have a name after a cut, and the changes that may matter."""
        nodes, changes = [self._top], []
        for node in nodes:
            own = [change for change in self._pending if change.folder is node]
            changes += own
            below = [*node.kept.values(), *(change.node for change in own if change.node)]
            nodes += [child for child in dict.fromkeys(below) if child not in nodes]
        return nodes, sorted(changes, key=self._pending.index)


def put(state: State, root: Path) -> None:
    """Makes a folder hold a state and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    for parts, content in sorted(state, key=lambda item: item[0]):
        path = root.joinpath(*parts)
        if content is None:
            path.mkdir()
        else:
            path.write_bytes(content)


def _durable(path: Path) -> Node:
    """What is there, as if it had been there for long."""
    if path.is_dir():
        names = {child.name: _durable(child) for child in path.iterdir()}
        return Node(names, dict(names))
    content = path.read_bytes()
    return Node(written=content, flushed=content)


def _walk(
    folder: Node, names: Callable[[Node], Mapping[str, Node]], parts: Parts = ()
) -> Iterator[tuple[Parts, Node]]:
    yield parts, folder
    if folder.names is not None:
        for name, child in names(folder).items():
            yield from _walk(child, names, (*parts, name))


def _state(
    top: Node, names: Callable[[Node], Mapping[str, Node]], content: Callable[[Node], bytes]
) -> State:
    return frozenset(
        (parts, content(node) if node.names is None else None)
        for parts, node in _walk(top, names)
        if parts
    )


def _stat(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except OSError:
        return None
