"""Tells experiment trackers of trials. The files of a results folder stay the truth.

A process beside the supervisor reads the records of a trial that has ended and writes them to the
tracker as one run. No tracker is imported unless it is asked for, and none that fails or hangs
holds the sweep up.
"""
