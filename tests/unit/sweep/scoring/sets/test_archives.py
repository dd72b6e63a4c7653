import hashlib
import http.server
import io
import tarfile
import threading
import time

import pytest

from srgan_core import network
from srgan_core.errors import DataError
from sweep.scoring.sets import archives
from sweep.scoring.sets.archives import download, extract_images


def member(name, kind=tarfile.REGTYPE, content=b"pixels", target=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    info.size = len(content) if kind == tarfile.REGTYPE else 0
    return info, content


@pytest.fixture
def pack(tmp_path):
    def write(*members):
        path = tmp_path / "images.tar.gz"
        with tarfile.open(path, "w:gz") as tar:
            for info, content in members:
                tar.addfile(info, io.BytesIO(content))
        return path

    return write


@pytest.fixture
def server():
    """Gives the bytes `archive` for every address but /missing.tar.gz."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(404 if "missing" in self.path else 200)
            self.end_headers()

        def do_GET(self):
            self.do_HEAD()
            self.wfile.write(b"archive")

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


@pytest.fixture(autouse=True)
def online(monkeypatch):
    monkeypatch.delenv("SWEEP_OFFLINE", raising=False)
    monkeypatch.setattr(network, "PAUSE_SECONDS", 0.0)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_images_are_unpacked_side_by_side_and_nothing_else(pack, tmp_path):
    archive = pack(
        member("Set/", tarfile.DIRTYPE),
        member("Set/a.png"),
        member("Set/deep/b.PNG", content=b"other"),
        member("Set/read.me"),
        member("Set/._a.png"),
    )
    extract_images(archive, tmp_path / "out")
    assert names(tmp_path / "out") == ["a.png", "b.PNG"]
    assert (tmp_path / "out" / "b.PNG").read_bytes() == b"other"


@pytest.mark.parametrize("name", ["/etc/a.png", "../a.png", "Set/../../a.png", "Set\\..\\a.png"])
def test_no_name_in_an_archive_leads_out_of_the_folder(pack, tmp_path, name):
    extract_images(pack(member(name)), tmp_path / "out")
    assert names(tmp_path / "out") == ["a.png"]
    assert names(tmp_path) == ["images.tar.gz", "out"]


@pytest.mark.parametrize(
    "special",
    [
        member("a.png", tarfile.SYMTYPE, target="/etc/passwd"),
        member("a.png", tarfile.LNKTYPE, target="good.png"),
        member("a.png", tarfile.CHRTYPE),
        member("a.png", tarfile.FIFOTYPE),
    ],
    ids=["symbolic link", "hard link", "device", "pipe"],
)
def test_links_and_devices_are_passed_over(pack, tmp_path, special):
    extract_images(pack(member("good.png"), special), tmp_path / "out")
    assert names(tmp_path / "out") == ["good.png"]


def test_two_images_of_one_name_are_refused_and_nothing_is_left(pack, tmp_path):
    archive = pack(member("good.png"), member("other/good.png"))
    with pytest.raises(DataError, match="twice"):
        extract_images(archive, tmp_path / "out")
    assert names(tmp_path) == ["images.tar.gz"]


def test_an_archive_that_unpacks_to_too_much_is_refused(pack, tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 10)
    archive = pack(member("a.txt", content=b"0" * 6), member("b.png", content=b"0" * 6))
    with pytest.raises(DataError, match="more than 10 bytes"):
        extract_images(archive, tmp_path / "out")
    assert names(tmp_path) == ["images.tar.gz"]


@pytest.mark.parametrize("content", [b"", b"no archive", None])
def test_a_damaged_archive_is_an_error_that_names_it(pack, tmp_path, content):
    archive = pack(member("a.png", content=b"0123456789" * 500))
    archive.write_bytes(archive.read_bytes()[:60] if content is None else content)
    with pytest.raises(DataError, match=r"images\.tar\.gz: the archive is damaged"):
        extract_images(archive, tmp_path / "out")
    assert names(tmp_path) == ["images.tar.gz"]


def test_what_another_process_unpacked_meanwhile_is_kept(pack, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "a.png").write_bytes(b"first")
    extract_images(pack(member("a.png", content=b"second")), tmp_path / "out")
    assert (tmp_path / "out" / "a.png").read_bytes() == b"first"
    assert names(tmp_path) == ["images.tar.gz", "out"]


def test_a_file_is_fetched_silently(server, tmp_path, capfd):
    path = download(f"{server}/data/a.tar.gz?download=true", tmp_path)
    assert path == tmp_path / "a.tar.gz"
    assert path.read_bytes() == b"archive"
    assert capfd.readouterr() == ("", "")


def test_a_refusal_by_the_server_is_an_error(server, tmp_path):
    with pytest.raises(DataError, match="404"):
        download(f"{server}/missing.tar.gz", tmp_path)


def test_no_server_is_said_quickly(tmp_path):
    start = time.monotonic()
    with pytest.raises(DataError, match="not reachable"):
        download("http://127.0.0.1:9/a.tar.gz", tmp_path)
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("value", ["1", "yes"])
def test_the_network_can_be_forbidden(server, tmp_path, monkeypatch, value):
    monkeypatch.setenv("SWEEP_OFFLINE", value)
    with pytest.raises(DataError, match="SWEEP_OFFLINE"):
        download(f"{server}/a.tar.gz", tmp_path)
    assert names(tmp_path) == []


@pytest.fixture
def flaky():
    """A server that breaks off the first transfers; gives its address, a count, and the bytes."""
    state = {"failures": 0, "asked": 0, "content": b"archive", "etag": None}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.send_response(200)
            if state["etag"]:
                self.send_header("X-Linked-Etag", state["etag"])
            self.send_header("Content-Length", str(len(state["content"])))
            self.end_headers()

        def do_GET(self):
            state["asked"] += 1
            self.do_HEAD()
            broken = state["asked"] <= state["failures"]
            self.wfile.write(state["content"][:3] if broken else state["content"])

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/a.tar.gz", state
        running.shutdown()


def test_a_transfer_that_breaks_off_is_tried_again(flaky, tmp_path):
    url, state = flaky
    state["failures"] = 2
    assert download(url, tmp_path).read_bytes() == b"archive"
    assert state["asked"] == 3
    assert names(tmp_path) == ["a.tar.gz"]


def test_a_transfer_that_always_breaks_off_leaves_nothing(flaky, tmp_path):
    url, state = flaky
    state["failures"] = 99
    with pytest.raises(DataError, match="the download failed"):
        download(url, tmp_path)
    assert state["asked"] == network.ATTEMPTS
    assert names(tmp_path) == []


def test_a_file_must_have_the_hash_that_the_server_announces(flaky, tmp_path):
    url, state = flaky
    state["etag"] = f'"{hashlib.sha256(b"archive").hexdigest()}"'
    assert download(url, tmp_path).read_bytes() == b"archive"
    (tmp_path / "a.tar.gz").unlink()
    state["content"] = b"another"
    with pytest.raises(DataError, match="hash"):
        download(url, tmp_path)
    assert names(tmp_path) == []
