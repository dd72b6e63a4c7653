"""Serves the report of a results folder while a sweep runs, to this machine by default."""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from srgan_core.errors import ConfigError
from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.visualization.report.collect import collect
from sweep.visualization.report.live import fingerprint, live_tables
from sweep.visualization.report.page import asset, bundle, choose_pictures, policy, render_page
from sweep.visualization.report.pictures import Picture
from sweep.visualization.report.values import plain_tree

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Snapshot:
    """What the server sends until the records, and so their fingerprint, change.

    The page asks for pictures by their number.
    """

    version: str
    document: dict[str, Any]
    pictures: Mapping[int, Picture]


class LiveReport:
    """Makes the newest snapshot of a folder, once for each state of its records."""

    def __init__(self, store: SweepStore, most_images: int) -> None:
        self._store, self._most_images = store, most_images
        self._lock = threading.Lock()
        self._last: Snapshot | None = None

    def newest(self) -> Snapshot:
        """Gives the snapshot of the records as they are now.

        Raises:
            StoreError: when the folder holds nothing to show.
        """
        with self._lock:
            version = fingerprint(self._store)
            if self._last is None or self._last.version != version:
                self._last = self._make(version)
            return self._last

    def _make(self, version: str) -> Snapshot:
        tables = live_tables(self._store)
        found, _ = choose_pictures(self._store, tables, self._most_images)
        pictures = dict(enumerate(found))
        document = collect(self._store, tables) | {
            "live": True,
            "version": version,
            # The page asks by number, so that no name becomes a path.
            "pictures": {
                picture.key: ["image/png", *_size(picture), number, picture.path.stat().st_mtime]
                for number, picture in pictures.items()
            },
        }
        return Snapshot(version, plain_tree(document), pictures)


class ReportServer(ThreadingHTTPServer):
    """HTTP server of one live report; port 0 lets the system choose.

    Raises:
        ConfigError: when the host is empty.
        StoreError: when the address cannot be had.
    """

    daemon_threads = True

    def __init__(self, report: LiveReport, host: str, port: int) -> None:
        if not host:
            raise ConfigError("--host: expected an address, got an empty one, which means all")
        self.report = report
        self.allowed_hosts = {*LOOPBACK, host}
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            reason = "is in use" if in_use else f"cannot be had ({error.strerror})"
            raise StoreError(
                f"{host}:{port}: this address {reason}; choose another --port"
            ) from None

    @property
    def url(self) -> str:
        """Where the page is."""
        return f"http://{self.server_address[0]!s}:{self.server_address[1]}/"


class _Handler(BaseHTTPRequestHandler):
    server: ReportServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answers the page, its data and its pictures; nothing else exists."""
        target = urlsplit(self.path)
        # A foreign site whose name resolves to this machine must not read the folder.
        if not self._is_for_this_server():
            self._send(HTTPStatus.FORBIDDEN, "text/plain", b"wrong host\n")
        elif target.path == "/":
            self._answer(self._page)
        elif target.path == "/data.json":
            self._answer(lambda: self._data(parse_qs(target.query).get("have", [""])[0]))
        elif target.path.startswith("/picture/"):
            self._answer(lambda: self._picture(target.path.removeprefix("/picture/")))
        else:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"not here\n")

    def log_message(self, format: str, *args: Any) -> None:
        """Stays silent: a page that polls would fill the terminal."""

    def _is_for_this_server(self) -> bool:
        name = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        return name in self.server.allowed_hosts or "0.0.0.0" in self.server.allowed_hosts

    def _answer(self, make: Any) -> None:
        try:
            make()
        except (StoreError, OSError) as error:
            self._send(HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", f"{error}\n".encode())

    def _page(self) -> None:
        page = render_page(self.server.report.newest().document, live=True)
        self._send(HTTPStatus.OK, "text/html; charset=utf-8", page.encode())

    def _data(self, known: str) -> None:
        snapshot = self.server.report.newest()
        if snapshot.version == known:
            self._send(HTTPStatus.NO_CONTENT, "application/json", b"")
        else:
            content = json.dumps(snapshot.document, allow_nan=False).encode()
            self._send(HTTPStatus.OK, "application/json", content)

    def _picture(self, number: str) -> None:
        pictures = self.server.report.newest().pictures
        picture = pictures.get(int(number)) if number.isdecimal() else None
        if picture is None:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"no such picture\n")
        else:
            self._send(HTTPStatus.OK, "image/png", picture.path.read_bytes())

    def _send(self, status: HTTPStatus, kind: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Security-Policy", policy(bundle(), asset("page.css"), live=True))
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cross-Origin-Resource-Policy", "same-origin")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def _size(picture: Picture) -> tuple[int, int]:
    """Width and height in pixels; 0 for a file that is no image."""
    from PIL import Image

    try:
        with Image.open(picture.path, formats=("PNG",)) as image:
            return image.size
    except Exception:
        return 0, 0
