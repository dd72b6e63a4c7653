"""What --json writes, by one rule for all commands."""

import json
import math
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
import pytest

from sweep.cli import COMMANDS, cli
from sweep.cli.documents import SCHEMA_VERSION, print_document
from sweep.store.states import State


@dataclass(frozen=True)
class Inner:
    value: float
    places: tuple[Path, ...]


def read(text):
    return json.loads(text, parse_constant=pytest.fail)


def test_a_document_says_by_which_schema_it_was_written_and_holds_plain_values(capsys):
    print_document(
        "x",
        inner=Inner(math.nan, (Path("a"),)),
        numbers=[math.inf, np.float64(0.5), np.int64(3), None, True],
        state=State.DONE,
        named={1: -math.inf},
    )
    assert read(capsys.readouterr().out) == {
        "schema_version": SCHEMA_VERSION,
        "command": "x",
        "inner": {"value": None, "places": ["a"]},
        "numbers": ["inf", 0.5, 3, None, True],
        "state": "done",
        "named": {"1": "-inf"},
    }


def test_a_name_that_is_no_text_is_written(capsys):
    print_document("x", name="\udcff é")
    assert capsys.readouterr().out.isascii()


def test_the_commands_that_answer_questions_know_the_option():
    context = click.Context(cli)
    found = {
        name
        for name in COMMANDS
        if any("--json" in option.opts for option in cli.get_command(context, name).params)
    }
    assert found == {"status", "plan", "table", "compare", "recommend", "metrics", "doctor"}


ASKED = {
    "table": ["{folder}"],
    "recommend": ["{folder}", "--best", "niqe"],
    "compare": ["{folder}:mse@0.001", ":bicubic"],
    "metrics": ["psnr", "lpips"],
}


@pytest.mark.parametrize("name", ASKED)
def test_the_document_is_all_that_is_on_standard_output(sweep, twelve_images, name):
    given = [word.format(folder=twelve_images) for word in ASKED[name]]
    answer = sweep(name, *given, "--json")
    assert answer.status == 0, answer.err
    document = read(answer.out)
    assert list(document)[:2] == ["schema_version", "command"]
    assert (document["schema_version"], document["command"]) == (1, name)


def test_documents_hold_what_the_commands_print(sweep, twelve_images):
    folder = str(twelve_images)
    rows = read(sweep("table", folder, "--json").out)["rows"]
    chosen = read(sweep("recommend", folder, "--best", "lpips_alex", "--json").out)
    assert chosen["chosen"] in rows
    assert chosen["generator"].endswith(f"{chosen['chosen']['trial']}/generator.safetensors")
    missed = sweep("recommend", folder, "--best", "niqe", "--max", "lpips_alex=0.01", "--json")
    assert missed.status == 1
    document = read(missed.out)
    assert document["chosen"] is None
    assert document["misses"]
    assert missed.err == ""
    compared = read(sweep("compare", f"{folder}:mse@0.001", ":bicubic", "--json").out)
    verdicts = {found["result"]["verdict"] for found in compared["comparisons"]}
    assert verdicts <= {"better", "worse", "indistinguishable", "test set too small"}
    (metric, _) = read(sweep("metrics", "psnr", "--json").out)["metrics"]
    assert (metric["column"], metric["ready"], metric["note"]) == ("psnr_y", True, "")


def test_one_form_is_asked_for(sweep, folder):
    answer = sweep("table", str(folder), "--json", "--format", "csv")
    assert answer.status == 2
    assert "--json and --format: expected one of them" in answer.err
