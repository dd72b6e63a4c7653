"""What can run here, tested with an empty hub cache and no network, as many machines are."""

import pytest

from srgan_core.errors import ConfigError, WeightsError
from sweep.scoring.availability import describe_availability, require_metrics


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """No weights on the machine and no network."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setenv("SWEEP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("SWEEP_OFFLINE", "1")
    # pyiqa asks for the hub's folder once, when it is imported.
    monkeypatch.setattr(
        "pyiqa.utils.download_util.DEFAULT_CACHE_DIR", str(tmp_path / "torch" / "hub" / "pyiqa")
    )
    return tmp_path


@pytest.mark.usefixtures("bare")
def test_what_needs_no_weights_or_brings_them_is_always_ready():
    ready = ("psnr_y", "ssim_y", "rmse", "niqe", "ms_ssim", "vif", "fsim", "gmsd")
    assert all(statement.ready for statement in describe_availability(ready))
    require_metrics(ready)


def test_a_missing_file_is_named_with_its_folder(bare):
    (statement,) = describe_availability(["nrqm"])
    assert not statement.ready
    assert str(bare / "torch" / "hub" / "pyiqa" / "NRQM_model.mat") in statement.note


@pytest.mark.usefixtures("bare")
def test_a_missing_trunk_says_where_it_would_come_from():
    statements = describe_availability(["lpips_alex", "lpips_vgg", "kid_patches"])
    assert not any(statement.ready for statement in statements)
    assert all("not on this machine" in statement.note for statement in statements)


@pytest.mark.usefixtures("bare")
def test_metrics_whose_weights_cannot_be_had_are_all_refused_by_name():
    with pytest.raises(WeightsError) as caught:
        require_metrics(["psnr_y", "brisque", "musiq", "ilniqe"])
    lines = str(caught.value).splitlines()
    assert [line.split(":")[0] for line in lines] == [
        *("metric brisque", "metric musiq", "metric ilniqe"),
    ]
    assert "brisque_svm_weights.pth" in lines[0]
    assert "SWEEP_OFFLINE forbids the network" in lines[0]
    assert "leave brisque out of --metrics" in lines[0]


@pytest.mark.usefixtures("bare")
def test_a_name_of_pyiqa_that_is_not_declared_is_tried_by_building_it():
    require_metrics(["nlpd"])
    with pytest.raises(WeightsError, match=r"metric pieapp: .*put https://.* at /.*"):
        require_metrics(["pieapp"])


@pytest.mark.usefixtures("bare")
def test_pi_fails_for_the_model_of_ma():
    with pytest.raises(WeightsError, match=r"metric nrqm: .*NRQM_model\.mat"):
        require_metrics(["pi"])


def test_networks_are_asked_for_through_the_caller():
    asked = []
    require_metrics(["psnr_y", "lpips_alex", "lpips_vgg", "fd_patches"], asked.append)
    assert asked == ["alexnet", "vgg16", "alexnet"]


def test_an_unknown_column_is_an_error():
    with pytest.raises(ConfigError, match="is unknown"):
        require_metrics(["lpips"])
