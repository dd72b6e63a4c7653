"""The metrics of this package: each module here lists its own under `METRICS` and is found by that.

`sweep metrics` imports all of them, so numpy, torch and the like are imported in functions alone.
"""
