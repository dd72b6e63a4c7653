"""A sweep that places coefficients is refused where it could place none."""

import pytest

from srgan_core.errors import ConfigError
from sweep.config.loading import load_config
from sweep.planning.adaptive import require_two_axes
from sweep.planning.plan import plan_sweep
from sweep.store.folder import SweepStore

BASE = {"device": "cpu", "eval.metrics": ["psnr", "lpips"], "grid.adv": [1e-4, 1e-2]}


def planned(folder, **overrides):
    changes = {key.replace("__", "."): value for key, value in overrides.items()}
    return plan_sweep(SweepStore(folder), load_config("smoke", BASE | changes), frozenset())


def test_the_first_two_axes_of_the_chart_are_needed(tmp_path):
    config = load_config("smoke", BASE | {"eval.metrics": ["psnr", "ssim"]})
    with pytest.raises(ConfigError, match=r"expected psnr_y and one of niqe, lpips_alex, .*psnr,"):
        require_two_axes(config)
    with pytest.raises(ConfigError, match="--metrics psnr,niqe"):
        planned(tmp_path / "new", grid__trials=6, eval__metrics=["psnr"])
    assert planned(tmp_path / "new", eval__metrics=["psnr"]).adaptive is None


@pytest.mark.parametrize(
    ("changes", "least"),
    [
        ({}, 4),
        ({"grid__seeds": [0, 1]}, 8),
        ({"grid__content": ["mse", "vgg16-22"]}, 7),
        ({"grid__control": False}, 3),
    ],
)
def test_there_has_to_be_room_for_one_coefficient_more(tmp_path, changes, least):
    with pytest.raises(ConfigError, match=f"--trials: expected at least {least}, .* got 2"):
        planned(tmp_path / "new", grid__trials=2, **changes)
    plan = planned(tmp_path / "new", grid__trials=least, **changes)
    assert plan.unplaced(SweepStore(tmp_path / "new")) == 1


def test_a_range_has_an_end_above_the_control(tmp_path):
    with pytest.raises(ConfigError, match="expected a coefficient above 0"):
        planned(tmp_path / "new", grid__trials=6, grid__adv=[0.0])


def test_a_range_has_two_ends(tmp_path):
    alone = {"grid__trials": 6, "grid__adv": [1e-3]}
    with pytest.raises(ConfigError, match=r"two coefficients, .* got 0\.001 alone and no control"):
        planned(tmp_path / "new", grid__control=False, **alone)
    assert planned(tmp_path / "new", **alone).unplaced(SweepStore(tmp_path / "new")) == 4


def test_what_stands_in_a_folder_is_not_refused_when_it_goes_on(tmp_path):
    store = SweepStore(tmp_path / "new")
    store.write_config(planned(store.root, grid__trials=4).config)
    store.write_config(planned(store.root, grid__adv=[1e-3, 3e-3]).config)
    assert len(planned(store.root, grid__trials=4, grid__adv=[1e-4, 1e-3, 3e-3, 1e-2]).asked) == 5
    with pytest.raises(ConfigError, match="--trials: expected at least 8"):
        planned(store.root, grid__trials=4, grid__seeds=[0, 1])
