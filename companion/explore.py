"""훈련과 잠재 공간을 손으로 움직이며 살펴본다.

`frame_scrubber()`는 노트북 커널이 없는 책에서도 움직이는 HTML이고, `latent_explorer()`는 노트북 커널이 살아 있을 때
쓰는 위젯이다.
"""

import hashlib
import html
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from companion.arguments import check_integer, check_list, check_numbers, check_texts
from companion.plotting import HtmlPicture, as_pixels, data_uri
from companion.sampling import latents, strongest_directions

# 슬라이더를 움직이면 그 차례의 그림만 보인다. <script>를 쓰지 않으므로 어느 노트북에서나 같은 페이지에 여럿 있어도 된다.
_SHOW_FRAME = (
    "const box = this.closest('figure'), frames = box.querySelectorAll('img'); "
    "frames.forEach((frame, i) => { frame.style.display = i == this.value ? '' : 'none'; }); "
    "const label = frames[this.value].dataset.label; "
    "box.querySelector('output').textContent = label; "
    "this.setAttribute('aria-valuetext', label);"
)


def frame_scrubber(
    frames: Iterable[ArrayLike], labels: Iterable[object], *, title: str, alt: str
) -> HtmlPicture:
    """그림들을 슬라이더로 넘겨 보는 HTML을 만든다. 노트북 커널도 바깥 파일도 쓰지 않는다.

    처음에는 마지막 그림이 보이고, 스크립트가 꺼져 있으면 그대로 남는다. 슬라이더는 화살표 글쇠로도 움직인다. `id`는
    글로만 정해진다.

    Args:
        frames: 크기가 같은 `(H, W)`나 `(H, W, 3)` 그림들. 0~255의 정수나 [-1, 1]의 실수.
        labels: 그림마다 붙일 짧은 글. 수를 주면 글로 바꾼다.
        title: 슬라이더의 이름.
        alt: 그림의 대체 글. 그림마다의 글이 뒤에 붙는다.

    Raises:
        ValueError: 그림이 없거나, 그림의 크기가 서로 다르거나, 글의 수가 그림과 다르거나, `title`이나 `alt`가 비었을 때.
    """
    pictures = check_list("frames", frames)
    words = [str(label) for label in check_list("labels", labels)]
    if not pictures or len(pictures) != len(words):
        raise ValueError(
            f"그림이 {len(pictures)}장, 글이 {len(words)}개이다. 하나 이상 같은 수로 준다."
        )
    pictures = [check_numbers("그림", picture) for picture in pictures]
    if len({picture.shape for picture in pictures}) > 1:
        raise ValueError("그림의 크기가 서로 다르다. 모두 같은 크기로 준다.")
    check_texts(title=title, alt=alt)
    last = len(pictures) - 1
    images = "".join(
        f'<img src="{data_uri(picture)}" alt="{html.escape(f"{alt} ({word})")}" '
        f'data-label="{html.escape(word)}" '
        f'style="max-width:100%;height:auto{"" if index == last else ";display:none"}">'
        for index, (picture, word) in enumerate(
            zip(as_pixels(np.asarray(pictures)), words, strict=True)
        )
    )
    # PNG의 바이트는 zlib의 버전마다 달라지므로 이름에 섞지 않는다.
    text = "|".join([title, alt, *words])
    name = "scrubber-" + hashlib.sha256(text.encode()).hexdigest()[:12]
    page = (
        f'<figure id="{name}" style="margin:0.5em 0;text-align:center">{images}<div>'
        f"<label>{html.escape(title)} "
        f'<input type="range" min="0" max="{last}" step="1" value="{last}" autocomplete="off" '
        f'aria-valuetext="{html.escape(words[last])}" style="width:16em;max-width:100%" '
        f'oninput="{html.escape(_SHOW_FRAME)}"></label> '
        f'<output style="display:inline-block;min-width:{max(map(len, words))}em;text-align:left">'
        f"{html.escape(words[last])}</output>"
        "<noscript>스크립트가 꺼져 있어 마지막 그림만 보인다.</noscript></div></figure>"
    )
    return HtmlPicture(page, title)


def latent_explorer(
    generator: Any, latent_dim: int = 100, *, seed: int = 0, directions: int = 4
) -> Any:
    """잠재 벡터를 슬라이더로 움직이며 생성자의 이미지를 보는 위젯을 만든다.

    슬라이더 하나는 방향 하나이다. 생성자의 첫 층을 가장 크게 바꾸는 방향들(`strongest_directions()`)을 쓴다.

    Args:
        generator: `(N, latent_dim)` 크기의 잠재 벡터를 [-1, 1]의 이미지로 바꾸는 모델. 첫 층이 전치 합성곱이어야 한다.
        latent_dim: 잠재 벡터의 길이.
        seed: 처음 잠재 벡터의 시드. '새 벽돌' 단추를 누를 때마다 1씩 커진다.
        directions: 슬라이더의 수.

    Returns:
        `ipywidgets.VBox`.

    Raises:
        ValueError: 첫 층에서 방향을 구할 수 없거나, 시드나 슬라이더의 수가 범위를 벗어날 때.
    """
    import ipywidgets as widgets

    seed = check_integer("seed", seed, at_least=0)
    latent_dim = check_integer("latent_dim", latent_dim, at_least=1)
    directions = check_integer("directions", directions, at_least=1)
    weights = list(getattr(generator, "trainable_variables", ()))
    if not weights:
        raise ValueError(f"{type(generator).__name__}에는 훈련할 가중치가 없다. 생성자를 준다.")
    kernel = np.asarray(weights[0], "float32")
    if kernel.shape[-1] != latent_dim:
        raise ValueError(
            f"생성자의 첫 커널이 {kernel.shape} 크기라서 길이 {latent_dim}인 잠재 벡터와 맞지 않는다. "
            "첫 층이 Conv2DTranspose인 생성자와 그 잠재 벡터의 길이를 준다."
        )
    axes = strongest_directions(kernel, directions)
    picture = widgets.HTML()
    number = widgets.IntText(value=seed, description="시드")
    sliders = [
        widgets.FloatSlider(min=-4, max=4, step=0.1, description=f"방향 {index + 1}")
        for index in range(len(axes))
    ]
    new_brick = widgets.Button(description="새 벽돌", tooltip="잠재 벡터를 새로 뽑는다")
    centre = widgets.Button(description="가운데로", tooltip="슬라이더를 모두 0으로 되돌린다")

    def draw(_: object = None) -> None:
        start = latents(1, latent_dim, abs(number.value))
        moves = np.array([slider.value for slider in sliders]) @ axes
        image = as_pixels(generator((start + moves).astype("float32"), training=False))[0]
        picture.value = (
            f'<img src="{data_uri(image.repeat(4, 0).repeat(4, 1))}" style="max-width:100%" '
            'alt="지금 잠재 벡터로 만든 이미지">'
        )

    def draw_new(_: object) -> None:
        number.value += 1

    def move_to_centre(_: object) -> None:
        for slider in sliders:
            slider.value = 0

    for control in (number, *sliders):
        control.observe(draw, "value")
    new_brick.on_click(draw_new)
    centre.on_click(move_to_centre)
    draw()
    return widgets.VBox([picture, widgets.HBox([new_brick, centre]), number, *sliders])
