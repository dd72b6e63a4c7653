from sweep.analysis.comparison.methods import read_tables


def test_a_point_has_the_name_of_its_curve_though_the_other_end_has_no_scores(
    tmp_path, trial, write
):
    failed = trial("srgan", 28.0, images=0, status="failed")
    tables = read_tables(write(tmp_path, [trial("srresnet", 28.0), failed]))
    assert tables.points == ["mse/srresnet@0.001"]
