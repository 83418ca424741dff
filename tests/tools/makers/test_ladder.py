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


def test_the_kid_of_every_epoch_is_that_of_the_recorded_run(monkeypatch):
    epochs = evaluation.stored_ladder()["epochs"]
    assert ladder.confirmed(epochs, 1500) == epochs
    monkeypatch.setattr(
        ladder, "kids", lambda samples, n: {str(i): epochs[str(i)] for i in samples}
    )
    for broken in ({**epochs, "37440": 609.6}, {"37440": epochs["37440"]}):
        with pytest.raises(SystemExit, match="기록된 훈련의 것이 아니다"):
            ladder.confirmed(broken, 1500)


def test_every_rung_is_measured_again_or_marked_as_kept(monkeypatch, tmp_path):
    stored = evaluation.stored_ladder()
    monkeypatch.setattr(evaluation, "evaluate", lambda *_, **__: {"kid": 0.0})
    monkeypatch.setattr(ladder, "confirmed", lambda epochs, n: epochs)
    measured = ladder.measure(64, 1, tmp_path / "없는 폴더")
    assert measured.keys() == stored.keys()
    same = {name for name in stored if measured[name] == stored[name]}
    assert same == {*ladder.KEPT, "epochs"}
