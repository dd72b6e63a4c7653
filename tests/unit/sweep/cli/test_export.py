from __future__ import annotations

import pytest
import torch

from srgan_core.inference import save_generator
from srgan_core.networks import Generator


@pytest.fixture
def generator(tmp_path):
    torch.manual_seed(0)
    path = tmp_path / "generator.safetensors"
    save_generator(path, Generator(2, channels=4, blocks=1))
    return path


def test_a_program_and_its_card_are_written(sweep, tmp_path, generator):
    answer = sweep("export", str(generator), "--program", "out/sr.pt2")
    assert answer.status == 0, answer
    assert "from PyTorch" in answer.out
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["sr.md", "sr.pt2"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "got neither"),
        (("--program", "a.md"), "expected files that differ"),
        (("--program", "a.pt2", "--card", "./a.pt2"), "expected files that differ"),
    ],
)
def test_wrong_usage_is_refused(sweep, tmp_path, generator, arguments, message):
    answer = sweep("export", str(generator), *arguments)
    assert answer.status == 2
    assert message in answer.err
    assert sorted(tmp_path.iterdir()) == [generator]


def test_the_extra_is_named_where_it_is_missing(sweep, tmp_path, monkeypatch, generator):
    monkeypatch.setattr("sweep.generators.export.formats.find_spec", lambda name: None)
    answer = sweep("export", str(generator), "--onnx", "a.onnx")
    assert answer.status == 3
    assert "pip install 'srgan-sweep[export]'" in answer.err
    assert sorted(tmp_path.iterdir()) == [generator]


def test_an_unknown_trial_is_named(sweep):
    answer = sweep("export", "nobody", "--program", "a.pt2")
    assert answer.status == 2
    assert "generator 'nobody'" in answer.err
