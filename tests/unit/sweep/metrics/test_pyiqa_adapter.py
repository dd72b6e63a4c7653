"""pyiqa behind its adapter: silent, repeatable, its errors in one sentence."""

import numpy as np
import pytest
import torch

from srgan_core.errors import WeightsError
from sweep.metrics.builtin.niqe import PRISTINE_MODEL
from sweep.metrics.pyiqa_adapter import PyiqaMetric, create_metric
from sweep.metrics.pyiqa_names import FromPyiqa
from sweep.metrics.registry import METRICS


def score(column, sr, hr):
    return METRICS[column].load("cpu", 4)(sr, hr, "")


@pytest.fixture
def pair(photograph):
    hr = np.ascontiguousarray(photograph[:184, :184])
    noise = np.random.default_rng(1).normal(0, 12, hr.shape)
    return np.clip(np.round(hr + noise), 0, 255).astype(np.uint8), hr


def test_what_has_no_protocol_of_its_own_is_pyiqa_called_on_the_whole_image(photograph):
    import pyiqa

    image = np.ascontiguousarray(photograph[:64, :64])
    batch = torch.tensor(image).permute(2, 0, 1)[None].float() / 255
    expected = float(pyiqa.create_metric("entropy", device="cpu")(batch))
    assert PyiqaMetric(FromPyiqa("entropy"))(image, None, 4) == expected


def test_niqe_on_the_luma_of_matlab_is_another_value(photograph):
    device = torch.device("cpu")
    batch = torch.tensor(photograph).permute(2, 0, 1)[None].float() / 255
    values = [
        float(
            create_metric(
                "niqe", device, pretrained_model_path=str(PRISTINE_MODEL.path()), color_space=space
            )(batch)
        )
        for space in ("yiq", "ycbcr")
    ]
    assert values[0] != values[1]
    assert values[0] == pytest.approx(values[1], rel=0.1)


def test_random_states_stay_as_they_were(pair):
    torch.manual_seed(3)
    np.random.seed(3)
    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()
    score("gmsd", *pair)
    assert torch.equal(before[0], torch.random.get_rng_state())
    assert np.array_equal(before[1], np.random.get_state()[1])


def test_a_name_that_pyiqa_does_not_know_is_an_error_in_one_sentence():
    with pytest.raises(WeightsError, match="metric nonsense: pyiqa cannot build it here"):
        create_metric("nonsense", torch.device("cpu"))


def test_building_is_silent(capfd):
    METRICS["gmsd"].load("cpu", 4)
    assert capfd.readouterr() == ("", "")


def test_the_digest_depends_on_the_tensors_alone():
    assert PyiqaMetric(FromPyiqa("gmsd")).digest() == PyiqaMetric(FromPyiqa("gmsd")).digest()
    assert PyiqaMetric(FromPyiqa("gmsd")).digest() != PyiqaMetric(FromPyiqa("cw_ssim")).digest()
