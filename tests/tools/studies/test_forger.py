"""브라우저에서 배우는 위조범을 잰 것이 빠짐없는지 본다. 페이지의 말은 페이지에 묶여 있다(`tools/checks/ties.py`)."""

import numpy as np
from PIL import Image

from companion import recorded
from tools.studies import forger


def test_every_switch_was_measured_with_the_same_seeds():
    runs = forger.finished()
    measured = sorted((run["arm"], run["seed"]) for run in runs)
    assert measured == sorted((arm, seed) for arm in forger.ARMS for seed in forger.SEEDS)
    assert set(forger.ARMS) == {"기준", *forger.SWITCHES}
    assert all(point["finite"] for run in runs for point in run["points"])


def test_the_page_reads_what_was_measured():
    stored = recorded.experiments("forger")
    runs = forger.finished()
    assert {arm: len(found) for arm, found in stored.items()} == {
        arm: len(forger.SEEDS) for arm in forger.ARMS
    }
    for run in runs:
        [found] = [one for one in stored[run["arm"]] if one["seed"] == run["seed"]]
        points = [p for p in run["points"] if p["until"] in found["images"]]
        assert found["kid"] == [p["kid"] for p in points]
        assert found["g_loss"] == [round(p["gLoss"], 3) for p in points]


def test_the_film_has_a_row_for_every_checkpoint():
    width, height = forger.FILMED * forger.SIZE, len(forger.CHECKPOINTS) * forger.SIZE
    assert Image.open(forger.FILM).size == (width, height)


def test_the_measures_of_a_texture_and_of_one_picture_are_what_they_say():
    stripes = np.tile(np.array([0, 100], "uint8"), (3, 32, 16))
    assert forger.grain(stripes) == 100
    assert forger.spread(stripes) == 0
    assert forger.spread(np.stack([stripes[0], stripes[0, :, ::-1]])) == 50
