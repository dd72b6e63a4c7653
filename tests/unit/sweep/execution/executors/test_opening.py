"""Which options make which executor; those that open are tested with the contract."""

import sys

import pytest

from srgan_core.errors import ConfigError, MissingDependencyError
from sweep.execution.executors.opening import open_executor


def test_options_of_a_cluster_need_the_executor():
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, address="auto")
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, ray_storage=True)


def test_without_ray_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"srgan-sweep\[ray\]"):
        open_executor("ray", 1, "cpu", 1)
