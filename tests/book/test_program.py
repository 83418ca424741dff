"""4.2.4절에 접어 실은 프로그램이 돌아가고, companion과 같은 것을 계산하는지 본다."""

import re
import unicodedata

import keras
import numpy as np
import pytest

from companion.training import build_dcgan
from tools import ROOT

WIDTH, BATCH, STEPS = 4, 8, 3
PAGE = (ROOT / "book" / "4_2_4_training.md").read_text(encoding="utf-8")
SOURCE = re.search(r"<summary>프로그램 보기</summary>\n+```python\n(.*?)^```$", PAGE, re.S | re.M)[
    1
]


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


@pytest.fixture
def program():
    """프로그램을 좁게 줄여 불러온 이름들이다."""
    keras.utils.set_random_seed(0)
    small = SOURCE.replace("WIDTH, LATENT = 64, 100", f"WIDTH, LATENT = {WIDTH}, 100")
    small = small.replace(
        "BATCH, EPOCHS, RATE = 32, 128, 2e-4", f"BATCH, EPOCHS, RATE = {BATCH}, 1, 2e-4"
    )
    assert small.count(f"{WIDTH}, 100") == small.count(f"{BATCH}, 1, 2e-4") == 1
    names = {"__name__": "program"}
    exec(small, names)
    return names


def test_three_steps_give_the_losses_of_companion(program, monkeypatch):
    dcgan = build_dcgan(
        base_channels=WIDTH, upsampling="transpose", label_noise=0.0, gradient_penalty=0.02,
        penalty_interval=4, shift=4, ema_decay=0.999,
    )  # fmt: skip
    program["d"].set_weights(dcgan.discriminator.get_weights())
    program["g"].set_weights(dcgan.generator.get_weights())
    program["average"].set_weights(dcgan.generator.get_weights())
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (STEPS, BATCH, 64, 64, 1)).astype("float32")
    z = rng.standard_normal((BATCH, 100)).astype("float32")
    shifts = rng.integers(-4, 5, (BATCH, 2)).astype("int32")
    program["draw_latents"] = lambda n: keras.ops.convert_to_tensor(z)
    program["draw_shifts"] = lambda n: keras.ops.convert_to_tensor(shifts)
    monkeypatch.setattr(dcgan, "sample_latents", lambda n: keras.ops.convert_to_tensor(z))
    monkeypatch.setattr(
        dcgan,
        "_draw",
        lambda draw, n, length: keras.ops.convert_to_tensor(
            shifts if length == 2 else np.zeros((BATCH, length), "float32")
        ),
    )
    for step, batch in enumerate(images):
        ours = [float(loss) for loss in program["train_step"](batch, step % 4 == 0)]
        dcgan.reset_metrics()
        theirs = dcgan.train_on_batch(batch, return_dict=True)
        np.testing.assert_allclose(ours, [theirs["d_loss"], theirs["g_loss"]], atol=1e-4)
    for mine, their in zip(
        program["average"].get_weights(), dcgan.ema_generator.get_weights(), strict=True
    ):
        np.testing.assert_allclose(mine, their, atol=1e-4)


def test_it_trains_and_leaves_a_grid_of_samples(program, tmp_path, capsys):
    images = np.random.default_rng(0).integers(0, 256, (2 * BATCH, 64, 64, 1), "uint8")
    program["train"](images, str(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["epoch-001.png"]
    grid = keras.utils.img_to_array(keras.utils.load_img(tmp_path / "epoch-001.png"))
    assert grid.shape == (512, 512, 3) and grid.std() > 0
    assert re.fullmatch(r"1 \d\.\d{3} \d\.\d{3}\n", capsys.readouterr().out)


def test_it_fits_the_page_and_takes_only_the_data_from_companion():
    assert max(map(columns, SOURCE.splitlines())) <= 72
    assert re.findall(r"companion\S*", SOURCE) == ["companion.data"]
    assert sum(map(bool, SOURCE.splitlines())) < 100  # 빈 줄을 빼고
