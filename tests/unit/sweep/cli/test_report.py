def test_the_page_stands_in_the_folder_unless_told_otherwise(sweep, folder, tmp_path):
    answer = sweep("report", str(folder), "--images", "0")
    assert answer.status == 0
    assert f"{folder / 'report.html'}: " in answer.out
    assert "note: set5: this page holds the first 0 of 1 image" in answer.err
    assert sweep("report", str(folder), "-o", str(tmp_path / "page.html")).status == 0
    assert (tmp_path / "page.html").is_file()


def test_a_folder_without_tables_is_a_usage_error(sweep, tmp_path):
    answer = sweep("report", str(tmp_path / "nothing"))
    assert answer.status == 2
    assert "no such table; run `sweep run" in answer.err
    assert "Traceback" not in answer.err
    assert not (tmp_path / "nothing").exists()


def test_a_live_page_writes_no_file(sweep, folder):
    answer = sweep("report", str(folder), "--watch", "-o", "page.html")
    assert answer.status == 2
    assert "leave out -o" in answer.err
