import numpy as np
import pytest

from srgan_core.errors import DataError, ShapeError
from sweep.metrics.patch_distance import (
    frechet_distance,
    kernel_distance,
    sample_frechet_distance,
    shrunk_covariance,
)


@pytest.fixture
def generator():
    return np.random.default_rng(11)


def _transcribed_kernel_distance(x, y, images):
    """The unbiased estimator pair by pair, in Python floats."""
    total, count = 0.0, 0

    def kernel(a, b):
        return (sum(p * q for p, q in zip(a, b, strict=True)) / len(a) + 1) ** 3

    for i in range(len(x)):
        for j in range(len(x)):
            if images[i] != images[j]:
                total += kernel(x[i], x[j]) + kernel(y[i], y[j])
                total -= kernel(x[i], y[j]) + kernel(y[i], x[j])
                count += 1
    return total / count


def test_kernel_distance_matches_the_sum_by_hand(generator):
    x, y = generator.normal(size=(2, 9, 4))
    for images in (np.arange(9), np.repeat([0, 1, 2], 3)):
        expected = _transcribed_kernel_distance(x.tolist(), y.tolist(), images)
        assert kernel_distance(x, y, images) == pytest.approx(expected, rel=1e-12)


def test_kernel_distance_is_right_on_average_for_few_samples(generator):
    """Against the expectation for x ~ N(0, 1), y ~ N(m, 1), worked out from the moments."""
    m = 0.5
    # E (a b + 1)^3 of independent a, b with moments 1, mean, 1 + mean^2, mean^3 + 3 mean.
    x_moments, y_moments = (1, 0, 1, 0), (1, m, 1 + m**2, m**3 + 3 * m)

    def expect(a, b):
        return sum(c * p * q for c, p, q in zip((1, 3, 3, 1), a, b, strict=True))

    expected = expect(x_moments, x_moments) + expect(y_moments, y_moments)
    expected -= 2 * expect(x_moments, y_moments)
    images = np.arange(6)
    values = [
        kernel_distance(generator.normal(size=(6, 1)), generator.normal(m, 1, (6, 1)), images)
        for _ in range(4000)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values) - expected) < 4 * error
    assert error < 0.2 * expected


def test_dependence_within_an_image_and_between_its_versions_adds_no_bias(generator):
    """Every image has its own mean, shared by its patches and by both versions of it."""
    images = np.repeat(np.arange(5), 8)
    values = []
    for _ in range(600):
        common = np.repeat(generator.normal(size=(5, 2)), 8, axis=0)
        x, y = (common + 0.5 * generator.normal(size=(40, 2)) for _ in range(2))
        values.append(kernel_distance(x, y, images))
    assert abs(np.mean(values)) < 4 * np.std(values) / np.sqrt(len(values))


def test_equal_samples_have_no_distance(generator):
    x = generator.normal(size=(20, 5))
    assert kernel_distance(x, x.copy(), np.arange(20)) == pytest.approx(0, abs=1e-12)
    assert sample_frechet_distance(x, x.copy()) == pytest.approx(0, abs=1e-9)


def test_order_of_rows_and_of_arguments_does_not_matter(generator):
    x, y = generator.normal(size=(2, 12, 3))
    images, order = np.repeat([0, 1, 2], 4), generator.permutation(12)
    distance = kernel_distance(x, y, images)
    assert kernel_distance(y, x, images) == pytest.approx(distance, rel=1e-12)
    moved = kernel_distance(x[order], y[order], images[order])
    assert moved == pytest.approx(distance, rel=1e-12)
    frechet = sample_frechet_distance(x, y)
    assert sample_frechet_distance(y, x) == pytest.approx(frechet, rel=1e-9)
    assert sample_frechet_distance(x[order], y) == pytest.approx(frechet, rel=1e-9)


def test_frechet_distance_of_normal_distributions_in_one_dimension():
    """(m - n)^2 + (s - t)^2."""
    one = frechet_distance(np.array([1.0]), np.array([[4.0]]), np.array([-2.0]), np.array([[0.25]]))
    assert one == pytest.approx(9 + 1.5**2)


def test_frechet_distance_of_covariances_that_share_their_axes(generator):
    axes, _ = np.linalg.qr(generator.normal(size=(6, 6)))
    first, second = generator.uniform(0, 3, (2, 6))
    second[0] = 0
    means = generator.normal(size=(2, 6))
    expected = np.sum((means[0] - means[1]) ** 2) + np.sum((np.sqrt(first) - np.sqrt(second)) ** 2)
    got = frechet_distance(means[0], axes * first @ axes.T, means[1], axes * second @ axes.T)
    assert got == pytest.approx(expected, rel=1e-9)


def test_frechet_distance_matches_the_matrix_square_root_of_scipy(generator):
    from scipy.linalg import sqrtm

    a, b = (m @ m.T for m in generator.normal(size=(2, 5, 5)))
    expected = np.trace(a + b - 2 * sqrtm(a @ b).real)
    zero = np.zeros(5)
    assert frechet_distance(zero, a, zero, b) == pytest.approx(expected, rel=1e-9)


def test_sample_frechet_distance_approaches_that_of_the_distributions(generator):
    x = generator.normal(0, 1, (20000, 3))
    y = generator.normal([1, 0, 0], [1, 2, 1], (20000, 3))
    assert sample_frechet_distance(x, y) == pytest.approx(1 + 1, rel=0.05)


def test_few_rows_shrink_the_covariance_and_many_do_not(generator):
    spread = np.array([3.0, 1.0, 0.2])
    truth = np.diag(spread**2)
    few, many = (generator.normal(0, spread, (count, 3)) for count in (4, 50000))
    plain = np.cov(few, rowvar=False, bias=True)
    shrunk = shrunk_covariance(few)
    assert np.trace(shrunk) == pytest.approx(np.trace(plain))
    assert np.ptp(np.linalg.eigvalsh(shrunk)) < np.ptp(np.linalg.eigvalsh(plain))
    assert np.allclose(shrunk_covariance(many), truth, atol=0.15)


def test_shrinkage_is_the_published_formula(generator):
    sample = generator.normal(size=(7, 4)) * [2, 1, 1, 0.5]
    centred = sample - sample.mean(axis=0)
    s = centred.T @ centred / 7
    square, trace = np.trace(s @ s), np.trace(s)
    weight = min((square + trace**2) / (8 * (square - trace**2 / 4)), 1)
    expected = (1 - weight) * s + weight * trace / 4 * np.eye(4)
    assert np.allclose(shrunk_covariance(sample), expected)


def test_a_single_image_has_no_kernel_distance(generator):
    x, y = generator.normal(size=(2, 4, 3))
    with pytest.raises(DataError, match="at least 2 images"):
        kernel_distance(x, y, np.zeros(4, int))


def test_a_single_patch_has_no_frechet_distance(generator):
    with pytest.raises(DataError, match="at least 2 patches"):
        sample_frechet_distance(generator.normal(size=(1, 3)), generator.normal(size=(9, 3)))


def test_samples_that_do_not_fit_are_refused(generator):
    with pytest.raises(ShapeError, match="equally many columns"):
        sample_frechet_distance(np.zeros((3, 2)), np.zeros((3, 4)))
    with pytest.raises(ShapeError, match="images: expected the shape"):
        kernel_distance(np.zeros((3, 2)), np.zeros((3, 2)), np.arange(4))
