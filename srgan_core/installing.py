"""The command that installs what is absent, for a message."""

from __future__ import annotations

import shlex
import sys
from importlib.util import find_spec


def install_command(*requirements: str) -> str:
    """Words the command that installs packages into the environment that runs this.

    It is pip of this very Python, which needs no activated environment and is right in pipx's
    too. Environments of uv have no pip.
    """
    wanted, python = shlex.join(requirements), shlex.quote(sys.executable)
    if find_spec("pip") is None:
        return f"uv pip install {wanted} --python {python}"
    return f"{python} -m pip install {wanted}"


def install_extra(extra: str) -> str:
    """Words the command that installs the packages of an extra of setup.cfg."""
    return install_command(f"srgan-sweep[{extra}]")
