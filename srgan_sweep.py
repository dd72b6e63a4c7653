"""Where the commands `sweep` and `srgan-sweep` begin, before anything of the package is imported.

Another project on the package index installs a package of the name `sweep` too, over this one;
its code would then run in place of ours. So what lies under the name is looked at first.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

MARK = "Sweeps SRGAN over adversarial weights"
"""What our own package begins with, and nobody else's."""

STATUS = 3
"""As for everything that a right command needs and this machine has not."""


def main() -> None:
    """Runs the command line, or says that another project's `sweep` is in its place."""
    place = foreign_sweep()
    if place is not None:
        print(
            f"error: {place}: is not srgan-sweep's package `sweep` but another project's, which "
            "is installed over it or found before it; run `pip uninstall sweep`, then `pip "
            "install --force-reinstall --no-deps srgan-sweep`, or keep the two in environments "
            "of their own",
            file=sys.stderr,
        )
        sys.exit(STATUS)
    from sweep.cli import main as run

    run()


def foreign_sweep() -> str | None:
    """Where `import sweep` would find something else than ours; None where it finds ours."""
    found = importlib.util.find_spec("sweep")
    if found is None or found.origin is None:
        places = [] if found is None else list(found.submodule_search_locations or [])
        return places[0] if places else "sweep (not found)"
    try:
        is_ours = MARK in Path(found.origin).read_text(encoding="utf-8", errors="replace")
    except OSError:
        is_ours = False
    return None if is_ours else found.origin
