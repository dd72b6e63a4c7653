import pytest

from srgan_core.errors import ConfigError
from sweep.metrics.pyiqa_names import NOT_OF_ONE_IMAGE, pyiqa_metric, pyiqa_names
from sweep.metrics.registry import METRICS, find_metric, require_group


def test_what_is_declared_agrees_with_what_pyiqa_says_of_itself():
    for spec in METRICS.values():
        if spec.pyiqa:
            theirs = pyiqa_metric(spec.pyiqa)
            assert theirs.higher_is_better == spec.higher_is_better, spec.column
            assert theirs.reference == spec.reference, spec.column


def test_any_other_name_of_pyiqa_is_a_metric_with_its_own_defaults():
    spec = find_metric("musiq-ava")
    assert (spec.reference, spec.kind, spec.higher_is_better) == ("none", "perception", True)
    assert find_metric("pieapp").reference == "full"
    assert not find_metric("pieapp").higher_is_better
    assert len(pyiqa_names()) > 50


@pytest.mark.parametrize("name", sorted(NOT_OF_ONE_IMAGE))
def test_names_of_pyiqa_that_score_no_single_image_are_refused(name):
    with pytest.raises(ConfigError, match="is unknown"):
        require_group(name)
