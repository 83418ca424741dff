"""브라우저에서 훈련하는 위조범의 데이터가 내장 벽돌에서 나온 그대로인지 본다."""

import numpy as np
from PIL import Image

from book._ext import forger_data
from companion.data import load_bricks


def test_the_bricks_of_the_forger_are_the_embedded_ones_halved_and_brightened():
    data = forger_data.everything()
    levels = np.frombuffer(data["pixels"].encode("ascii"), "uint8") - ord("0")
    assert levels.max() < data["levels"]
    found = (levels * 255.0 / (data["levels"] - 1)).reshape(-1, 32, 32)

    bricks = load_bricks()
    kinds = np.array(bricks.part_names)[bricks.parts]
    chosen = bricks.images[np.isin(kinds, forger_data.PARTS), ..., 0]
    halved = [Image.fromarray(image).resize((32, 32), Image.Resampling.BOX) for image in chosen]
    expected = np.minimum(forger_data.GAIN * np.stack(halved), 255)
    assert len(found) == len(expected) == 250 * len(forger_data.PARTS)

    half_a_level = 255 / (data["levels"] - 1) / 2
    for image in found[:: len(found) // 40]:
        nearest = np.abs(expected - image).max(axis=(1, 2)).min()
        assert nearest <= half_a_level + 2  # 줄이고 반올림하며 생기는 차이를 더한다


def test_every_switch_of_the_forger_changes_a_setting_of_the_recipe():
    for name, changed in forger_data.SWITCHES.items():
        for key, value in changed.items():
            assert forger_data.SETTINGS[key] != value, name
