"""컴파일해 둔 반복문이 적어 둔 바이트 그대로이고, 자바스크립트의 반복문과 이름이 같은지 본다."""

import re

import pytest

from tools.makers import loops


def test_the_stored_module_has_the_bytes_that_were_checked():
    module = loops.bytes_of(loops.TARGET.read_text(encoding="utf-8"))
    assert module.startswith(b"\0asm")


def test_a_module_with_one_other_byte_is_refused():
    script = loops.TARGET.read_text(encoding="utf-8")
    start = script.index('"') + 100
    other = "A" if script[start] != "A" else "B"
    with pytest.raises(ValueError, match="적어 둔 값과 다르다"):
        loops.bytes_of(script[:start] + other + script[start + 1 :])


def test_both_languages_have_the_same_loops():
    typescript = loops.SOURCE.read_text(encoding="utf-8")
    javascript = loops.SOURCE.with_suffix(".js").read_text(encoding="utf-8")
    ours = set(re.findall(r"^    (\w+)\(.*\) \{", javascript, re.MULTILINE))
    assert ours == set(re.findall(r"^export function (\w+)", typescript, re.MULTILINE))
    assert "multiply" in ours
