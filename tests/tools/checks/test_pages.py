"""여러 검사가 함께 쓰는 페이지 읽기를 시험한다."""

import ast

import pytest

from tools.checks.pages import Page, python, strip_ties

TEXT = """\
---
jupytext:
  formats: ipynb,md:myst
---

# 제목

```{code-cell} ipython3
:tags: [colab, hide-input]

%matplotlib inline
x = 1
```

글과 `코드`와 {doc}`역할`이다.

```{note}
지시자
```

```python
y = 2
```

````{code-cell} ipython3
text = '''
```
'''
````
"""


def test_cells_know_their_tags_and_places():
    page = Page(TEXT)
    assert page.is_notebook
    first, second = page.cells
    assert (first.tags, first.line) == (("colab", "hide-input"), 10)
    assert TEXT[first.start : first.end] == first.source == "\n%matplotlib inline\nx = 1\n"
    assert second.tags == ()
    assert "```" in second.source


def test_lines_of_the_code_are_lines_of_the_page():
    (node,) = Page(TEXT).cells[0].tree().body
    assert TEXT.splitlines()[node.lineno - 1] == ast.unparse(node) == "x = 1"


@pytest.mark.parametrize(
    ("view", "left", "gone"),
    [
        ("prose", ["# 제목", "`코드`", "{note}", "y = 2"], ["jupytext", "x = 1", "text ="]),
        ("unfenced", ["# 제목", "`코드`"], ["jupytext", "x = 1", "{note}", "y = 2"]),
        ("words", ["# 제목", "{note}", "{doc}`역할`"], ["x = 1", "`코드`", "y = 2"]),
    ],
)
def test_each_view_keeps_its_part_in_place(view, left, gone):
    text = getattr(Page(TEXT), view)
    assert len(text) == len(TEXT)
    for part in left:
        assert text.index(part) == TEXT.index(part)
    assert not [part for part in gone if part in text]


def test_magic_lines_are_emptied_and_counted():
    assert python("%time\n  !pip list\n\nx = 5 % 2") == "\n\n\nx = 5 % 2"


def test_stripping_ties_leaves_the_text():
    text = "모두 12<!--= n -->개,\n$a = 3$<!--cite: 글, 2015 -->."
    assert strip_ties(text) == "모두 12개,\n$a = 3$."
    assert strip_ties("$$\na = 3\n$$\n<!--= n -->\n\n다음") == "$$\na = 3\n$$\n\n다음"
