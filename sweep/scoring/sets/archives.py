"""Downloads an archive of images and unpacks it without trusting it."""

from __future__ import annotations

import re
import shutil
import tarfile
import tempfile
import urllib.parse
import zlib
from pathlib import Path, PurePosixPath, PureWindowsPath

from srgan_core.data.images import SUFFIXES
from srgan_core.errors import DataError
from srgan_core.files import make_folder, sync_folder, write_atomically
from srgan_core.network import (
    OFFLINE_VARIABLE,
    PROBE_SECONDS,
    is_offline,
    why_unreachable,
    with_retries,
)

MAX_BYTES = 2 * 1024**3
"""Unpacked size at which an archive is refused; the largest test set has 0.1 GB."""


def download(url: str, folder: Path) -> Path:
    """Fetches a file over https into a folder, or says quickly that the network does not give it.

    A transfer that breaks off is tried again. The file gets its name once it is whole, and has
    the SHA-256 that the server announces, where it does.

    Raises:
        DataError: when `SWEEP_OFFLINE` forbids it, the server is out of reach, or it refuses.
    """
    import pooch

    name = PurePosixPath(urllib.parse.urlsplit(url).path).name
    if is_offline():
        raise DataError(f"{url}: not fetched, {OFFLINE_VARIABLE} forbids the network; unset it")
    if reason := why_unreachable(url):
        raise DataError(f"{url}: not reachable ({reason}); check the network")
    # pooch would print a line about the hash of every file that it fetches.
    pooch.get_logger().setLevel("WARNING")
    fetch = pooch.HTTPDownloader(timeout=(PROBE_SECONDS, 60))

    def transfer() -> Path:
        known = announced_sha256(url)
        return Path(
            pooch.retrieve(url, known_hash=known, fname=name, path=folder, downloader=fetch)
        )

    try:
        return with_retries(transfer, (OSError, ValueError), _is_refusal)
    except (OSError, ValueError) as error:
        raise DataError(f"{url}: the download failed ({error}); try again") from None


def announced_sha256(url: str) -> str | None:
    """Asks a server for the hash of a file before it is fetched: `sha256:` and 64 digits, or None.

    Hugging Face names its large files by their SHA-256 in a header of the page that leads to them.
    """
    import requests

    answer = requests.head(url, allow_redirects=False, timeout=PROBE_SECONDS)
    for header in ("X-Linked-Etag", "ETag"):
        found = re.fullmatch(r'(?:W/)?"?([0-9a-f]{64})"?', answer.headers.get(header, ""))
        if found:
            return f"sha256:{found[1]}"
    return None


def _is_refusal(error: Exception) -> bool:
    """Whether the server itself declines, which it will do again."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status is not None and status < 500


def extract_images(archive: Path, folder: Path) -> None:
    """Unpacks the images of a tar archive side by side into a folder, all or nothing.

    Folders inside the archive are dropped; links, devices and other files are passed over. The
    folder does not exist afterwards if anything is wrong.

    Raises:
        DataError: when the archive is damaged, too large once unpacked, or holds one image name
            twice.
    """
    make_folder(folder.parent)
    scratch = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        _extract_members(archive, scratch)
        scratch.chmod(0o755)
        scratch.replace(folder)
        sync_folder(folder.parent)
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
            # Windows' rules know both separators, so no name leads out of the folder.
            name = PureWindowsPath(member.name).name
            content = tar.extractfile(member) if member.isfile() and _is_image(name) else None
            if content is None:
                continue
            if (folder / name).exists():
                raise DataError(f"{archive}: holds {name!r} twice; not used")
            write_atomically(folder / name, content.read())


def _is_image(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES and not name.startswith(".")
