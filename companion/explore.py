"""훈련과 잠재 공간을 손으로 움직이며 살펴본다.

`latent_explorer()`는 노트북 커널이 살아 있을 때 쓰는 위젯이고, `frame_scrubber()`는 커널이 없는 책에서도 움직이는
HTML이다.
"""

import hashlib
import html
import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from companion.plotting import HtmlPicture, data_uri
from companion.sampling import latents

_SCRUBBER = """\
<figure class="scrubber" id="{name}">
<div>{frames}</div>
<label>{title} <input type="range" min="0" max="{last}" value="{last}" aria-label="{title}"
 oninput="(function(slider){{var box=slider.closest('figure');
 box.querySelectorAll('img').forEach(function(frame,i){{frame.hidden=i!=slider.value;}});
 box.querySelector('output').textContent=slider.dataset.labels.split('|')[slider.value];}})(this)"
 data-labels="{labels}"></label> <output>{label}</output>
</figure>"""


def frame_scrubber(
    frames: Sequence[ArrayLike], labels: Sequence[str], *, title: str, alt: str
) -> HtmlPicture:
    """그림들을 손잡이로 넘겨 보는 HTML이다. 커널도 바깥 파일도 쓰지 않는다.

    스크립트가 꺼져 있으면 마지막 그림이 보인다. 손잡이는 키보드의 화살표로도 움직인다.

    Args:
        frames: `(H, W)` 크기의 uint8 그림들.
        labels: 그림마다 붙일 글.
        title: 손잡이의 이름.
        alt: 그림의 대체 글. 뒤에 그림마다의 글이 붙는다.

    Raises:
        ValueError: 그림이 없거나, 그림과 글의 수가 다르거나, 글에 `|`가 있을 때.
    """
    if not frames or len(frames) != len(labels):
        raise ValueError(
            f"그림이 {len(frames)}장, 글이 {len(labels)}개이다. 같은 수로 하나 이상 준다."
        )
    if any("|" in label for label in labels):
        raise ValueError("글에 '|'가 있다. 다른 글자로 바꾼다.")
    last = len(frames) - 1
    images = "".join(
        f'<img src="{data_uri(np.asarray(frame, np.uint8))}" '
        f'alt="{html.escape(f"{alt} ({label})")}"{"" if index == last else " hidden"}>'
        for index, (frame, label) in enumerate(zip(frames, labels, strict=True))
    )
    page = _SCRUBBER.format(
        # PNG의 바이트는 zlib의 판마다 달라지므로 이름에 섞지 않는다.
        name="scrubber-"
        + hashlib.sha256("|".join([title, alt, *labels]).encode()).hexdigest()[:10],
        frames=images,
        title=html.escape(title),
        last=last,
        labels=html.escape("|".join(labels)),
        label=html.escape(labels[-1]),
    )
    return HtmlPicture(page, title)


def latent_explorer(generator, seed: int = 0, directions: int = 4):
    """손잡이로 잠재 벡터를 움직이며 생성자의 이미지를 보는 위젯이다.

    손잡이는 잠재 벡터의 앞쪽 성분들이고, 단추는 나머지 성분을 새로 뽑는다.

    Args:
        generator: `(N, latent_dim)`을 이미지로 바꾸는 모델.
        seed: 처음 잠재 벡터의 시드.
        directions: 손잡이의 수.
    """
    import ipywidgets as widgets

    latent_dim = generator.input_shape[-1]
    picture = widgets.Image(format="png", width=256, height=256)
    sliders = [
        widgets.FloatSlider(0.0, min=-3.0, max=3.0, step=0.1, description=f"성분 {index + 1}")
        for index in range(min(directions, latent_dim))
    ]
    button = widgets.Button(description="새 벽돌")
    state = {"seed": seed}

    def draw(*_):
        z = latents(1, latent_dim, state["seed"])
        z[0, : len(sliders)] = [slider.value for slider in sliders]
        image = np.asarray(generator(z, training=False))[0, ..., 0]
        pixels = np.clip(np.rint(image * 127.5 + 127.5), 0, 255).astype(np.uint8)
        buffer = io.BytesIO()
        Image.fromarray(pixels).resize((256, 256), Image.Resampling.NEAREST).save(buffer, "PNG")
        picture.value = buffer.getvalue()

    def renew(_):
        state["seed"] += 1
        draw()

    for slider in sliders:
        slider.observe(draw, "value")
    button.on_click(renew)
    draw()
    return widgets.VBox([picture, button, *sliders])
