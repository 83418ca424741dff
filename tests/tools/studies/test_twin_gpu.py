"""CUDA 그래프로 담은 스텝이 담지 않은 스텝과 같은 훈련인지 본다. GPU가 있는 기계에서 한다. TensorFlow는 쓰지 않는다."""

from dataclasses import replace

import pytest

from companion.data import load_bricks
from tools.studies import plan

torch = pytest.importorskip("torch", reason="PyTorch가 없다.")
if not torch.cuda.is_available():
    pytest.skip("GPU가 없다.", allow_module_level=True)
twin = pytest.importorskip("tools.studies.twin")


@pytest.mark.parametrize("recipe", plan.read("singles", tiny=True), ids=lambda r: r.name)
def test_captured_steps_train_as_plain_ones_do(recipe):
    torch.backends.cudnn.allow_tf32 = False
    recipe = replace(recipe, settings=replace(recipe.settings, base_channels=8))
    bricks = torch.tensor(load_bricks().images[:500]).permute(0, 3, 1, 2).contiguous().cuda()
    captured, plain = twin.Run(recipe, bricks), twin.Run(recipe, bricks)
    captured.capture()
    plain.on_gpu = False
    start = twin.to_keras(plain.generator)
    with torch.cuda.stream(captured.stream):
        captured.advance(8)
        captured.advance(16)
    with torch.cuda.stream(plain.stream):
        plain.advance(8)
        plain.advance(16)
    torch.testing.assert_close(captured.sums, plain.sums, rtol=1e-2, atol=1e-3)
    for name in ("generator", "discriminator", "average"):
        for a, b in zip(*(twin.to_keras(getattr(r, name)) for r in (captured, plain)), strict=True):
            assert abs(a - b).mean() < 1e-4 + 0.02 * abs(b).mean()
    moved = [abs(a - b).mean() for a, b in zip(twin.to_keras(plain.generator), start, strict=True)]
    assert min(moved) > 1e-4
