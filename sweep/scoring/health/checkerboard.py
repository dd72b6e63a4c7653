"""Finds the regular pattern that sub-pixel up-sampling leaves, by its peaks in the spectrum.

A generator that doubles its image log2(scale) times may treat the pixels of each scale x scale
cell differently. That repeats every `scale` pixels (and 2, and 4, ...), so all of its energy lies
at the frequencies (i / scale, j / scale) cycles a pixel, where a photograph has no more than
beside them.

Sources: Odena, Dumoulin, Olah, "Deconvolution and Checkerboard Artifacts", 2016; averaged
modified periodograms as Welch, 1967.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sweep.metrics.inputs import Rgb, luma

BINS_PER_STRIDE = 8
"""Spectral bins from one stride frequency to the next: a block has 8 x scale pixels a side."""

NEIGHBOUR_BINS = 3
"""Distance of the neighbours: outside the Hann window's main lobe, off the next frequency."""

VISIBLE_RMS = 0.25
"""Grey levels (RMS) below which a pattern cannot be seen: about that of rounding to 8 bits, 0.29.

It is added to the peaks and to their neighbours, so that a smooth image, which has next to no
energy up there, does not turn an invisible pattern into a large ratio."""


def checkerboard(rgb: Rgb, scale: int) -> float:
    """Energy at the up-sampling strides of an image, (H, W, 3), against that of their neighbours.

    Returns:
        Decibels: 0 when the strides' frequencies hold as much as their neighbours, as in a
        photograph; 10 when they hold ten times as much. nan when the image is smaller than one
        block of 8 x scale pixels.
    """
    block = BINS_PER_STRIDE * scale
    grey = luma(rgb)
    if min(grey.shape) < block:
        return float("nan")
    power = _periodogram(grey, block)
    peaks = neighbours = VISIBLE_RMS**2
    for u in range(0, block, BINS_PER_STRIDE):
        for v in range(0, block, BINS_PER_STRIDE):
            if u or v:
                peaks += float(power[u, v])
                neighbours += _beside(power, u, v)
    return float(10 * np.log10(peaks / neighbours))


def _periodogram(grey: NDArray[np.float64], block: int) -> NDArray[np.float64]:
    """Mean over half-overlapping Hann blocks; a pattern of RMS r adds r^2 to the bins' sum."""
    window = np.hanning(block + 1)[:-1]
    weights = np.outer(window, window)
    step = block // 2
    total = np.zeros((block, block))
    tops = range(0, grey.shape[0] - block + 1, step)
    lefts = range(0, grey.shape[1] - block + 1, step)
    for top in tops:
        for left in lefts:
            part = grey[top : top + block, left : left + block]
            total += np.abs(np.fft.fft2((part - part.mean()) * weights)) ** 2
    power: NDArray[np.float64] = total / (len(tops) * len(lefts) * weights.sum() ** 2)
    return power


def _beside(power: NDArray[np.float64], u: int, v: int) -> float:
    """Geometric mean of the neighbours, along the axis alone for a frequency on an axis.

    On a power-law spectrum that is what stands between them; off an axis, where photographs
    have much of their energy, there is less.
    """
    size = len(power)
    found = []
    for shift in (-NEIGHBOUR_BINS, NEIGHBOUR_BINS):
        if u:
            found.append(power[(u + shift) % size, v])
        if v:
            found.append(power[u, (v + shift) % size])
    return float(np.exp(np.mean(np.log(np.maximum(found, 1e-12)))))
