"""4.2.4절의 첫머리가 스위치에 대해 하는 말이, 재어 둔 모든 시드에서 참인지 본다. 어긋난 말은 다시 쓴다."""

import numpy as np
import pytest
from PIL import Image

from tools.studies import forger

HALF, END = 16_000, 32_000


@pytest.fixture(scope="module")
def runs():
    return forger.finished()


def values(runs, arm: str, name: str, until: int) -> np.ndarray:
    """시드마다의 값이다."""
    points = [point for run in runs if run["arm"] == arm for point in run["points"]]
    return np.array([point[name] for point in points if point["until"] == until])


def test_every_switch_was_measured_with_the_same_three_seeds(runs):
    measured = {(run["arm"], run["seed"]) for run in runs}
    assert measured == {(arm, seed) for arm in forger.ARMS for seed in (1, 2, 3)}
    assert set(forger.ARMS) == {"기준", *forger.SWITCHES}
    assert all(point["finite"] for run in runs for point in run["points"])


def test_the_forgers_loss_does_not_fall_while_its_pictures_improve(runs):
    assert max(values(runs, "기준", "kid", END)) < min(values(runs, "기준", "kid", HALF))
    for until in forger.CHECKPOINTS[:-1]:
        assert (values(runs, "기준", "gLoss", END) > values(runs, "기준", "gLoss", until)).all()


def test_a_frozen_inspector_is_fooled_by_worse_pictures_and_thawing_mends_them(runs):
    frozen = "검사관 얼리기"
    assert max(values(runs, frozen, "gLoss", HALF)) < 0.2
    assert max(values(runs, frozen, "right", HALF)) < 0.5
    assert min(values(runs, frozen, "kid", HALF)) > max(values(runs, "기준", "kid", HALF))
    assert max(values(runs, frozen, "spread", HALF)) < min(values(runs, "기준", "spread", HALF))
    assert max(values(runs, frozen, "kid", END)) < min(values(runs, "기준", "kid", HALF))


@pytest.mark.parametrize("until", [HALF, END])
def test_a_slow_forger_is_caught_and_stays_behind(runs, until):
    slow = "느린 위조범"
    assert min(values(runs, slow, "right", until)) > max(0.9, *values(runs, "기준", "right", until))
    assert min(values(runs, slow, "kid", until)) > 2 * max(values(runs, "기준", "kid", until))


def test_transposed_convolutions_are_behind_at_first_and_undecided_later(runs):
    transposed = "전치 합성곱 쓰기"
    assert min(values(runs, transposed, "kid", HALF)) > max(values(runs, "기준", "kid", HALF))
    assert min(values(runs, transposed, "kid", END)) < max(values(runs, "기준", "kid", END))


@pytest.mark.parametrize("until", [HALF, END])
def test_the_other_switches_move_the_inspector_and_leave_the_pictures_undecided(runs, until):
    base = values(runs, "기준", "right", until)
    assert max(values(runs, "배치 정규화 빼기", "right", until)) < min(base)
    assert min(values(runs, "옮기지 않기", "right", until)) > max(base)
    kid = values(runs, "기준", "kid", until)
    for arm in ("배치 정규화 빼기", "옮기지 않기"):
        other = values(runs, arm, "kid", until)
        assert min(other) < max(kid) and max(other) > min(kid)


def test_the_film_has_a_row_for_every_checkpoint():
    width, height = forger.FILMED * forger.SIZE, len(forger.CHECKPOINTS) * forger.SIZE
    assert Image.open(forger.FILM).size == (width, height)


def test_the_measures_of_a_texture_and_of_one_picture_are_what_they_say():
    stripes = np.tile(np.array([0, 100], "uint8"), (3, 32, 16))
    assert forger.grain(stripes) == 100
    assert forger.spread(stripes) == 0
    assert forger.spread(np.stack([stripes[0], stripes[0, :, ::-1]])) == 50
