import json
import socket

import pytest

from sweep.cli.doctor import diagnose, sections


@pytest.fixture(autouse=True)
def _no_network(monkeypatch, own_cache, tmp_path):
    def refuse(*args: object) -> None:
        pytest.fail("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.delenv("SWEEP_DATA", raising=False)


def test_everything_that_a_bug_report_needs_is_there_without_any_network(own_cache):
    found = dict(sections(diagnose()))
    assert list(found) == ["versions", "device", "folders", "weights", "test sets"]
    assert any(line.startswith("torch ") for line in found["versions"])
    assert "CPU core" in found["device"][0]
    assert found["device"][1].startswith("--device takes cpu")
    assert str(own_cache) in found["folders"][0]
    assert "not set" in found["folders"][1]
    assert not own_cache.exists()


def test_what_is_missing_says_where_it_would_come_from():
    found = dict(sections(diagnose()))
    assert [line.split()[0] for line in found["weights"]] == ["alexnet", "vgg16", "vgg19"]
    assert all("not here; not on this machine; first use fetches it" in w for w in found["weights"])
    assert (
        "set5      not here; put it into $SWEEP_DATA or run `sweep fetch set5`"
        in found["test sets"]
    )


def test_damaged_weights_and_incomplete_sets_are_told(monkeypatch, tmp_path):
    checkpoints = tmp_path / "torch" / "hub" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "vgg16-397923af.pth").write_bytes(b"damaged")
    (tmp_path / "data" / "Set5").mkdir(parents=True)
    monkeypatch.setenv("SWEEP_DATA", str(tmp_path / "data"))
    found = dict(sections(diagnose()))
    assert "SHA-256 must begin with 397923af" in found["weights"][1]
    assert "expected the 5 HR images of set5, found 0" in found["test sets"][0]
    assert str(tmp_path / "data") in found["folders"][1]


def test_doctor_shows_every_section_and_writes_it_for_programs(sweep):
    answer = sweep("doctor")
    assert answer.status == 0
    lines = answer.out.splitlines()
    titles = [line for line in lines if not line.startswith(" ")]
    assert titles == ["versions", "device", "folders", "weights", "test sets"]
    document = json.loads(sweep("doctor", "--json").out)
    assert (document["schema_version"], document["command"]) == (1, "doctor")
    found = document["diagnosis"]
    assert f"  torch {found['versions']['torch']}" in lines
    assert [status["path"] for status in found["weights"]] == [None] * 3
    assert found["test_sets"][0]["images"] == 0
