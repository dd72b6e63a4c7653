"""Ray asks its processes for a token, or does not; a driver that differs is told so at once."""

from __future__ import annotations

import pytest

# Ray does not wait for those of its processes that it has to kill.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:subprocess .* is still running:ResourceWarning"),
]

RUN = ("run", "--config", "smoke", "--adv", "1e-3", "--executor", "ray", "--jobs", "1")


def test_a_driver_without_the_clusters_token_is_refused(sweep, ray_cluster, tmp_path):
    environment = ray_cluster.environment | {"RAY_AUTH_MODE": "disabled"}
    arguments = (*RUN, "--address", ray_cluster.address, "--out", tmp_path / "grid")
    answer = sweep(*arguments, **environment)
    assert answer.returncode == 2
    assert f"--address {ray_cluster.address}: the cluster asks for a token" in answer.stderr
    assert "ray get-auth-token" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert not list((tmp_path / "grid").glob("trials/*/result.json"))


@pytest.fixture
def _cluster_without_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")


@pytest.mark.usefixtures("_cluster_without_token")
def test_a_driver_with_a_token_for_a_cluster_without_one_is_told_so(sweep, ray_cluster, tmp_path):
    arguments = (*RUN, "--address", ray_cluster.address, "--out", tmp_path / "grid")
    answer = sweep(*arguments, **ray_cluster.environment, RAY_AUTH_MODE="token")
    assert answer.returncode == 2
    assert "the cluster can start nothing on this machine" in answer.stderr
    assert "RAY_AUTH_MODE" in answer.stderr
    assert "Traceback" not in answer.stderr
