"""The live page: it follows the records of a running sweep, and answers this machine alone."""

from __future__ import annotations

import http.client
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sweep.errors import StoreError
from sweep.store.folder import SweepStore
from sweep.visualization.report.serving import LiveReport, ReportServer


@pytest.fixture
def folder(sweep_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sweep_folder, tmp_path / "live"))


@pytest.fixture
def server(folder: Path) -> Iterator[ReportServer]:
    with ReportServer(LiveReport(SweepStore(folder), 20), "127.0.0.1", 0) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.05,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def ask(server: ReportServer, path: str, host: str | None = None) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    connection.request("GET", path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def test_the_page_follows_the_records(watch, server, folder):
    watched = watch(server.url)
    page = watched.page
    page.wait_for_selector('#images canvas[data-ready="true"]')
    page.locator('[data-key="srgan|mse|0.01|"]').click()
    SweepStore(folder).trial("mse-adv0-s0").update_trial(
        state="running", spec={"data": {"sources": {"skimage": 1.0}}, "training": {"steps": 300}}
    )
    page.wait_for_function(
        "() => document.getElementById('live').textContent.includes('step 100 of 300')"
    )
    pressed = page.locator('.point[aria-pressed="true"]')
    assert pressed.get_attribute("data-key") == "srgan|mse|0.01|"
    assert all(url.startswith(server.url) for url in watched.requests)


def test_only_this_machine_is_answered(server):
    assert server.server_address[0] == "127.0.0.1"
    assert ask(server, "/").status == 200
    assert ask(server, "/", host="example.org").status == 403


@pytest.mark.parametrize("path", ["/picture/99999", "/picture/../trial.json", "/results.csv", "/x"])
def test_nothing_else_of_the_folder_is_served(server, path):
    assert ask(server, path).status == 404


def test_every_answer_carries_the_policy(server):
    policy = ask(server, "/").getheader("Content-Security-Policy") or ""
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy


def test_a_port_in_use_is_named(server, folder):
    port = server.server_address[1]
    report = LiveReport(SweepStore(folder), 20)
    with pytest.raises(StoreError, match=rf"127\.0\.0\.1:{port}: .* is in use; .* --port"):
        ReportServer(report, "127.0.0.1", port)
