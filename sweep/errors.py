"""What the suite raises on purpose, beside the errors of `srgan_core`.

SrganError
├── StoreError   a results folder cannot be read, or belongs to another sweep
├── DiskError    a results folder takes no more: full, read-only, over its quota
└── TrialError   a trial could not be trained or scored
"""

from __future__ import annotations

from srgan_core.errors import SrganError


class StoreError(SrganError):
    """A results folder is missing, damaged, or made by another config or version."""


class DiskError(SrganError):
    """The disk of a results folder refuses writes while a sweep runs."""


class TrialError(SrganError):
    """A trial failed while it was trained or scored."""
