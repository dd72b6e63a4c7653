import sys

import pytest

from srgan_core import installing
from srgan_core.installing import install_command, install_extra


def test_pip_of_this_python_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(installing, "find_spec", lambda name: object())
    monkeypatch.setattr(sys, "executable", "/home/my name/bin/python")
    assert install_extra("ray") == "'/home/my name/bin/python' -m pip install 'srgan-sweep[ray]'"


def test_an_environment_without_pip_is_filled_by_uv(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(installing, "find_spec", lambda name: None)
    monkeypatch.setattr(sys, "executable", "/env/bin/python")
    assert install_command("pip") == "uv pip install pip --python /env/bin/python"
