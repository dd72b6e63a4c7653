"""Distances between the patches of restored images and those of photographs.

Pure mathematics in float64; the features come from `patch_features`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from srgan_core.errors import DataError, ShapeError

Matrix = NDArray[np.float64]

KERNEL_DEGREE = 3


def kernel_distance(x: Matrix, y: Matrix, images: NDArray[np.intp]) -> float:
    """Squared maximum mean discrepancy of two paired samples, unbiased.

    Row i of both samples shows the same place of the same image, and patches of one image
    resemble each other. So terms count only where the two patches come from different images:
    over independent images every such term has the right expectation, whatever the dependence
    within an image or between the two versions of it. With one patch per image this is the
    U-statistic of Gretton et al. 2012, equation 4.

    Args:
        x: Features of restored patches, (N, D).
        y: Features of the reference patches at the same places, (N, D).
        images: Which image each row comes from, (N,).

    Returns:
        Mean over pairs i, j from different images of k(x_i, x_j) + k(y_i, y_j) - k(x_i, y_j) -
        k(y_i, x_j), with k(a, b) = (a b / D + 1)^3. Lower is better, 0 for equal samples; below
        0 by chance where the samples hardly differ.

    Raises:
        ShapeError: when the shapes do not fit each other.
        DataError: when there are not two images.

    Source: Binkowski, Sutherland, Arbel, Gretton 2018 for the kernel.
    """
    _check_samples(x, y)
    if images.shape != x.shape[:1]:
        raise ShapeError(f"images: expected the shape {x.shape[:1]}, got {images.shape}")
    different = images[:, None] != images[None, :]
    if not different.any():
        raise DataError("kernel distance: expected patches of at least 2 images, got 1 image")
    terms = _kernel(x, x) + _kernel(y, y) - _kernel(x, y) - _kernel(y, x)
    return float(terms[different].mean())


def frechet_distance(
    mean_x: Matrix, covariance_x: Matrix, mean_y: Matrix, covariance_y: Matrix
) -> float:
    """Squared Wasserstein-2 distance of two normal distributions.

    Means are (D,), covariances (D, D), symmetric and positive semi-definite.

    Returns:
        |m_x - m_y|^2 + tr(C_x + C_y - 2 (C_x^(1/2) C_y C_x^(1/2))^(1/2)), at least 0.

    Source: Dowson, Landau 1982, equation 16.
    """
    values, vectors = np.linalg.eigh(covariance_x)
    root = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    product = np.linalg.eigvalsh(root @ covariance_y @ root)
    traces = np.trace(covariance_x) + np.trace(covariance_y)
    spread = traces - 2 * np.sqrt(np.clip(product, 0, None)).sum()
    # Rounding can leave -1e-14 for equal distributions.
    return max(float(np.sum((mean_x - mean_y) ** 2) + spread), 0.0)


def shrunk_covariance(sample: Matrix) -> Matrix:
    """Covariance of a sample of N >= 2 rows, (N, D), shrunk towards a multiple of the identity.

    With fewer than about ten rows per feature the plain covariance exaggerates the spread of the
    eigenvalues; the weight of the identity depends on the sample alone and falls as 1 / N.

    Returns:
        (1 - r) C + r tr(C) / D I with r in [0, 1], (D, D), C normalised by N.

    Source: Chen, Wiesel, Eldar, Hero 2010, equation 23 (oracle approximating shrinkage), in the
        form for which 1 - 2 / D is taken as 1, as scikit-learn has it.
    """
    count, width = sample.shape
    covariance = np.atleast_2d(np.cov(sample, rowvar=False, bias=True))
    scale = np.trace(covariance) / width
    mean_square = np.mean(covariance**2)
    numerator = mean_square + scale**2
    denominator = (count + 1) * (mean_square - scale**2 / width)
    weight = 1.0 if denominator <= 0 else min(numerator / denominator, 1.0)
    shrunk: Matrix = (1 - weight) * covariance + weight * scale * np.eye(width)
    return shrunk


def sample_frechet_distance(x: Matrix, y: Matrix) -> float:
    """Fréchet distance of normal distributions fitted to two samples, (N, D) and (M, D).

    Lower is better; biased upwards on few patches.

    Raises:
        ShapeError: when the shapes do not fit each other.
        DataError: when a sample has fewer than 2 rows.
    """
    _check_samples(x, y)
    if min(len(x), len(y)) < 2:
        raise DataError(
            f"Frechet distance: expected at least 2 patches, got {min(len(x), len(y))}; "
            "use larger images"
        )
    return frechet_distance(
        x.mean(axis=0), shrunk_covariance(x), y.mean(axis=0), shrunk_covariance(y)
    )


def _kernel(a: Matrix, b: Matrix) -> Matrix:
    kernel: Matrix = (a @ b.T / a.shape[1] + 1) ** KERNEL_DEGREE
    return kernel


def _check_samples(x: Matrix, y: Matrix) -> None:
    if x.ndim != 2 or y.ndim != 2 or x.shape[1] != y.shape[1]:
        raise ShapeError(
            f"samples: expected two matrices of equally many columns, got {x.shape} and {y.shape}"
        )
