from __future__ import annotations

import os
from pathlib import Path

import pytest

from srgan_core.errors import ConfigError
from srgan_core.yaml_files import MAX_BYTES, parse_yaml, read_yaml


def test_mapping_is_read():
    assert parse_yaml("a: 1\nb: {c: [x, null, true]}\n", "x.yaml") == {
        "a": 1,
        "b": {"c": ["x", None, True]},
    }


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "a"),
        ("a:\n  b: 1\n  b: 1\n", 3, "b"),
        ("a: [{c: 1, c: 2}]\n", 1, "c"),
        ("1: x\n1: y\n", 2, 1),
    ],
)
def test_repeated_key_is_refused_with_its_line(text: str, line: int, key: object):
    with pytest.raises(ConfigError) as caught:
        parse_yaml(text, "x.yaml")
    assert str(caught.value) == f"x.yaml: line {line}: not valid YAML: the key {key!r} stands twice"


def test_same_key_in_two_sections_is_fine():
    assert parse_yaml("a: {x: 1}\nb: {x: 2}\n", "") == {"a": {"x": 1}, "b": {"x": 2}}


@pytest.mark.parametrize("text", ["", "- a\n", "just text", "3", "null"])
def test_document_that_is_no_mapping_is_refused(text: str):
    with pytest.raises(ConfigError, match=r"^x\.yaml: expected keys and values, got "):
        parse_yaml(text, "x.yaml")


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: 1\nb: [1, 2\n", 3), ("a: 1\n\tb: 2\n", 2), ("a: b: c\n", 1), ("? [1]\n: 2\n", 1)],
)
def test_broken_syntax_is_refused_with_its_line(text: str, line: int):
    with pytest.raises(ConfigError, match=rf"^x\.yaml: line {line}: not valid YAML: \w"):
        parse_yaml(text, "x.yaml")


@pytest.mark.parametrize("text", ["a: !!python/object/apply:os.getcwd []\n", "a: \x00\n", "a\0"])
def test_unsafe_or_binary_content_is_refused(text: str):
    with pytest.raises(ConfigError, match="not valid YAML"):
        parse_yaml(text, "x.yaml")


def test_two_documents_are_refused():
    with pytest.raises(ConfigError, match="not valid YAML: but found another document"):
        parse_yaml("a: 1\n---\nb: 2\n", "x.yaml")


def test_file_is_named_when_it_cannot_be_used(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"none\.yaml: no such config file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_yaml(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"a: \xe4\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml: cannot be read"):
        read_yaml(tmp_path / "latin.yaml")


def test_what_never_ends_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(ConfigError, match=r"pipe\.yaml: cannot be read \(not a regular file"):
        read_yaml(tmp_path / "pipe.yaml")
    with pytest.raises(ConfigError, match=r"zero: cannot be read \(not a regular file"):
        read_yaml(Path("/dev/zero"))


def test_a_file_that_is_far_too_large_for_a_config_is_not_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(ConfigError, match=r"a\.yaml: more than 1,048,576 bytes"):
        read_yaml(tmp_path / "a.yaml")


def test_file_is_read(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("a: ä\n", encoding="utf-8")
    assert read_yaml(tmp_path / "a.yaml") == {"a": "ä"}


REPEATED = "a0: &a0 [x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12)
)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (f"a: {'[' * 5000}{']' * 5000}\n", "it is nested too deeply"),
        (f"a: {'{b: ' * 5000}\n", "it is nested too deeply"),
        (f"a: {'9' * 6000}\n", "Exceeds the limit"),
        (f"a: {'9' * 30}\n", "a whole number of more than 19 digits"),
        (f"a: 0x{'f' * 6000}\n", "a whole number of more than 19 digits"),
        (f"a: {':'.join(['59'] * 5000)}\n", "a whole number of more than 19 digits"),
        (f"a: 1{':59' * 3000}.5\n", "too large"),
        ("a: 2001-99-99\n", "month must be in 1..12"),
        ("a: 2001-12-14t21:59:43.10-99:30\n", "offset must be"),
        (REPEATED, "it holds more than 100,000 values"),
        ("a: &a [*a]\n", "it holds more than 100,000 values"),
        ("a: &a {b: *a}\n", "it holds more than 100,000 values"),
    ],
)
def test_what_no_setting_can_be_is_refused_in_one_message(text: str, problem: str):
    with pytest.raises(ConfigError, match=r"^x\.yaml: not valid YAML: ") as told:
        parse_yaml(text, "x.yaml")
    assert problem in str(told.value)
    assert len(str(told.value)) < 300


def test_what_is_said_twice_by_an_anchor_is_read():
    assert parse_yaml("a: &a {x: 1}\nb: *a\n", "") == {"a": {"x": 1}, "b": {"x": 1}}


def test_a_number_of_base_60_is_the_word_that_it_looks_like():
    read = parse_yaml("a: [1:10:3, 1:10:3.5, 12, 0x1f, 1.5]", "here")
    assert read == {"a": ["1:10:3", "1:10:3.5", 12, 31, 1.5]}
