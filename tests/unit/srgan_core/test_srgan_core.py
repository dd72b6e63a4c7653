"""The package itself: its public names, and that importing it costs nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import srgan_core


def test_public_names_are_complete_and_sorted():
    assert srgan_core.__all__ == sorted(srgan_core.__all__)
    assert all(hasattr(srgan_core, name) for name in srgan_core.__all__)
    assert {"Discriminator", "Generator", "upscale"} <= set(srgan_core.__all__)
    assert srgan_core.Discriminator(16, 2).patch_size == 16
    assert callable(srgan_core.upscale)
    with pytest.raises(AttributeError, match="nothing"):
        _ = srgan_core.nothing


def test_importing_the_packages_stays_light():
    script = "import srgan_core, sweep, sys; sys.exit({'torch', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr.strip() in ("", "set()")
