"""sweep.yaml comes back as it was written, or says why not."""

import pytest
import yaml

from sweep.config.loading import load_config
from sweep.errors import StoreError, UnavailableMetricError
from sweep.store.config_file import read_config_file, write_config_file


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "sweep.yaml"
    write_config_file(path, load_config("smoke"))
    return path


def change(path, **fields):
    path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **fields}))


def test_a_config_comes_back_as_it_was_written(path):
    assert read_config_file(path) == load_config("smoke")


def test_a_metric_of_a_package_that_is_not_installed_is_named(path):
    change(path, eval={"sets": ["skimage3"], "metrics": ["psnr", "contrast"]})
    with pytest.raises(UnavailableMetricError, match="install what provides 'contrast'") as refused:
        read_config_file(path)
    assert "damaged" not in str(refused.value)
    assert refused.value.EXIT_STATUS == 3


@pytest.mark.parametrize(
    "fields",
    [
        {"scale": 3},
        {"scale": 3, "eval": {"metrics": ["contrast"]}},
        {"eval": {"metrics": "contrast"}},
        {"eval": {"metrics": [1]}},
        {"eval": None},
    ],
)
def test_what_else_is_wrong_is_damage(path, fields):
    change(path, **fields)
    with pytest.raises(StoreError, match="damaged or written by another version") as refused:
        read_config_file(path)
    # Commands read it that have no --out.
    assert "--out" not in str(refused.value)
