"""companion.korean: 명령도 도구도 쓰는 법을 한국어로 말하는지 본다."""

import argparse
import importlib

import pytest

import tools
from companion.korean import translate_argparse
from tools.makers import derived


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setattr(argparse, "_", str)


def said_by(parse, arguments, capsys):
    with pytest.raises(SystemExit):
        parse(arguments)
    return "".join(capsys.readouterr())


def test_argparse_speaks_korean_from_the_call_on(capsys):
    def parse(arguments):
        parser = argparse.ArgumentParser()
        choice = parser.add_mutually_exclusive_group(required=True)
        choice.add_argument("--one", type=int)
        choice.add_argument("--two")
        parser.parse_args(arguments)

    assert "error: one of the arguments" in said_by(parse, [], capsys)
    translate_argparse()
    assert "오류: 다음 가운데 하나를 준다: --one --two." in said_by(parse, [], capsys)
    assert "--one: 'x'는 수(int)가 아니다" in said_by(parse, ["--one", "x"], capsys)


def test_the_tools_speak_korean(capsys):
    importlib.reload(tools)
    help_text = said_by(derived.main, ["--help"], capsys)
    assert "쓰는 방법: " in help_text and "선택지:" in help_text and "usage" not in help_text
    assert "'x'는 없다. " in said_by(derived.main, ["--accept", "x"], capsys)


def test_a_program_is_named_whole_where_options_and_arguments_mix(capsys):
    parser = argparse.ArgumentParser(prog="program")
    translate_argparse()
    assert said_by(parser.parse_intermixed_args, ["--help"], capsys).startswith(
        "쓰는 방법: program"
    )
