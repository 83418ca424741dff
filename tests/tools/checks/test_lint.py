"""글의 린트가 깨지는 표기를 찾고 멀쩡한 글은 그냥 두는지 본다."""

from pathlib import Path

import pytest

from tools.checks import lint

HEAD = "---\njupytext:\n  formats: ipynb,md:myst\n---\n\n# 제목\n\n"


def problems(tmp_path: Path, text: str, *, name: str = "page.md", notebook: bool = True):
    path = tmp_path / name
    path.write_text((HEAD if notebook else "# 제목\n\n") + text + "\n", encoding="utf-8")
    return lint.check([path])


def cell(code: str) -> str:
    return f"```{{code-cell}} ipython3\n:tags: [hide-input]\n\n{code}\n```"


@pytest.mark.parametrize(
    "text",
    [
        "> **참고.** 인용 상자 $y=1$ 안의 *글*.",
        "<details>\n<summary>풀이</summary>\n\n풀이 **굵게** 와 $x$.\n\n</details>",
        "$$\nx^2 \\tag{7}\n$$",
        "$$\na \\\\ b\n$$",
        "| 모델 | 손실 |\n|---|---:|\n| 작은 것 | 0.5 |",
        "**GAN**은 두 신경망이 겨룬다. 앞의 [훈련](4_2_4_training.ipynb)을 보라.",
        "`{note}`는 지시자이고 `**`는 굵은 글씨이다.",
        "```python\nx = {'a': 1}  # `{ref}` 라벨\n```",
        cell("print('**', '{ref}`a`')"),
        "학습률을 낮춘다. 지도 학습이 아니다. 난수 생성기를 쓴다. 크로스를 지난다.",
        cell('show(fig, caption="그림 4.1-1 손실", alt="곡선 두 개")'),
        cell('show(fig, caption=f"그림 4.1-1 {n}개", alt=f"{n}개")'),
        cell("%matplotlib inline\nx = 1"),
    ],
)
def test_good_text_passes(tmp_path, text):
    assert problems(tmp_path, text) == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (":::{note}\n글\n:::", "지시자"),
        ("```{figure} a.png\n```", "지시자"),
        ("{numref}`fig`를 보라.", "역할"),
        ("{doc}`training`을 보라.", "역할"),
        ("(label)=\n## 절", "표적"),
        ("글이다[^1].", "각주"),
        ("$$\nx\n$$ \n\n$$ (eq)", "수식"),
        ("$$\na \\\\ b \\tag{7}\n$$", "cr"),
        ("> [!NOTE]\n> 글", "알림"),
        ("- [ ] 할 일", "할 일"),
        ("![그림](wall.png)", "그림 파일"),
        ('<img src="wall.png" alt="벽">', "그림 파일"),
        ("**GAN(적대)**은 겨룬다.", "굵은"),
        ("# 둘째 제목", "큰 제목"),
        ("감별자가 답한다.", "판별자"),
        ("그래디언트가 사라진다.", "그레이디언트"),
        ("배치정규화를 쓴다.", "배치 정규화"),
        ("학습을 시킨다.", "훈련"),
        (cell("# 에폭을 센다"), "에포크"),
        (cell('show(fig, alt="곡선")'), "caption"),
        (cell('show(fig, caption="그림 4.1-1 손실")'), "alt"),
        (cell('plotting.show(fig, caption="그림 4.1-1 손실", alt=" ")'), "alt"),
        (cell('show(fig, caption="손실", alt="곡선")'), "번호"),
        (cell('frame_scrubber(frames, labels, title="슬라이더")'), "alt"),
        (cell("plt.plot(x)\nplt.show()"), "plt.show"),
        (cell("if x\n    y"), "문법"),
    ],
)
def test_each_bad_notation_is_found_with_its_line(tmp_path, text, word):
    found = problems(tmp_path, "첫 줄이다.\n\n" + text)
    assert len(found) == 1 or word == "지시자"
    assert word in found[0].message
    written = (tmp_path / "page.md").read_text(encoding="utf-8").splitlines()
    line = written[found[0].line - 1]
    assert line.strip()
    assert line in text


@pytest.mark.parametrize(
    ("word", "better"),
    [
        ("꾸러미를 깐다", "패키지"),
        ("값을 셈한다", "계산"),
        ("글과 견주어 본다", "비교하다"),
        ("그 까닭은 이렇다", "이유"),
        ("처음 가중치를 뽑는다", "초기 가중치"),
    ],
)
def test_stiff_words_are_found_in_plain_pages_and_in_code(tmp_path, word, better):
    (found,) = problems(tmp_path, word, notebook=False)
    assert better in found.message and found.line > 1
    module = tmp_path / "module.py"
    module.write_text(f'raise ValueError("{word}")\n', encoding="utf-8")
    (found,) = lint.check([module])
    assert better in found.message and found.line == 1


@pytest.mark.parametrize("word", ["곱셈을 한다", "나눗셈이다", "빠르게 간다"])
def test_other_words_that_hold_a_stiff_one_are_left_alone(tmp_path, word):
    assert problems(tmp_path, word, notebook=False) == []


def test_visible_code_fits_the_page(tmp_path):
    shown = "```{code-cell} ipython3\n%s\n```"
    fits = "x = 1  # " + "글" * 31 + "a"
    assert not problems(tmp_path, shown % fits)
    assert not problems(tmp_path, cell(fits + "글"))  # 접은 코드는 보지 않는다
    for shows in (shown, shown.replace("{code-cell} ipython3", "python")):
        (problem,) = problems(tmp_path, shows % f"y = 2\n{fits}글")
        assert "코드의 줄이 74칸이다" in problem.message and problem.line == 10


def test_figure_numbers_are_unique_over_all_pages(tmp_path):
    for name in ("a.md", "b.md"):
        code = cell('show(fig, caption="그림 4.1-1 손실", alt="곡선")')
        (tmp_path / name).write_text(HEAD + code + "\n", encoding="utf-8")
    (found,) = lint.check([tmp_path / "a.md", tmp_path / "b.md"])
    assert found.path.name == "b.md"
    assert "a.md:11" in found.message


def test_plain_pages_may_use_directives_but_not_wrong_terms(tmp_path):
    text = "```{note}\n글\n```\n\n감별자"
    (found,) = problems(tmp_path, text, notebook=False)
    assert "판별자" in found.message
    assert problems(tmp_path, text, name="glossary.md", notebook=False) == []


def test_prose_between_two_code_cells_is_checked(tmp_path):
    (found,) = problems(tmp_path, f"{cell('x = 1')}\n\n라벨\n\n{cell('y = 1')}")
    assert found.line == 14


def test_a_page_without_a_heading_is_found(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("글\n", encoding="utf-8")
    (found,) = lint.check([path])
    assert "큰 제목" in found.message


def test_wrong_terms_in_the_package_are_found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text('"""훈련한다."""\n\nLIMIT = 1  # 에폭 수\n', encoding="utf-8")
    (found,) = lint.check([path])
    assert found.line == 3
    assert str(found).startswith(f"{path}:3: ")


def test_the_command_reports_and_fails(tmp_path, capsys):
    path = tmp_path / "page.md"
    path.write_text("# 제목\n\n라벨\n", encoding="utf-8")
    assert lint.main([str(path)]) == 1
    assert "page.md:3" in capsys.readouterr().out
    path.write_text("# 제목\n\n레이블\n", encoding="utf-8")
    assert lint.main([str(path)]) == 0
    assert lint.main([str(tmp_path / "missing.md")]) == 1
