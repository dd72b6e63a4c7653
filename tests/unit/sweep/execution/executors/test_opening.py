"""Which options make which executor; those that open are tested with the contract."""

import sys

import pytest

from srgan_core.errors import ConfigError, MissingDependencyError
from sweep.execution.executors.opening import open_executor, read_options


def test_options_of_a_cluster_need_the_executor():
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, address="auto")
    with pytest.raises(ConfigError, match="add --executor ray"):
        open_executor("local", 1, "cpu", 1, ray_storage=True)
    with pytest.raises(ConfigError, match=r"--slurm: .* got --executor ray; add --executor slurm"):
        read_options("ray", None, False, ["time=60"])


def test_what_a_cluster_is_asked_for_is_read_before_anything_is_planned():
    assert read_options("local", None, False, []) is None
    settings = read_options("slurm", None, False, ["cluster=local", "time=20"])
    assert settings is not None
    assert (settings.is_remote, settings.time) == (False, 20)


@pytest.mark.parametrize("name", ["ray", "slurm"])
def test_a_cluster_gives_each_job_a_gpu_of_its_own(name):
    with pytest.raises(ConfigError, match=f"expected cuda with --executor {name}"):
        open_executor(name, 1, "cuda:1", 1)


def test_without_ray_the_message_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingDependencyError, match=r"srgan-sweep\[ray\]"):
        open_executor("ray", 1, "cpu", 1)
