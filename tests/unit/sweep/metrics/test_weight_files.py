import pytest
import torch

from srgan_core.files import file_sha256
from sweep.metrics.weight_files import HubFile, NetworkWeights, PackagedFile


@pytest.fixture
def hub(monkeypatch, tmp_path):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    return tmp_path / "torch" / "hub"


def test_a_file_of_the_hub_is_named_until_it_is_there(hub):
    weights = HubFile("pyiqa/model.pth")
    assert weights.missing().startswith(f"{hub}/pyiqa/model.pth is missing; pyiqa tries")
    assert weights.sha256() is None
    assert weights.summary() == "pyiqa/model.pth not here"
    (hub / "pyiqa").mkdir(parents=True)
    torch.save({}, hub / "pyiqa" / "model.pth")
    assert weights.missing() == ""
    assert weights.sha256() == file_sha256(hub / "pyiqa" / "model.pth")


def test_a_packaged_file_is_found_beside_its_package():
    weights = PackagedFile("heads", "lpips", "weights/v0.1/alex.pth")
    assert weights.missing() == ""
    assert weights.summary() == "heads df73285e35b22355"


@pytest.mark.parametrize("package", ["lpips", "no_such_package"])
def test_a_packaged_file_that_is_not_there_is_missing(package):
    weights = PackagedFile("heads", package, "weights/none.pth")
    assert "weights/none.pth is missing; reinstall the package" in weights.missing()
    assert weights.sha256() is None


@pytest.mark.usefixtures("hub", "own_cache")
def test_a_network_that_is_not_here_is_not_fetched_to_be_hashed(monkeypatch):
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    weights = NetworkWeights("vgg16")
    assert "not on this machine" in weights.missing()
    assert weights.sha256() is None
