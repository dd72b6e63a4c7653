from __future__ import annotations

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from srgan_core.errors import ConfigError, unknown_name
from srgan_core.settings import Settings, describe_errors


class Inner(Settings):
    weight: float = Field(1.0, ge=0)
    kind: str = "a"

    @field_validator("kind")
    @classmethod
    def _known(cls, kind: str) -> str:
        if kind not in ("alpha", "beta"):
            raise ConfigError(unknown_name("kind", kind, ("alpha", "beta")))
        return kind


class Outer(Settings):
    steps: int = Field(ge=1)
    inner: Inner = Inner()
    names: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _few(self) -> Outer:
        if len(self.names) > 2:
            raise ValueError(f"at most 2 names, got {len(self.names)}")
        return self


def lines(**fields: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(fields)
    return describe_errors(caught.value, Outer, "x.yaml").splitlines()


def test_value_out_of_range_says_what_was_expected_and_what_came():
    assert lines(steps=3, inner={"weight": -0.1}) == [
        "x.yaml: inner.weight: expected greater than or equal to 0, got -0.1"
    ]


def test_missing_key_says_so():
    assert lines() == ["x.yaml: steps: expected a value, found none; add the key"]


def test_unknown_key_lists_those_of_its_section_and_suggests_one():
    assert lines(steps=3, inner={"wieght": 1}) == [
        "x.yaml: inner.wieght: key 'wieght' is unknown: weight, kind; did you mean 'weight'?"
    ]


def test_unknown_name_is_not_worded_as_a_rule():
    (line,) = lines(steps=3, inner={"kind": "bete"})
    assert line == "x.yaml: inner.kind: kind 'bete' is unknown: alpha, beta; did you mean 'beta'?"


def test_rule_over_several_keys_names_the_value_once():
    assert lines(steps=1, names="abc") == [
        "x.yaml: names: expected a list, got 'abc'; write [abc]",
    ]
    assert lines(steps=1, names=["a", "b", "c"]) == ["x.yaml: expected at most 2 names, got 3"]


def test_all_errors_come_at_once():
    assert len(lines(steps=0, inner={"weight": "x", "kind": "y"}, nmaes=[])) == 4


def test_long_values_are_cut():
    (line,) = lines(steps="x" * 500)
    assert len(line) < 200
    assert line.endswith("...")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "nan"])
def test_values_that_are_not_finite_are_refused(value: object):
    (line,) = lines(steps=1, inner={"weight": value})
    assert line.startswith("x.yaml: inner.weight: expected a finite number")


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        Inner().weight = 2.0  # type: ignore[misc]


def test_number_in_scientific_notation_may_be_text():
    assert Inner.model_validate({"weight": "1e-4", "kind": "alpha"}).weight == 1e-4
