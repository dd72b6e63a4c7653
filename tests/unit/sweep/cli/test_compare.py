import pytest


def test_worse_fails_only_when_asked_to(sweep, twelve_images):
    pair = (f"{twelve_images}:mse@0.01", ":mse@0", "--metric", "psnr_y,niqe", "--resamples", "200")
    assert sweep("compare", *pair).status == 0
    answer = sweep("compare", *pair, "--fail-if-worse")
    assert answer.status == 1
    assert answer.err.splitlines() == ["worse on set5: psnr_y", "worse on set5: niqe"]
    assert [line.split()[-1] for line in answer.out.splitlines() if line.strip()].count(
        "worse"
    ) == 2
    assert "200 resamples of images, seed 0" in answer.out


def test_what_is_better_does_not_fail(sweep, twelve_images):
    answer = sweep(
        "compare", f"{twelve_images}:mse@0", ":bicubic", "--metric", "psnr_y", "--fail-if-worse"
    )
    assert answer.status == 0
    assert "better" in answer.out


def test_a_small_test_set_cannot_tell_and_does_not_fail(sweep, folder):
    answer = sweep("compare", f"{folder}:mse@0.01", ":mse@0", "--fail-if-worse")
    assert answer.status == 0
    assert answer.err == "cannot tell on set5: the test set is too small\n"
    assert "test set too small" in answer.out


def test_two_sweeps_are_compared_with_their_areas(sweep, twelve_images):
    answer = sweep(
        "compare", str(twelve_images), str(twelve_images), "--metric", "niqe", "--resamples", "200"
    )
    assert answer.status == 0
    assert answer.out.count("indistinguishable") == 13
    assert "hypervolume" in answer.out


def test_curves_are_compared_on_each_axis(sweep, twelve_images):
    pair = (f"{twelve_images}:mse", ":vgg22", "--resamples", "200", "--fail-if-worse")
    answer = sweep("compare", *pair)
    assert answer.status == 1
    assert answer.err.splitlines() == [
        "worse on set5: psnr_y at equal niqe",
        "worse on set5: lpips_alex at equal psnr_y",
    ]
    lines = answer.out.splitlines()
    assert sum("mean gap in" in line and "at equal" in line for line in lines) == 1
    assert max(map(len, lines)) <= 80
    assert "A: λ 0, 0.0001, 0.001, 0.01" in answer.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere", "nowhere"], "error: 'nowhere': expected a results folder"),
        (["nowhere:a", ":b"], "no such table"),
        (["{}:mse@0", ":bicubik"], "did you mean 'bicubic'"),
        (["{}:mse@0", ":bicubic", "--metric", "psnr"], "metric 'psnr' is unknown"),
        (
            ["{}:mse@0", ":bicubic", "--metric", "psnr_y", "--metric", "niqe"],
            "compare: --metric: expected once, got it 2 times; give one list, with commas",
        ),
        (["{}:mse", ":mze"], "method or curve 'mze' is unknown: mse, vgg22, vgg54, "),
        (["{}:mse", ":bicubic"], "expected two curves or two methods, got one of each"),
        (["{}:mse", ":interpolation"], "found none; run `sweep interpolate"),
        (["{}:mse", ":vgg22", "--metric", "psnr_y"], "a metric to stand against it"),
        (["{}:mse@0", ":bicubic", "--resamples", "3"], "--resamples"),
        (["{}:mse@0", ":bicubic", "--resamples", "99999999999"], "--resamples"),
        (["{}:mse@0", ":bicubic", "--confidence", "95"], "--confidence"),
    ],
)
def test_wrong_operands_end_with_one_message(sweep, twelve_images, arguments, message):
    answer = sweep("compare", *(argument.format(twelve_images) for argument in arguments))
    assert answer.status == 2
    assert message in answer.err
    assert "Traceback" not in answer.err
