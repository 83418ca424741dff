"""tools/makers/ladder.py: 사다리의 칸이 이름대로인지 본다."""

import numpy as np
import pytest

from companion import evaluation
from companion.data import load_bricks
from tools.makers import ladder

DRAWS = 5


@pytest.fixture(scope="module")
def measured():
    """칸의 점수와 잰 이미지들이다. 재는 데 오래 걸리므로, 잰 차례를 점수로 삼는다."""
    images: list[np.ndarray] = []

    def evaluate(fake, *, real, seed):
        images.append(fake)
        return {"kid": float(len(images)), "recall": float(len(images))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "evaluate", evaluate)
        scores = ladder.ladder(120, DRAWS)
    return scores, dict(zip([*scores][1:], images[DRAWS:], strict=True))


def test_every_stored_rung_is_measured_again(measured):
    """칸이 빠지면 4.2.4절의 표가 그 칸을 잃는다."""
    from_training = {"recorded", "epochs", "first_recorded", "first_stages"}
    stored = [name for name in evaluation.stored_ladder() if name not in from_training]
    assert [*measured[0]] == stored


def test_the_floor_is_what_one_in_twenty_real_sets_would_exceed(measured):
    floor, draws = measured[0]["heldout"], np.arange(1, DRAWS + 1)
    assert floor == {"kid": np.percentile(draws, 95), "recall": np.percentile(draws, 5)}


def test_the_rungs_hold_what_their_names_say(measured):
    rungs, bricks = measured[1], load_bricks()
    part_of = {
        image.tobytes(): part for image, part in zip(bricks.images, bricks.parts, strict=True)
    }
    assert len({part_of[image.tobytes()] for image in rungs["parts_25"]}) == 25
    assert len({part_of[image.tobytes()] for image in rungs["parts_10"]}) == 10
    assert (rungs["repeated"] == rungs["repeated"][0]).all()
    assert evaluation.nyquist_share(rungs["untrained"]) > evaluation.nyquist_share(rungs["blurred"])
    assert {len(images) for images in rungs.values()} == {120}


def test_blur_keeps_the_mean_and_weakens_the_detail():
    bricks = load_bricks().images[:50]
    blurred = ladder.blur(bricks)
    assert abs(blurred.mean() / bricks.mean() - 1) < 0.02
    assert evaluation.nyquist_share(blurred) < 0.1 * evaluation.nyquist_share(bricks)
    white = np.full((1, 64, 64, 1), 255, "uint8")
    np.testing.assert_array_equal(ladder.blur(white), white)
