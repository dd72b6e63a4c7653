"""The folder for what was fetched or made once."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "SWEEP_CACHE"
"""Environment variable that moves the cache elsewhere."""


def cache_dir() -> Path:
    """Says where fetched files are kept.

    Returns:
        The folder in `$SWEEP_CACHE` if that is set and not empty, else the user's cache
        folder of this system. It need not exist yet: whoever writes makes it.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_cache_path("sweep-srgan", appauthor=False)
