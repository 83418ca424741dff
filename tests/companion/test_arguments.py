"""companion.arguments: 정수를 받는 함수가 모두 같은 것을 받고 같은 말로 거절하는지 확인한다."""

import json

import numpy as np
import pytest

from companion import checkpoints
from companion.arguments import check_integer, with_particles
from companion.data import brick_batches, export_bricks, load_bricks
from companion.models import build_discriminator, build_generator
from companion.training import DCGAN

IMAGES = np.zeros((4, 8, 8, 1), np.uint8)
SMALL = {"image_size": 8, "base_channels": 2}


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("start이(가)", "start가"),
        ("48(이)라고, 4(이)라고", "48이라고, 4라고"),
        ("32(이)어야, 10(이)어야", "32여야, 10이어야"),
        ("[1, 3]을(를) '낫다'을(를)", "[1, 3]을 '낫다'를"),
        ("3(으)로 8(으)로 돌(으)로 벽(으)로", "3으로 8로 돌로 벽으로"),
        ("(ㄷ)이(가)", "(ㄷ)이"),
        ("①을(를) ②을(를) ['①', '③']이(가) ③(으)로 ⑧(으)로", "①을 ②를 ['①', '③']이 ③으로 ⑧로"),
        # 앞말이 없으면 그대로 둔다.
        ("자세 []이(가)", "자세 []이(가)"),
    ],
)
def test_particles_follow_the_word(written, printed):
    assert with_particles(written) == printed


@pytest.mark.parametrize("value", [4, np.int64(4), np.uint8(4)])
def test_integers_of_numpy_become_pythons(value):
    found = check_integer("n", value, at_least=4)
    assert type(found) is int and found == 4


@pytest.mark.parametrize("value", [0, True, np.True_, 4.0, np.float32(4), "4", None])
def test_anything_else_is_refused(value):
    with pytest.raises(ValueError, match=rf"^n이 .*{value}.*이다. 1 이상인 정수를 준다.$"):
        check_integer("n", value, at_least=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda n, folder: load_bricks().dataset(n),
        lambda n, folder: brick_batches(IMAGES, n),
        lambda n, folder: brick_batches(IMAGES, 1, start_step=n),
        lambda n, folder: export_bricks(folder, limit=n),
        lambda n, folder: build_discriminator(**SMALL, channels=n),
        lambda n, folder: build_discriminator(image_size=8, base_channels=n),
        lambda n, folder: build_discriminator(image_size=8 * n),
        lambda n, folder: build_generator(n, **SMALL),
        lambda n, folder: build_generator(**SMALL, kernel_size=n),
        lambda n, folder: build_generator(**SMALL, channels=n),
        lambda n, folder: build_generator(image_size=8, base_channels=n),
        lambda n, folder: build_generator(image_size=8 * n, base_channels=2),
    ],
)
def test_functions_agree_on_what_an_integer_is(call, tmp_path):
    call(np.int64(2), tmp_path)
    for wrong in (np.float64(2), -1):
        with pytest.raises(ValueError, match="이상인 (정수를|2의 거듭제곱을) 준다"):
            call(wrong, tmp_path)


def test_a_model_of_numpys_integers_can_be_written_as_json():
    n = np.int64
    small = {"image_size": n(8), "base_channels": n(2), "channels": n(1)}
    networks = build_discriminator(**small), build_generator(n(4), kernel_size=n(3), **small)
    dcgan = DCGAN(*networks, latent_dim=4, penalty_interval=n(2), shift=n(1))
    dcgan.compile()
    described = json.loads(json.dumps(checkpoints.describe(dcgan)))
    assert described["training"]["shift"] == 1
