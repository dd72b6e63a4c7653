"""The names, held against the modules that know what is behind them."""

from importlib.resources import files

import pytest

from sweep.config import names


def test_contents_are_those_that_can_be_trained():
    from srgan_core.feature_cuts import CONTENT_LOSSES

    assert names.CONTENTS == CONTENT_LOSSES


def test_published_sets_are_those_that_can_be_found():
    from sweep.scoring.sets.published_sets import PUBLISHED

    assert tuple(PUBLISHED) == names.PUBLISHED_SETS


@pytest.mark.parametrize("name", names.BUNDLED_SETS)
def test_bundled_sets_come_with_a_package(name):
    from sweep.scoring.sets.test_sets import resolve_test_set

    assert resolve_test_set(name, scale=4).images


def test_trackers_are_those_that_can_be_opened():
    from sweep.tracking.trackers import TRACKERS

    assert tuple(TRACKERS) == names.TRACKERS


@pytest.mark.parametrize("name", names.EXECUTORS)
def test_executors_have_a_module_of_their_name(name):
    from importlib.util import find_spec

    assert find_spec(f"sweep.execution.executors.{name}") is not None


def test_configs_are_the_packaged_ones():
    packaged = {path.name for path in files("sweep.configs").iterdir()}
    assert {name for name in packaged if name.endswith(".yaml")} == {
        f"{name}.yaml" for name in names.CONFIGS
    }


def test_the_default_config_comes_first():
    assert names.CONFIGS[0] == "quick"
