"""책의 그림이 빠짐없이, 설명과 쓰는 조건과 함께 나오는지 본다."""

import re

import pytest
from PIL import Image

from tools.checks import notebooks
from tools.makers import figures


def test_every_caption_of_the_book_becomes_a_file_that_says_what_it_is(tmp_path, capsys):
    figures.main([str(tmp_path)])
    text = "".join(page.read_text(encoding="utf-8") for page in notebooks.pages())
    captions = re.findall(r'caption=f?"그림 (\d[\d.]*-\d+)', text)
    assert {path.stem for path in tmp_path.glob("*.png")} == set(captions)
    assert f"그림 {len(captions)}점" in capsys.readouterr().out
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    for path in tmp_path.glob("*.png"):
        about = Image.open(path).text
        assert about["Title"].startswith(f"그림 {path.stem} ")
        assert about["Description"]
        assert "CC BY 4.0" in about["Copyright"]
        assert f'src="{path.name}"' in index


def test_a_picture_is_the_one_that_the_page_shows(tmp_path):
    (page, *_) = notebooks.pages()
    first = next(figures.figures_of(page.with_suffix(".ipynb")))
    figures.write([first], tmp_path)
    stored, written = (
        Image.open(figures.io.BytesIO(first.picture)),
        Image.open(tmp_path / first.file),
    )
    assert stored.convert("RGB").tobytes() == written.convert("RGB").tobytes()


def test_a_figure_without_a_number_is_named(tmp_path):
    (page, *_) = notebooks.pages()
    notebook = tmp_path / "a.ipynb"
    text = page.with_suffix(".ipynb").read_text(encoding="utf-8")
    notebook.write_text(text.replace("<figcaption>그림 4.1-1", "<figcaption>"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"a\.ipynb에 번호가 없는 그림"):
        list(figures.figures_of(notebook))
