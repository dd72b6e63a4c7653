from srgan_core.errors import DataError, WeightsError


def test_fetch_says_what_it_got_and_fails_for_what_it_did_not(sweep, monkeypatch, tmp_path):
    class Found:
        path, origin = tmp_path / "alexnet.safetensors", "hub cache"

    def fetch(name: str) -> Found:
        if name != "alexnet":
            raise WeightsError(f"{name}: not to be had")
        return Found()

    def find(name: str, scale: int) -> None:
        raise DataError(f"{name}: no network")

    monkeypatch.setattr("srgan_core.weights.fetch_weights", fetch)
    monkeypatch.setattr("sweep.scoring.sets.test_sets.resolve_test_set", find)
    assert sweep("fetch", "alexnet").status == 0
    answer = sweep("fetch")
    assert answer.status == 3
    assert f"alexnet: {Found.path} (from the hub cache)" in answer.out
    assert answer.err.splitlines() == [
        "error: vgg16: not to be had",
        "error: vgg19: not to be had",
        "error: set5: no network",
    ]


def test_fetch_knows_its_names(sweep):
    answer = sweep("fetch", "vgg9")
    assert answer.status == 2
    assert "did you mean 'vgg19'?" in answer.err
