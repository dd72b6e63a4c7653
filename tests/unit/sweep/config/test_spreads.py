import pytest

from sweep.config.loading import load_config
from sweep.config.spreads import spread, whole_range


def test_a_spread_has_the_numbers_that_one_would_type():
    assert spread("1e-4:1e-2:5") == [1e-4, 3.162e-4, 1e-3, 3.162e-3, 1e-2]
    assert spread("0.0003:0.03:2") == [0.0003, 0.03]
    assert spread("1:1000:4") == [1, 10, 100, 1000]


def test_a_range_holds_both_ends():
    assert whole_range("0-4") == [0, 1, 2, 3, 4]
    assert whole_range("7-7") == [7]


@pytest.mark.parametrize(
    "word",
    ["0:1:3", "1e-2:1e-4:3", "1:1:3", "1:2", "1:2:3:4", "1:2:1", "1:2:9999", "a:b:c", "1:inf:3"],
)
def test_what_is_no_spread_is_refused(word):
    with pytest.raises(ValueError, match="expected LOW:HIGH:COUNT"):
        spread(word)


@pytest.mark.parametrize("word", ["4-0", "0-1000", "1-", "a-b"])
def test_what_is_no_range_is_refused(word):
    with pytest.raises(ValueError, match="expected FIRST-LAST"):
        whole_range(word)


def test_zero_is_named_beside_a_spread():
    with pytest.raises(ValueError, match="0,LOW:HIGH:COUNT"):
        spread("0:1:3")


def test_words_stand_beside_numbers_in_a_config(tmp_path):
    own = tmp_path / "own.yaml"
    # To YAML 1.1 the bare 1:10:3 is 4203, a number of base 60.
    own.write_text("base: smoke\ngrid: {adv: [0, 1:10:3], seeds: 0-2}\n")
    grid = load_config(str(own)).grid
    assert grid.adv == (0, 1, 3.162, 10)
    assert grid.seeds == (0, 1, 2)
    assert load_config("smoke", {"grid.seeds": ["5", "7-8"]}).grid.seeds == (5, 7, 8)
