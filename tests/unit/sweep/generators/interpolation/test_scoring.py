import pytest

from srgan_core.errors import ConfigError, UnavailableDeviceError
from sweep.config.loading import load_config
from sweep.errors import StoreError
from sweep.generators.interpolation.curve import Curve
from sweep.generators.interpolation.ends import End
from sweep.generators.interpolation.scoring import score_curve
from sweep.store.folder import SweepStore
from sweep.tables.curves import INTERPOLATION


@pytest.fixture
def curve(tmp_path) -> Curve:
    store = SweepStore(tmp_path / "smoke")
    store.write_config(load_config("smoke", {"device": "cpu", "threads": 1}))
    return Curve(store, End("bicubic", None), End("a", store.trial("a")), "images")


def test_another_test_set_than_those_of_the_sweep_is_refused(curve):
    with pytest.raises(ConfigError, match=r"'set5' is unknown: skimage3; add it with `sweep run"):
        score_curve(curve, [0.0, 1.0], ["set5"], pytest.fail)


def test_the_device_of_the_sweep_is_named_and_no_option_that_is_not_there(curve, monkeypatch):
    monkeypatch.setattr("torch.cuda.device_count", lambda: 0)
    curve.store.write_config(load_config("smoke", {"device": "cuda"}))
    with pytest.raises(UnavailableDeviceError, match=r"sees cpu on .*interpolate where it ran"):
        score_curve(curve, [0.0, 1.0], None, pytest.fail)


def test_a_sweep_at_work_is_left_alone(curve):
    with curve.store.locked(), pytest.raises(StoreError, match="is at work there"):
        score_curve(curve, [0.0, 1.0], None, pytest.fail)


def test_without_images_of_the_test_set_nothing_is_written(curve):
    with pytest.raises(StoreError, match="holds no LR images"):
        score_curve(curve, [0.0, 1.0], ["skimage3"], pytest.fail)
    assert not (curve.store.root / INTERPOLATION).exists()
