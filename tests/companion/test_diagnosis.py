"""훈련 기록을 진단하는 말이 징후와 맞는지 본다."""

import numpy as np
import pytest

from companion import diagnosis, recorded
from companion.diagnosis import diagnose
from companion.training import build_dcgan

HEALTHY = {
    "step": 2000, "d_loss": 0.33, "g_loss": 2.1, "d_real_accuracy": 0.93, "d_fake_accuracy": 0.94,
}  # fmt: skip


def troubles(**changes):
    history = [{**HEALTHY, **changes}] * 3
    return [sign for sign in diagnose(history) if not sign.healthy]


FLOOR = 0.0  # 레이블에 잡음이 없을 때의 바닥
BARELY = 1e-6


def accuracies(real, fake):
    return {"d_real_accuracy": real, "d_fake_accuracy": fake}


def perfect(accuracy, d_loss):
    return {**accuracies(accuracy, accuracy), "d_loss": d_loss}


# 징후마다 기준에 바로 못 미치는 기록, 바로 넘는 기록, 그때 하는 말이다.
THRESHOLDS = {
    "labels": ({"d_loss": BARELY}, {"d_loss": -BARELY}, "레이블이 0과 1 사이를 벗어났다"),
    "loud": (
        {"g_loss": diagnosis.LOUDEST_G_LOSS - BARELY},
        {"g_loss": diagnosis.LOUDEST_G_LOSS + BARELY},
        "거의 0을 답해",
    ),
    "quiet": (
        {"g_loss": diagnosis.QUIETEST_G_LOSS + BARELY},
        {"g_loss": diagnosis.QUIETEST_G_LOSS - BARELY},
        "늘 통한다",
    ),
    "guessing": (
        # 한쪽만 기준에 못 미치는 것은 괜찮다.
        accuracies(diagnosis.GUESSING_ACCURACY + 0.1, diagnosis.GUESSING_ACCURACY - 0.1 + BARELY),
        accuracies(*[diagnosis.GUESSING_ACCURACY - BARELY] * 2),
        "찍는 것과 비슷하다",
    ),
    "biased to real": (
        accuracies(0.99, 0.99 - diagnosis.LARGEST_BIAS + BARELY),
        accuracies(0.99, 0.99 - diagnosis.LARGEST_BIAS - BARELY),
        "한쪽으로만",
    ),
    "biased to fake": (
        accuracies(0.99 - diagnosis.LARGEST_BIAS + BARELY, 0.99),
        accuracies(0.99 - diagnosis.LARGEST_BIAS - BARELY, 0.99),
        "한쪽으로만",
    ),
    "at the floor": (
        perfect(1.0, FLOOR + diagnosis.FLOOR_MARGIN + BARELY),
        perfect(1.0, FLOOR + diagnosis.FLOOR_MARGIN - BARELY),
        "바닥",
    ),
    "flawless": (
        perfect(diagnosis.FLAWLESS_ACCURACY - BARELY, FLOOR),
        perfect(diagnosis.FLAWLESS_ACCURACY + BARELY, FLOOR),
        "바닥",
    ),
    "flawless on one side": (
        {**perfect(1.0, FLOOR), "d_real_accuracy": diagnosis.FLAWLESS_ACCURACY - BARELY},
        perfect(1.0, FLOOR),
        "바닥",
    ),
    "early": (
        {"step": diagnosis.FEWEST_STEPS},
        {"step": diagnosis.FEWEST_STEPS - 1},
        f"아직 {diagnosis.FEWEST_STEPS - 1:,}스텝",
    ),
}


def test_a_healthy_history_has_no_trouble():
    assert troubles() == []
    assert all(str(sign).startswith("좋음: ") for sign in diagnose([HEALTHY]))


def test_being_right_nearly_always_is_neither_good_nor_bad():
    limit = diagnosis.RIGHT_ACCURACY
    for real, fake, verdict in (
        (limit - BARELY, 1.0, "좋음"), (1.0, limit - BARELY, "좋음"), (limit + BARELY, 1.0, "살펴볼 것")
    ):  # fmt: skip
        *others, sign = diagnose([{**HEALTHY, **accuracies(real, fake)}])
        assert sign.verdict == verdict and sign.healthy
        assert {other.verdict for other in others} == {"좋음"}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_threshold_parts_what_lies_close_on_each_side(name):
    within, beyond, words = THRESHOLDS[name]
    assert troubles(**within) == []
    [sign] = troubles(**beyond)
    assert words in sign.text and sign.advice
    assert str(sign).startswith("탈: ")


@pytest.mark.parametrize(
    ("off", "words"), [(BARELY, "찍는 것과 비슷하다"), (-BARELY, "찍는 것만도 못하다")]
)
def test_to_be_nearly_always_wrong_is_worse_than_guessing(off, words):
    [sign] = troubles(**accuracies(*[1 - diagnosis.GUESSING_ACCURACY + off] * 2))
    assert words in sign.text and sign.advice


def test_the_thresholds_are_those_the_stored_runs_were_judged_by():
    """기준은 담긴 훈련을 보고 정했으므로 코드와 따로 움직이면 안 된다. 다시 정할 때 여기도 함께 고친다."""
    assert [
        diagnosis.FEWEST_STEPS, diagnosis.LOUDEST_G_LOSS, diagnosis.QUIETEST_G_LOSS,
        diagnosis.GUESSING_ACCURACY, diagnosis.LARGEST_BIAS, diagnosis.RIGHT_ACCURACY,
        diagnosis.FLAWLESS_ACCURACY, diagnosis.FLOOR_MARGIN,
    ] == [1_000, 6.0, 0.4, 0.62, 0.25, 0.99, 0.9995, 0.004]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"), [({"g_loss": float("nan")}, "NaN"), ({"d_loss": float("inf")}, "무한대")]
)
def test_what_is_no_number_is_named_with_something_to_do(changes, words):
    [sign] = troubles(**changes)
    assert words in sign.text and sign.advice


@pytest.mark.parametrize(
    ("changes", "when", "healthy"),
    [({"g_loss": 20.0}, 5, True), ({"g_loss": 20.0}, 6, False), ({"d_loss": -0.1}, 0, False)],
)
def test_the_last_third_is_judged_but_a_negative_loss_is_never_forgiven(changes, when, healthy):
    history = [HEALTHY] * 9
    history[when] = {**HEALTHY, **changes}
    assert all(sign.healthy for sign in diagnose(history)) is healthy


def test_the_floor_follows_the_label_noise():
    perfect = {**HEALTHY, "d_real_accuracy": 1.0, "d_fake_accuracy": 1.0, "d_loss": 0.199}
    assert not all(sign.healthy for sign in diagnose([perfect], label_noise=0.1))
    assert all(sign.healthy for sign in diagnose([perfect], label_noise=0.0))
    assert not all(s.healthy for s in diagnose([{**perfect, "d_loss": 0.001}], label_noise=0.0))


def test_the_recorded_run_is_healthy():
    assert [sign.text for sign in diagnose(recorded.history()) if not sign.healthy] == []


@pytest.mark.parametrize(
    ("history", "error", "message"),
    [
        ([], ValueError, "비었다"),
        ({}, ValueError, "비었다"),
        ([{"step": 1, "d_loss": 0.5}], ValueError, "g_loss.* 열이 없다"),
        ([{"step": 1}, HEALTHY], ValueError, "g_loss.* 열이 없다"),
        ({"d_loss": [0.5, 0.4], "g_loss": [2.0]}, ValueError, "값의 수가 다르다"),
        ([{**HEALTHY, "d_real_accuracy": 93.0}], ValueError, r"\[0, 1\]을 벗어난 정확도"),
        ([{**HEALTHY, "step": "x"}], TypeError, "수가 아닌 값"),
        (0.33, TypeError, "float이다"),
        ([0.33], TypeError, "list이다"),
    ],
)
def test_a_history_that_is_no_history_is_refused(history, error, message):
    with pytest.raises(error, match=message):
        diagnose(history)


@pytest.mark.parametrize("noise", [-0.1, 0.5, None, float("nan")])
def test_a_noise_that_is_no_noise_is_refused(noise):
    with pytest.raises(ValueError, match="label_noise가"):
        diagnose([HEALTHY], label_noise=noise)


def test_what_fit_returns_is_a_history_too():
    dcgan = build_dcgan(image_size=8, base_channels=2, latent_dim=4, shift=1)
    data = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    history = dcgan.fit(data, epochs=2, batch_size=4, verbose=0)
    signs = diagnose(history)
    assert signs == diagnose(history.history) and len(signs) == 3
    lines = [dict(zip(HEALTHY, values, strict=True)) for values in [HEALTHY.values()] * 3]
    columns = {name: [line[name] for line in lines] for name in HEALTHY}
    assert diagnose(columns) == diagnose(lines)
