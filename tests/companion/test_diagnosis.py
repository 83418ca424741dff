"""훈련 기록을 진단하는 말이 징후와 맞는지 본다."""

import numpy as np
import pytest

from companion import recorded
from companion.diagnosis import diagnose
from companion.training import build_dcgan

HEALTHY = {
    "step": 2000, "d_loss": 0.33, "g_loss": 2.1, "d_real_accuracy": 0.93, "d_fake_accuracy": 0.94,
}  # fmt: skip


def troubles(**changes):
    history = [{**HEALTHY, **changes}] * 3
    return [sign for sign in diagnose(history) if not sign.healthy]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"g_loss": 5.9},
        {"g_loss": 0.41},
        {"d_loss": 0.0},
        {"d_real_accuracy": 0.75, "d_fake_accuracy": 0.5},
        {"d_real_accuracy": 1.0, "d_fake_accuracy": 1.0, "d_loss": 0.2028},
        {"step": 1000},
    ],
)
def test_a_healthy_history_has_no_trouble(changes):
    assert troubles(**changes) == []
    assert all(str(sign).startswith("좋음: ") for sign in diagnose([HEALTHY]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"g_loss": float("nan")}, "NaN"),
        ({"d_loss": float("inf")}, "무한대"),
        ({"d_loss": -0.4}, "레이블이 0과 1 사이를 벗어났다"),
        ({"g_loss": 6.1}, "거의 0을 답해"),
        ({"g_loss": 0.39}, "늘 통한다"),
        ({"d_real_accuracy": 0.73, "d_fake_accuracy": 0.5}, "찍는 것과 비슷하다"),
        ({"d_real_accuracy": 0.99, "d_fake_accuracy": 0.73}, "한쪽으로만"),
        ({"d_real_accuracy": 1.0, "d_fake_accuracy": 1.0, "d_loss": 0.2024}, "바닥"),
        ({"step": 999}, "아직 999스텝"),
    ],
)
def test_each_trouble_is_named_with_something_to_do(changes, words):
    [sign] = troubles(**changes)
    assert words in sign.text and sign.advice
    assert str(sign).startswith("탈: ")


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
    dcgan = build_dcgan(image_size=8, base_channels=2, latent_dim=4)
    data = np.random.default_rng(0).uniform(-1, 1, (8, 8, 8, 1)).astype("float32")
    history = dcgan.fit(data, epochs=2, batch_size=4, verbose=0)
    signs = diagnose(history)
    assert signs == diagnose(history.history) and len(signs) == 3
    lines = [dict(zip(HEALTHY, values, strict=True)) for values in [HEALTHY.values()] * 3]
    columns = {name: [line[name] for line in lines] for name in HEALTHY}
    assert diagnose(columns) == diagnose(lines)
