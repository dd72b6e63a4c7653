"""Imports what workers need, the metrics of every config among it; their server alone imports this.

What is there then stays for good, so that nothing is gained by looking through it for garbage:
neither meanwhile, which takes an eighth of the time, nor in any worker.
"""

from __future__ import annotations

import gc
from importlib import import_module

IMPORTED = (
    "sweep.execution.executors.local",
    "srgan_core.training.job",
    "sweep.scoring.evaluate",
    "sweep.metrics.lpips_network",
    "scipy.io",
    "scipy.ndimage",
)

gc.disable()
try:
    for name in IMPORTED:
        import_module(name)
finally:
    gc.freeze()
    gc.enable()
