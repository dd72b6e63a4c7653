import pytest

AUTO = ("--adv", "auto", "--trials", "5")


def test_plan_and_dry_run_print_the_same(sweep, tmp_path, monkeypatch):
    from sweep.planning.calibration import StepCost

    monkeypatch.setattr(
        "sweep.planning.calibration.measure_step", lambda *_: StepCost(0.5, 0.0, None)
    )
    options = ["--config", "smoke", "--metrics", "psnr", "--jobs", "1"]
    plan = sweep("plan", *options)
    assert plan.status == 0
    assert "mse with D: 1 to train, 20 steps at 0.5 s" in plan.out
    assert "40 steps left, 0 done" in plan.out
    assert "timing a few steps [1/2]" in plan.err
    assert "note: training images: skimage: 7 images, 0 skipped" in plan.out
    assert "note: test images: skimage3: 2 images, 0 skipped" in plan.out
    assert sweep("run", "--dry-run", *options).out == plan.out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [("plan",), ("run", "--dry-run")])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such folder"),
        ({}, "holds no image"),
        ({"a.png": b"no image", "b.png": b""}, "2 of 2 images cannot be used"),
    ],
)
def test_training_images_that_a_run_would_refuse_are_refused(
    sweep, tmp_path, command, content, message
):
    if content is not None:
        (tmp_path / "photos").mkdir()
        for name, data in content.items():
            (tmp_path / "photos" / name).write_bytes(data)
    sources = 'data.sources={"folder:photos": 1}'
    answer = sweep(*command, "--config", "smoke", "--metrics", "psnr", "--set", sources)
    assert answer.status == 2
    assert message in answer.err
    assert answer.out == ""


def test_a_dry_run_shows_what_slurm_is_given_and_times_nothing(sweep, tmp_path):
    pytest.importorskip("submitit")
    options = ["--config", "smoke", "--metrics", "psnr", "--device", "cpu", "--executor", "slurm"]
    answer = sweep("run", "--dry-run", *options, "--slurm", "partition=long", "--out", "x")
    assert answer.status == 0
    assert "2 trials on cpu of the cluster" in answer.out
    assert "#SBATCH --partition=long" in answer.out
    assert "timing" not in answer.err
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_on_a_cluster_says_how_many_trials_may_be_placed(sweep):
    pytest.importorskip("submitit")
    options = ["--config", "smoke", "--metrics", "psnr,lpips", "--device", "cpu"]
    answer = sweep("run", "--dry-run", *options, "--executor", "slurm", *AUTO)
    assert "2 trials and at most 3 to be placed where gaps are on cpu of the clus" in answer.out
