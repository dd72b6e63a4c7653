import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.tables.files import read_results
from sweep.visualization.report.page import SCRIPTS, asset, bundle, policy, write_report

EVIL = "<script>alert(1)</script>"


class Scripts(HTMLParser):
    """Collects the contents of the script elements as a browser sees them."""

    def __init__(self):
        super().__init__()
        self.found = []
        self._open = False

    def handle_starttag(self, tag, attrs):
        if tag == "script":
            self.found.append((dict(attrs), []))
            self._open = True

    def handle_endtag(self, tag):
        self._open = self._open and tag != "script"

    def handle_data(self, data):
        if self._open:
            self.found[-1][1].append(data)


def scripts_of(text):
    parser = Scripts()
    parser.feed(text)
    return [(attributes, "".join(parts)) for attributes, parts in parser.found]


def document_of(text):
    return next(json.loads(body) for kind, body in scripts_of(text) if kind.get("id") == "document")


@pytest.fixture
def written(store):
    def write(rows, **options):
        folder = store(rows)
        report = write_report(SweepStore(folder), folder / "report.html", **options)
        return report, report.path.read_text(encoding="utf-8")

    return write


def test_the_policy_names_the_script_and_the_style(written, usual):
    _, text = written(usual.rows())
    script = next(body for attributes, body in scripts_of(text) if not attributes)
    style = re.search(r"<style>(.*?)</style>", text, flags=re.DOTALL)[1]
    for part in (script, style):
        digest = base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()
        assert f"sha256-{digest}" in text.replace("&#43;", "+").replace("&#39;", "'")
    rules = policy(bundle(), asset("page.css"), live=False)
    assert "default-src 'none'" in rules
    assert "unsafe" not in rules
    assert "connect-src 'none'" in rules


def test_nothing_of_the_page_comes_from_elsewhere(written, usual):
    _, text = written(usual.rows())
    assert not re.search(r"""(src|href)\s*=\s*["'](?!#)""", text)
    addresses = set(re.findall(r"https?://[^\s\"'<]+", text))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_no_inline_handler_or_style_attribute(written, usual):
    _, text = written(usual.rows())
    body = re.sub(r"<(script|style).*?</\1>", "", text, flags=re.DOTALL)
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", body)


def test_names_are_text_whatever_they_hold(written, usual):
    rows = [
        replace(row, trial=f"{EVIL}{index}", content=row.content and EVIL)
        for index, row in enumerate(usual.rows())
    ]
    _, text = written(rows)
    assert EVIL not in text
    assert document_of(text)["styles"][0]["content"] == EVIL


def test_the_same_tables_give_the_same_page(written, usual):
    assert written(usual.rows())[1] == written(usual.rows())[1]


def test_missing_images_are_noted_and_the_page_is_written(written, usual):
    report, text = written(usual.rows())
    assert report.images == 0
    assert any("has no image of baby" in note for note in report.notes)
    assert document_of(text)["pictures"] == {}


def test_only_so_many_images_are_inside_and_it_is_said(written, usual):
    report, _ = written(usual.rows(), most_images=0)
    assert "set5: this page holds the first 0 of 1 image" in report.notes


def test_failed_trials_without_scores_keep_their_place(written, usual):
    bad = tuple((content, 0.01) for content in usual.contents)
    document = document_of(written(replace(usual, diverged=bad).rows())[1])
    states = [group["status"] for group in document["datasets"][0]["groups"]]
    assert states.count("diverged") == 3


def test_a_sweep_of_which_nothing_was_scored_still_opens(written, usual):
    rows = [replace(row, scores={}, per_image=(), status="failed") for row in usual.rows()]
    document = document_of(written(rows)[1])
    assert all(
        group["mean"] == {} or "adv" in group["mean"] for group in document["datasets"][0]["groups"]
    )


def test_without_the_table_of_images_the_rest_is_done(store, usual):
    folder = store(usual.rows())
    (folder / "per_image.csv").unlink()
    report = write_report(SweepStore(folder), folder / "report.html")
    assert any("per_image.csv" in note for note in report.notes)


def test_a_damaged_record_is_a_cause_and_no_end(store, usual):
    folder = store(usual.rows())
    name = next(row.trial for row in usual.rows() if row.method == "srgan")
    (folder / "trials" / name).mkdir(parents=True)
    (folder / "trials" / name / "trial.json").write_text("{")
    text = write_report(SweepStore(folder), folder / "r.html").path.read_text()
    causes = [trial.get("cause") for trial in document_of(text)["trials"]]
    assert any(cause and "damaged" in cause for cause in causes)


def test_a_folder_without_tables_is_an_error_and_no_page(tmp_path):
    with pytest.raises(StoreError, match="no such table"):
        write_report(SweepStore(tmp_path), tmp_path / "report.html")
    assert list(tmp_path.iterdir()) == []


def test_every_script_is_in_the_bundle():
    from importlib.resources import files

    names = {path.name for path in (files("sweep.visualization.report") / "assets").iterdir()}
    assert {name for name in names if name.endswith(".js")} == set(SCRIPTS)


def test_numbers_are_written_as_in_the_printed_table(written, usual):
    _, text = written(usual.rows())
    (dataset,) = document_of(text)["datasets"]
    assert dataset["decimals"]["niqe"] == dataset["decimals"]["niqe_minus_hr"] == 2
    assert dataset["decimals"]["train_seconds"] == 1
    assert dataset["decimals"]["adv"] is None


def test_brackets_are_there_where_trials_set_out_from_both_ends(written, usual):
    rows = usual.rows()
    trials = [row for row in rows if row.method == "srgan"]
    others = [replace(row, trial=f"{row.trial}-srgan", start="srgan") for row in trials]
    (one,) = document_of(written(rows)[1])["datasets"]
    (both,) = document_of(written([*rows, *others])[1])["datasets"]
    assert one["convergence"] is None
    assert len(both["convergence"]["rows"]) == len(trials)


def test_the_table_has_the_columns_of_its_file(written, usual):
    report, text = written(usual.rows())
    (dataset,) = document_of(text)["datasets"]
    assert dataset["rows"]["columns"] == list(read_results(report.path.parent).columns)


def test_a_test_set_says_which_lr_it_has(store, usual):
    folder = store(usual.rows())
    path = folder / "metrics.json"
    document = json.loads(path.read_text())
    document["datasets"] = {"set5": {"low_resolution": "degraded: JPEG (quality 30)"}}
    path.write_text(json.dumps(document))
    report = write_report(SweepStore(folder), folder / "report.html")
    (shown,) = document_of(report.path.read_text(encoding="utf-8"))["datasets"]
    assert shown["references"] == {"lr": "degraded LR", "bicubic": "bicubic of degraded LR"}
    assert shown["cautions"][0].startswith("LR is degraded: JPEG (quality 30); bicubic")
