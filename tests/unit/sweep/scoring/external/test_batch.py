import math

import numpy as np
import pytest

from srgan_core.data.pairing import Pair
from srgan_core.errors import ConfigError
from sweep.scoring.evaluate import Scorer
from sweep.scoring.external.batch import Outcome, Protocol, score_pairs, usable_processes


@pytest.fixture
def pairs(save, photograph):
    """Two good images, one of another size, one that is no image."""
    made = []
    for index, name in enumerate("abc"):
        sr = save(
            f"sr/{name}.png", np.roll(photograph, index + 1, axis=1)[: 208 - 8 * (index == 1)]
        )
        made.append(Pair(name, sr, save(f"hr/{name}.png", photograph)))
    broken = save("sr/d.png", photograph)
    broken.write_bytes(broken.read_bytes()[:5000])
    return [*made, Pair("d", broken, made[0].hr)]


def test_a_bad_image_costs_its_own_scores_alone(pairs):
    seen = []
    outcomes = score_pairs(pairs, Protocol(("psnr_y",)), jobs=1, on_outcome=seen.append)
    assert [bool(outcome.problem) for outcome in outcomes] == [False, True, False, True]
    assert "expected 304 x 208 px" in outcomes[1].problem
    assert "damaged" in outcomes[3].problem
    assert seen == outcomes
    assert outcomes[0].scores == Scorer(["psnr_y"], 4).score(pairs[0].sr, pairs[0].hr)


def test_several_processes_give_what_one_gives(pairs):
    protocol = Protocol(("psnr_y", "ssim_y"))
    assert score_pairs(pairs, protocol, jobs=2) == score_pairs(pairs, protocol, jobs=1)


def test_a_border_of_its_own_replaces_the_scale(pairs):
    (cut,) = score_pairs(pairs[:1], Protocol(("psnr_y",), crop_border=0))
    expected = Scorer(["psnr_y"], 4, crop_border=0).score(pairs[0].sr, pairs[0].hr)
    assert cut.scores == expected
    assert cut.scores != score_pairs(pairs[:1], Protocol(("psnr_y",)))[0].scores
    assert Protocol((), crop_border=0).border == 0


def test_a_column_without_a_value_is_explained_for_each_image(save, photograph):
    flat = np.full_like(photograph, 90)
    pairs = [Pair("a", save("x/a.png", flat)), Pair("a", save("y/a.png", flat))]
    outcomes = score_pairs(pairs, Protocol(("niqe",)), jobs=1)
    assert all(math.isnan(outcome.scores["niqe"]) for outcome in outcomes)
    assert [len(outcome.warnings) for outcome in outcomes] == [1, 1]


def test_an_unknown_column_is_refused_before_any_image_is_read(pairs):
    with pytest.raises(ConfigError):
        score_pairs(pairs, Protocol(("nonsense_y",)), jobs=2)


def test_nothing_to_score_gives_nothing():
    assert score_pairs([], Protocol(("psnr_y",))) == []


def test_few_images_and_a_gpu_get_one_process():
    assert usable_processes(15, "cpu") == 1
    assert usable_processes(1000, "cuda") == 1
    assert usable_processes(1000, "cpu") >= 1


def test_an_outcome_without_a_problem_has_none():
    assert Outcome(Pair("a", None), {}).problem == ""  # type: ignore[arg-type]
