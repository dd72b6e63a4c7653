def test_plan_and_dry_run_print_the_same(sweep, tmp_path, monkeypatch):
    from sweep.planning.calibration import StepCost

    monkeypatch.setattr("sweep.planning.estimate.measure_step", lambda *_: StepCost(0.5, 0.0, None))
    options = ["--config", "smoke", "--metrics", "psnr", "--jobs", "1"]
    plan = sweep("plan", *options)
    assert plan.status == 0
    assert "mse with D: 1 to train, 20 steps at 0.5 s" in plan.out
    assert "40 steps left, 0 done" in plan.out
    assert "timing a few steps [1/2]" in plan.err
    assert sweep("run", "--dry-run", *options).out == plan.out
    assert list(tmp_path.iterdir()) == []
