"""What the suite raises on purpose, beside the errors of `srgan_core`.

SrganError
├── StoreError   a results folder cannot be read, or belongs to another sweep
└── TrialError   a trial could not be trained or scored
"""

from __future__ import annotations

from srgan_core.errors import SrganError


class StoreError(SrganError):
    """A results folder is missing, damaged, or made by another config or version."""


class TrialError(SrganError):
    """A trial failed while it was trained or scored."""
