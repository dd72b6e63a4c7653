"""Downloads an archive of images and unpacks it without trusting it."""

from __future__ import annotations

import http.client
import os
import shutil
import tarfile
import tempfile
import threading
import urllib.error
import urllib.parse
import urllib.request
import zlib
from pathlib import Path, PurePosixPath

from srgan_core.data.images import SUFFIXES
from srgan_core.errors import DataError

MAX_BYTES = 2 * 1024**3
"""Unpacked size at which an archive is refused; the largest test set has 0.1 GB."""

PATIENCE = 4.0
"""Seconds after which a server that does not answer counts as out of reach."""


def download(url: str, folder: Path) -> Path:
    """Fetches a file, or says quickly that the network does not give it.

    Args:
        url: What to fetch, over https.
        folder: Where it is kept.

    Returns:
        Path of the file.

    Raises:
        DataError: when `SWEEP_OFFLINE` forbids it, the server is out of reach, or it refuses.
    """
    import pooch

    name = PurePosixPath(urllib.parse.urlsplit(url).path).name
    if os.environ.get("SWEEP_OFFLINE", "0") not in ("", "0"):
        raise DataError(f"{url}: not fetched, SWEEP_OFFLINE forbids the network; unset it")
    if not answers(url):
        raise DataError(f"{url}: no answer within {PATIENCE:.0f} s; check the network")
    # pooch would print a line about the hash of every file that it fetches.
    pooch.get_logger().setLevel("WARNING")
    fetch = pooch.HTTPDownloader(timeout=(PATIENCE, 60))
    try:
        return Path(pooch.retrieve(url, known_hash=None, fname=name, path=folder, downloader=fetch))
    except (OSError, ValueError) as error:
        raise DataError(f"{url}: the download failed ({error}); try again") from None


def answers(url: str, patience: float = PATIENCE) -> bool:
    """Whether a server says anything at all, an error included.

    The question runs in a thread of its own, because no timeout applies to a name server.

    Args:
        url: Address to ask.
        patience: Seconds to wait.

    Returns:
        True when it answered in time.
    """
    answered = threading.Event()

    def ask() -> None:
        request = urllib.request.Request(url, method="HEAD")
        try:
            urllib.request.urlopen(request, timeout=patience).close()
        except urllib.error.HTTPError:
            answered.set()
        except (OSError, http.client.HTTPException):
            return
        answered.set()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(patience)
    return answered.is_set()


def extract_images(archive: Path, folder: Path) -> None:
    """Unpacks the images of a tar archive side by side into a folder, all or nothing.

    Folders inside the archive are dropped, other files are passed over.

    Args:
        archive: A tar file, compressed or not.
        folder: Where the images go; does not exist afterwards if anything is wrong.

    Raises:
        DataError: when the archive is damaged, too large once unpacked, or holds a link, a
            device, an absolute path, a way out of the folder, or one image name twice.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _extract_members(archive, scratch)
        scratch.chmod(0o755)
        scratch.replace(folder)
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise DataError(f"{archive}: the archive is damaged ({error}); delete it") from None
    except OSError as error:
        # Another process may have unpacked the same archive meanwhile.
        if not folder.is_dir():
            raise DataError(f"{archive}: could not be unpacked ({error})") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _extract_members(archive: Path, folder: Path) -> None:
    total = 0
    with tarfile.open(archive) as tar:
        for member in tar:
            total += member.size
            if total > MAX_BYTES:
                raise DataError(f"{archive}: unpacks to more than {MAX_BYTES:,} bytes; not used")
            name = _image_name(archive, member)
            content = tar.extractfile(member) if name else None
            if content is None:
                continue
            if (folder / name).exists():
                raise DataError(f"{archive}: holds {name!r} twice; not used")
            (folder / name).write_bytes(content.read())


def _image_name(archive: Path, member: tarfile.TarInfo) -> str:
    """File name of an image, empty for a folder or another kind of file."""
    path = PurePosixPath(member.name)
    if path.is_absolute() or ".." in path.parts or "\\" in member.name:
        raise DataError(f"{archive}: member {member.name!r} leaves the folder; not used")
    if not (member.isfile() or member.isdir()):
        raise DataError(f"{archive}: member {member.name!r} is a link or a device; not used")
    is_image = path.suffix.lower() in SUFFIXES and not path.name.startswith(".")
    return path.name if member.isfile() and is_image else ""
