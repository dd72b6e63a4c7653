"""Tells experiment trackers of trials. The files of a results folder stay the truth.

A process beside the supervisor reads the records of a trial that has ended and writes them to the
tracker as one run. No tracker is imported unless it is asked for, and none that fails or hangs
holds the sweep up.
"""

from __future__ import annotations

from sweep.tracking.supervision import Tracking, open_tracking
from sweep.tracking.trackers import TRACKERS, Tracker, require_trackers

__all__ = ["TRACKERS", "Tracker", "Tracking", "open_tracking", "require_trackers"]
