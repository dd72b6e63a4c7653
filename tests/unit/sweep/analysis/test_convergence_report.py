from sweep.analysis.convergence_report import CONVERGENCE, write_convergence
from sweep.tables.tables import read_tables


def test_the_table_has_a_line_for_each_seed(tmp_path, trial, write):
    rows = [trial(s, p, seed=i) for i in (0, 1) for s, p in (("srresnet", 28.5), ("srgan", 28.0))]
    path = write_convergence(read_tables(write(tmp_path, rows)))
    assert path is not None
    header, *lines = path.read_text().splitlines()
    assert header.startswith("dataset,content,adv,metric,seed,from_srresnet,from_srgan,gap,")
    assert [line.split(",")[4] for line in lines] == ["0", "1"]
    assert lines[0].startswith("pets,mse,0.001,psnr_y,0,28.5,28,-0.5,-0.5,")


def test_a_missing_end_has_its_line_and_reason(tmp_path, trial, write):
    rows = [trial("srresnet", 28.0), trial("srgan", 28.0, status="diverged")]
    path = write_convergence(read_tables(write(tmp_path, rows)))
    assert path is not None
    assert path.read_text().splitlines()[1].endswith("one end only,,from srgan: diverged")


def test_one_start_has_no_table(tmp_path, trial, write):
    folder = write(tmp_path, [trial("srgan", 28.0)])
    (folder / CONVERGENCE).write_text("old")
    assert write_convergence(read_tables(folder)) is None
    assert not (folder / CONVERGENCE).exists()
