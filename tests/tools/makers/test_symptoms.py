"""문제가 생겼을 때의 그림이 지금의 신경망이 만드는 것이고, 모두 페이지에 설명과 함께 실렸는지 본다."""

import re

import numpy as np
import pytest
from PIL import Image

from tools import ROOT
from tools.makers import symptoms


@pytest.fixture(scope="module")
def shown():
    return symptoms.shown()


@pytest.mark.parametrize("name", ["right", "untrained", "forgotten", "clipped", "twice"])
def test_the_stored_picture_is_what_the_networks_make(shown, tmp_path, name):
    symptoms.save(name, shown[name], tmp_path)
    stored, made = (
        np.asarray(Image.open(folder / f"{name}.png"), float)
        for folder in (symptoms.FOLDER, tmp_path)
    )
    assert stored.shape == (64, 64 * symptoms.SHOWN)
    assert np.abs(stored - made).mean() < 2


def test_each_mistake_looks_different_from_the_right_picture(shown):
    right = shown["right"].astype(float)
    assert np.ptp(shown["untrained"]) < 20 and abs(shown["untrained"].mean() - 127.5) < 5
    for name in ("forgotten", "clipped"):
        assert shown[name].mean() < right.mean() / 3, name
    assert shown["twice"].max() < 5


def test_every_picture_is_on_the_page_with_words_for_those_who_cannot_see_it():
    page = (ROOT / "book" / "troubleshooting.md").read_text(encoding="utf-8")
    used = re.findall(r"!\[([^\]]+)\]\(symptoms/([\w-]+)\.png\)", page)
    stored = {path.stem for path in symptoms.FOLDER.glob("*.png")}
    assert {name for _, name in used} == stored == {*symptoms.SPOILED, "right", "untrained",
                                                    "forgotten", "clipped", "twice"}  # fmt: skip
    assert all(len(words) > 5 for words, _ in used)
