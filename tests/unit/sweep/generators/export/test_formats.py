from __future__ import annotations

import importlib.util
import warnings

import numpy as np
import pytest
import torch

from srgan_core.data.images import write_png
from srgan_core.errors import MissingDependencyError
from srgan_core.networks import Generator
from sweep.errors import TrialError
from sweep.generators.export import formats
from sweep.generators.export.card import Origin
from sweep.generators.export.formats import (
    ONNX_PACKAGES,
    TOLERANCE,
    export_onnx,
    export_program,
    sample_photographs,
)
from sweep.store.records.trial import TrialRecord

missing = [name for name in ONNX_PACKAGES if importlib.util.find_spec(name) is None]
needs_onnx = pytest.mark.skipif(bool(missing), reason=f"not installed: {', '.join(missing)}")


@pytest.fixture(scope="module")
def generator() -> Generator:
    torch.manual_seed(0)
    return Generator(2, channels=4, blocks=1).eval()


@pytest.fixture
def photograph() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (11, 17, 3), dtype=np.uint8)


@needs_onnx
def test_onnx_takes_any_size_and_equals_pytorch(tmp_path, generator, photograph):
    import onnxruntime

    path = tmp_path / "new" / "g.onnx"
    assert export_onnx(generator, path, [photograph]) <= TOLERANCE
    assert list(path.parent.iterdir()) == [path]
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    for shape in ((1, 3, 7, 40), (3, 3, 12, 5)):
        lr = torch.rand(shape)
        (sr,) = session.run(["sr"], {"lr": lr.numpy()})
        with torch.inference_mode():
            assert np.abs(sr - generator(lr).numpy()).max() <= TOLERANCE


def test_a_program_takes_any_size_and_equals_pytorch(tmp_path, generator, photograph):
    path = tmp_path / "g.pt2"
    assert export_program(generator, path, [photograph]) <= TOLERANCE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = torch.export.load(path).module()
    lr = torch.rand(3, 3, 9, 14)
    with torch.inference_mode():
        assert torch.allclose(module(lr), generator(lr), atol=TOLERANCE)


def test_a_file_that_differs_is_not_written(tmp_path, monkeypatch, generator):
    honest = formats._program
    monkeypatch.setattr(
        formats, "_program", lambda module: lambda lr: honest(module)(lr) + 2 * TOLERANCE
    )
    with pytest.raises(TrialError, match="not written"):
        export_program(generator, tmp_path / "g.pt2")
    assert list(tmp_path.iterdir()) == []


def test_missing_packages_name_the_extra(tmp_path, monkeypatch, generator):
    monkeypatch.setattr(formats, "find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"srgan-sweep\[export\]"):
        export_onnx(generator, tmp_path / "g.onnx")
    assert list(tmp_path.iterdir()) == []


def test_files_are_tried_on_what_the_trial_was_scored_on(tmp_path):
    lr = tmp_path / "reference" / "set5" / "lr" / "baby.png"
    write_png(lr, np.full((6, 8, 3), 9, np.uint8))
    file = tmp_path / "trials" / "a" / "generator.safetensors"
    (inside,) = sample_photographs(Origin("a", file, TrialRecord(trial="a")))
    assert inside.shape == (6, 8, 3)
    (bundled,) = sample_photographs(Origin("a", file))
    assert bundled.shape == (96, 128, 3)
