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


def test_a_network_of_others_is_written_with_a_card_that_says_whose_it_is(sweep, tmp_path):
    pytest.importorskip("spandrel")
    torch.manual_seed(0)
    state = {}
    for index, (inputs, outputs) in enumerate(((3, 4), (4, 12))):
        state[f"body.{2 * index}.weight"] = 0.1 * torch.randn(outputs, inputs, 3, 3)
        state[f"body.{2 * index}.bias"] = torch.zeros(outputs)
    torch.save({"params": state | {"body.1.weight": torch.ones(4)}}, tmp_path / "x.pth")
    answer = sweep("export", "x.pth", "--program", "x.pt2")
    assert answer.status == 0, answer.err
    card = (tmp_path / "x.md").read_text()
    assert "A network of others (RealESRGAN Compact) that enlarges images 2 times" in card
    assert "MIT, Apache-2.0 or public domain. The terms of its weights are their maker's" in card
    assert "made from the checkpoint" in card
    assert "MATLAB-style" not in card


def test_a_network_that_cannot_be_traced_is_told_of_in_one_line(sweep, tmp_path, generator):
    def refuse(*arguments: object, **more: object) -> None:
        raise RuntimeError("data-dependent\nand much more")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("torch.export.export", refuse)
        answer = sweep("export", str(generator), "--program", "a.pt2")
    assert "cannot be exported with free height and width (data-dependent); not" in answer.err
    assert answer.status != 0
    assert sorted(tmp_path.iterdir()) == [generator]
