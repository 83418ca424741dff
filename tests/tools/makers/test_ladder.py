"""tools/makers/ladder.py: 사다리의 칸이 이름대로인지 본다."""

from types import SimpleNamespace

import numpy as np
import pytest

from companion import evaluation, recorded
from companion.data import load_bricks, preprocess
from companion.models import build_generator
from tools.makers import ladder

DRAWS = 5


@pytest.fixture(scope="module")
def measured():
    """칸의 점수와, 잰 이미지와 그때 비교한 진짜이다. 재는 데 오래 걸리므로, 잰 차례를 점수로 삼는다."""
    pairs: list[tuple[np.ndarray, np.ndarray]] = []

    def evaluate(fake, *, real, seed):
        pairs.append((fake, real))
        return {"kid": float(len(pairs)), "recall": float(len(pairs))}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluation, "evaluate", evaluate)
        scores = ladder.ladder(120, DRAWS)
    return scores, pairs[:DRAWS], dict(zip([*scores][1:], pairs[DRAWS:], strict=True))


def test_the_floor_is_what_one_in_twenty_real_sets_would_exceed(measured):
    floor, draws = measured[0]["heldout"], np.arange(1, DRAWS + 1)
    assert floor == {"kid": np.percentile(draws, 95), "recall": np.percentile(draws, 5)}


def test_the_rungs_hold_what_their_names_say(measured):
    rungs = {name: fake for name, (fake, _) in measured[2].items()}
    bricks = load_bricks()
    part_of = {
        image.tobytes(): part for image, part in zip(bricks.images, bricks.parts, strict=True)
    }
    assert len({part_of[image.tobytes()] for image in rungs["parts_25"]}) == 25
    assert len({part_of[image.tobytes()] for image in rungs["parts_10"]}) == 10
    assert (rungs["repeated"] == rungs["repeated"][0]).all()
    assert evaluation.nyquist_share(rungs["untrained"]) > evaluation.nyquist_share(rungs["blurred"])
    assert {len(images) for images in rungs.values()} == {120}


def as_set(images):
    return {image.tobytes() for image in images}


@pytest.mark.parametrize("rung", ["parts_25", "parts_10", "blurred", "repeated"])
def test_a_rung_is_never_drawn_from_the_images_it_is_compared_with(measured, rung):
    fake, real = measured[2][rung]
    forbidden = as_set(ladder.blur(real) if rung == "blurred" else real)
    allowed = load_bricks().images
    allowed = as_set(ladder.blur(allowed) if rung == "blurred" else allowed)
    assert len(as_set(real)) == 120 and as_set(real) <= as_set(load_bricks().images)
    assert as_set(fake) <= allowed - forbidden


def test_every_rung_is_compared_with_the_same_images(measured):
    first, *others = [real for _, real in measured[2].values()]
    assert all(np.array_equal(first, real) for real in others)


def test_the_floor_compares_new_heldout_bricks_with_new_training_bricks(measured):
    draws = measured[1]
    heldout, train = (as_set(load_bricks(split=split).images) for split in ("heldout", "train"))
    for fake, real in draws:
        assert as_set(fake) <= heldout and as_set(real) <= train
        assert len(as_set(fake)) == len(as_set(real)) == 120
    for side in zip(*draws, strict=True):
        assert len({images.tobytes() for images in side}) == DRAWS


def test_a_kid_is_a_thousand_times_the_kernel_distance():
    bricks = load_bricks().images
    real = bricks[np.random.default_rng(0).permutation(len(bricks))[:120]]
    fake = load_bricks(split="heldout").images[:120]
    features = [evaluation.brick_features(images) for images in (real, fake)]
    by_hand = 1000 * evaluation.kernel_distance(*features).mean
    forger = SimpleNamespace(input_shape=(None, 4), predict=lambda z, **_: preprocess(fake))
    assert ladder.distance(forger, 120)["kid"] == pytest.approx(by_hand, abs=0.06)


def test_blur_keeps_the_mean_and_weakens_the_detail():
    bricks = load_bricks().images[:50]
    blurred = ladder.blur(bricks)
    assert abs(blurred.mean() / bricks.mean() - 1) < 0.02
    assert evaluation.nyquist_share(blurred) < 0.1 * evaluation.nyquist_share(bricks)
    white = np.full((1, 64, 64, 1), 255, "uint8")
    np.testing.assert_array_equal(ladder.blur(white), white)


def test_the_curve_is_measured_from_the_weights_of_both_generators(tmp_path, monkeypatch):
    settings = {"image_size": 64, "base_channels": 1, "latent_dim": 4}
    monkeypatch.setattr(recorded, "config", lambda: {"settings": settings})
    monkeypatch.setattr(recorded, "history", lambda: [{"images": 10}, {"images": 20}])
    monkeypatch.setattr(
        ladder, "distance", lambda generator, n: float(generator.get_weights()[0].mean()) + n
    )
    weights = [np.ones_like(w) for w in build_generator(**settings).get_weights()]
    (tmp_path / "stages").mkdir()
    for epoch in (1, 2):
        arrays = {
            f"{kind}/{i:03d}": level * epoch * w
            for kind, level in (("ema_generator", 10), ("generator", 1))
            for i, w in enumerate(weights)
        }
        np.savez(tmp_path / "stages" / f"weights-{epoch:03d}.npz", **arrays)
    assert ladder.curve(tmp_path, 100) == [
        {"images": 10, "samples": 100, "ema": 110, "raw": 101},
        {"images": 20, "samples": 100, "ema": 120, "raw": 102},
    ]


def test_the_end_of_the_stored_curve_is_that_of_the_recorded_generator(monkeypatch):
    moments = evaluation.stored_curve()
    last = moments[-1]["ema"]
    assert moments[-1]["images"] == recorded.history()[-1]["images"]
    assert ladder.distance(recorded.generator(), 1_000)["kid"] == pytest.approx(
        last["kid"], abs=10 * last["kid_std"]
    )
    monkeypatch.setattr(ladder, "distance", lambda *_: {"kid": last["kid"] + last["kid_std"] / 2})
    assert ladder.confirmed(moments) == moments
    monkeypatch.setattr(ladder, "distance", lambda *_: {"kid": last["kid"] + last["kid_std"] * 2})
    with pytest.raises(SystemExit, match="기록된 훈련의 것이 아니다"):
        ladder.confirmed(moments)


def test_every_rung_is_measured_again(monkeypatch, tmp_path):
    stored = evaluation.stored_ladder()
    monkeypatch.setattr(evaluation, "evaluate", lambda *_, **__: {"kid": 0.0})
    monkeypatch.setattr(ladder, "confirmed", lambda moments: moments)
    measured = ladder.measure(64, 1, tmp_path / "없는 폴더")
    assert measured.keys() == {*stored, "curve"}
    assert all(measured[name] == {"kid": 0.0} for name in stored)
