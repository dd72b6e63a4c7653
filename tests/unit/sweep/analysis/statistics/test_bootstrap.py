import math

import numpy as np
import pytest

from srgan_core.errors import ConfigError, ShapeError
from sweep.analysis.statistics.bootstrap import Runs, bootstrap_difference, draw
from sweep.analysis.statistics.intervals import student_t_quantile
from sweep.metrics.aggregation import aggregation

SEEDS = (0, 1, 2)
IMAGES = 12


def _runs(shift: float = 0.0, spread: float = 0.01, seed: int = 0) -> Runs:
    """Three seeds on twelve images that differ much among themselves."""
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(99).normal(28, 3, (1, IMAGES))
    return Runs(hard + shift + spread * rng.normal(size=(3, IMAGES)), SEEDS)


def _compare(first, second, *, resamples=2000, higher_is_better=True, **options):
    draws = draw(first, second, resamples)
    return bootstrap_difference(first, second, draws, higher_is_better=higher_is_better, **options)


def _reference_difference(first, second, resamples, seed, confidence):
    """Plain transcription: loops over resamples, seeds and images, one at a time."""
    rng = np.random.Generator(np.random.PCG64(seed))
    seeds, images = first.shape
    image_counts = rng.multinomial(images - 1, [1 / images] * images, size=resamples)
    seed_counts = rng.multinomial(seeds - 1, [1 / seeds] * seeds, size=resamples)

    def mean(values, by_seed, by_image):
        total = weight = 0.0
        for s in range(seeds):
            for i in range(images):
                total += by_seed[s] * by_image[i] * values[s][i]
                weight += by_seed[s] * by_image[i]
        return total / weight

    def spread(drawn):
        values = [mean(first, *pair) - mean(second, *pair) for pair in drawn]
        centre = sum(values) / resamples
        return sum((value - centre) ** 2 for value in values) / resamples

    once = ([1] * seeds, [1] * images)
    both = spread(zip(seed_counts, image_counts, strict=True))
    over_seeds = spread((row, once[1]) for row in seed_counts)
    over_images = spread((once[0], row) for row in image_counts)
    freedom = (over_seeds + over_images) ** 2 / (
        over_seeds**2 / (seeds - 1) + over_images**2 / (images - 1)
    )
    measured = mean(first, *once) - mean(second, *once)
    half = student_t_quantile(freedom, confidence) * math.sqrt(both)
    return measured, measured - half, measured + half


def test_a_small_example_equals_the_plain_transcription():
    rng = np.random.default_rng(5)
    first = Runs(rng.normal(28, 1, (3, 4)), SEEDS)
    second = Runs(rng.normal(27, 1, (3, 4)), SEEDS)
    draws = draw(first, second, 200, seed=7)
    found = bootstrap_difference(first, second, draws, higher_is_better=True, confidence=0.9)
    expected = _reference_difference(first.values, second.values, 200, 7, 0.9)
    assert (found.difference, found.low, found.high) == pytest.approx(expected)


def _covered(seeds: int, images: int, spreads: tuple[float, float, float]) -> float:
    """Share of made-up experiments without a difference whose interval covers zero."""
    rng = np.random.default_rng(1)
    over_seeds, over_images, rest = spreads
    hits, experiments = 0, 400
    names = tuple(range(seeds))
    for experiment in range(experiments):
        common = 5 * rng.normal(size=(seeds, images))
        effects = over_seeds * rng.normal(size=(seeds, 1)) + over_images * rng.normal(
            size=(1, images)
        )
        first = Runs(common + effects + rest * rng.normal(size=(seeds, images)), names)
        second = Runs(common, names)
        draws = draw(first, second, 250, seed=experiment)
        found = bootstrap_difference(first, second, draws, higher_is_better=True)
        hits += found.low <= 0 <= found.high
    return hits / experiments


@pytest.mark.parametrize(
    ("seeds", "images", "spreads"),
    [
        (1, 12, (0.0, 1.0, 0.5)),
        (3, 20, (1.0, 0.1, 0.1)),
        (3, 20, (0.3, 1.0, 0.3)),
        (5, 12, (0.5, 1.0, 0.3)),
    ],
)
def test_the_interval_covers_as_often_as_it_says(seeds, images, spreads):
    # Four standard errors of a share of 95% in 400 experiments.
    assert _covered(seeds, images, spreads) == pytest.approx(0.95, abs=0.044)


@pytest.mark.parametrize(
    ("shift", "higher_is_better", "verdict"),
    [(0.5, True, "better"), (0.5, False, "worse"), (-0.5, True, "worse"), (-0.5, False, "better")],
)
def test_a_clear_difference_is_told_in_both_directions(shift, higher_is_better, verdict):
    found = _compare(_runs(shift), _runs(seed=1), higher_is_better=higher_is_better)
    assert found.verdict == verdict
    assert found.difference == pytest.approx(shift, abs=0.02)


def test_pairing_tells_apart_what_images_alone_would_hide():
    first, second = _runs(0.5), _runs(seed=1)
    assert _compare(first, second).high < 0.6
    shuffled = Runs(np.random.default_rng(3).permutation(second.values.T).T, SEEDS)
    assert _compare(first, shuffled).verdict == "indistinguishable"


def test_the_same_seeds_are_drawn_together():
    rng = np.random.default_rng(0)
    luck = np.array([[0.0], [2.0], [4.0]])
    noise = 0.01 * rng.normal(size=(2, 3, IMAGES))
    values = 28 + luck + noise[0], 27.8 + luck + noise[1]
    assert _compare(Runs(values[0], SEEDS), Runs(values[1], SEEDS)).verdict == "better"
    apart = _compare(Runs(values[0], SEEDS), Runs(values[1], (3, 4, 5)))
    assert apart.verdict == "indistinguishable"


def test_a_method_against_itself_cannot_be_told_apart():
    found = _compare(_runs(), _runs())
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    assert found.verdict == "indistinguishable"


@pytest.mark.parametrize("images", [1, 5, 9])
def test_under_ten_images_there_is_never_a_verdict(images):
    first = Runs(np.full((1, images), 40.0) + np.arange(images))
    second = Runs(np.full((1, images), 20.0) + np.arange(images))
    assert _compare(first, second).verdict == "test set too small"


def test_ten_images_are_enough():
    first, second = Runs(np.full((1, 10), 40.0)), Runs(np.full((1, 10), 20.0))
    assert _compare(first, second).verdict == "better"


def test_the_order_of_the_images_moves_the_interval_by_its_resampling_error_alone():
    order = np.random.default_rng(2).permutation(IMAGES)
    first, second = _runs(0.02), _runs(seed=1)
    plain = _compare(first, second, resamples=4000)
    turned = _compare(Runs(first.values[:, order], SEEDS), Runs(second.values[:, order], SEEDS))
    assert turned.difference == pytest.approx(plain.difference)
    assert turned.high - turned.low == pytest.approx(plain.high - plain.low, rel=0.15)


def test_swapping_the_methods_mirrors_everything():
    one, other = _compare(_runs(0.5), _runs(seed=1)), _compare(_runs(seed=1), _runs(0.5))
    assert (other.low, other.high) == pytest.approx((-one.high, -one.low))
    assert (one.verdict, other.verdict) == ("better", "worse")


def test_the_same_seed_gives_the_same_numbers():
    assert _compare(_runs(0.1), _runs(seed=1)) == _compare(_runs(0.1), _runs(seed=1))


def test_values_beyond_those_of_hr_are_equal():
    hr = np.full(IMAGES, 5.0)
    first, second = Runs(np.full((1, IMAGES), 3.0)), Runs(np.full((1, IMAGES), 4.0))
    found = _compare(first, second, higher_is_better=False, hr=hr)
    assert (found.first, found.second, found.difference) == (3, 4, 0)
    assert found.verdict == "indistinguishable"


def test_a_metric_may_be_no_mean():
    first, second = Runs(np.array([[3.0, 4.0] * 5])), Runs(np.zeros((1, 10)))
    rms = aggregation("root mean square")
    found = _compare(first, second, higher_is_better=False, aggregate=rms)
    assert found.first == pytest.approx(math.sqrt(12.5))
    assert found.verdict == "worse"


def test_methods_on_different_images_are_refused():
    with pytest.raises(ShapeError, match="expected both methods on the same images, got 12 and 1"):
        draw(_runs(), Runs(np.zeros((1, 1))))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resamples": 10}, "resamples: expected a number from 100"),
        ({"seed": -1}, "seed: expected"),
    ],
)
def test_impossible_draws_are_refused(options, message):
    with pytest.raises(ConfigError, match=message):
        draw(_runs(), _runs(), **options)
