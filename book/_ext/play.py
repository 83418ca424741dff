"""본문의 `<!--play: 이름-->` 자리에 놀이를 넣고, `<!--door: 이름-->` 자리에는 그 놀이의 멈춘 그림에 링크를 달아 넣는다.
Colab에서는 그 자리에 아무것도 보이지 않는다.

놀이의 코드는 `book/_play/`에, 데이터를 만드는 일은 `play_data.py`에 있다. 페이지에는 멈춘 그림과 단추만 싣고, 코드와 데이터는
단추를 누를 때 읽는다.
"""

import gzip
import html
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from docutils import nodes  # type: ignore[import-untyped]
from PIL import Image
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.osutil import relative_uri

from book._ext import play_data

MARK = re.compile(r"\s*<!--\s*(play|door):\s*(\w+)\s*-->\s*")


class Toy(NamedTuple):
    """놀이 하나의 이름, 할 일, 멈춘 그림의 설명, 스크립트 없이 읽는 독자에게 할 말, 읽을 파일들과 코드이다."""

    title: str
    task: str
    still: str
    without_script: str
    files: tuple[str, ...]
    source: str  # 독자가 읽어 볼 코드
    button: str = ""  # 시작하는 단추의 글. 없으면 이름에서 짓는다


TOYS = {
    "game": Toy(
        "감별 게임",
        "검사관이 되어 한 쌍에서 진짜 벽돌을 고른다. 위조범이 배울수록 몇 쌍이나 놓치게 되는지, 판별자보다 잘하는지 본다.",
        "위의 네 장은 진짜이고 아래의 네 장은 다 훈련한 생성자가 만든 가짜이다.",
        "스크립트가 켜져 있으면 여기에서 진짜와 가짜를 가려 볼 수 있다.",
        ("game-data.js", "game.js"),
        "game.js",
    ),
    "laboratory": Toy(
        "잠재 공간 실험실",
        "다 훈련한 생성자가 이 브라우저 안에서 벽돌을 만든다. 잠재 벡터를 조금씩 옮기면 무엇이 이어지고 무엇이 끊기는지 본다.",
        "다 훈련한 생성자가 만든 벽돌 여덟 개.",
        "스크립트가 켜져 있으면 여기에서 생성자를 손으로 움직여 볼 수 있다.",
        ("laboratory-data.js", "generator.js", "laboratory.js"),
        "generator.js",
    ),
    "forger": Toy(
        "위조범의 훈련 지켜보기",
        "작은 DCGAN이 이 브라우저 안에서 처음부터 배운다. 얼룩이 덩어리가 되고 면이 갈리는 것을 지켜보고, 스위치로 훈련을 망가뜨려 본다.",
        "위조범의 샘플 열두 장씩의 필름. 한 줄 내려갈 때마다 본 이미지가 두 배이고, 얼룩이 차츰 벽돌의 꼴이 된다.",
        "스크립트가 켜져 있으면 여기에서 위조범이 배우는 것을 지켜볼 수 있다.",
        ("forger-data.js", "gan-loops.js", "gan-wasm.js", "gan.js", "forger.js"),
        "gan.js",
        "훈련 시작하기",
    ),
    "rewind": Toy(
        "훈련 되감기",
        "슬라이더를 밀어 훈련을 앞뒤로 돌린다. 손실이 거의 멈춘 뒤에도 그림이 나아지는지 본다.",
        "훈련이 끝났을 때의 샘플 서른두 장.",
        "스크립트가 켜져 있으면 여기에서 훈련을 앞뒤로 돌려 볼 수 있다.",
        ("rewind-data.js", "rewind.js"),
        "rewind.js",
    ),
    "convolution": Toy(
        "합성곱 만져 보기",
        "출력 칸을 누르면 거기에서 만나는 입력과 가중치가 켜진다. 커널을 바꾸며 칸마다 몇 번 겹치는지 본다.",
        "",
        "스크립트가 켜져 있으면 여기에서 출력 픽셀을 눌러 어떤 입력과 가중치가 만나는지 볼 수 있다.",
        ("convolution.js",),
        "convolution.js",
    ),
}

# 첫 페이지에서는 한 쌍을 바로 묻고, 나머지는 단추를 누를 때 읽는다.
FIRST = TOYS["game"]._replace(
    title="진짜를 찾아라",
    task="하나는 브릭키가 만든 진짜 벽돌이고 하나는 신경망이 그린 것이다. 진짜라고 생각하는 벽돌을 누른다.",
    without_script="",
    button="열 쌍 더 하기",
)

DOORS = {"forger": "book/4_2_4_training"}  # 문을 낼 수 있는 놀이와, 그 놀이가 있는 쪽


def prepare(app: Sphinx) -> None:
    """놀이의 코드와 데이터를 한 폴더에 모아 `_static/play/`로 나가게 한다."""
    static = Path(app.doctreedir) / "play-static"
    folder = static / "play"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(app.srcdir) / "book" / "_play", folder)
    unfinished = play_data.write(folder)
    app.connect("write-started", lambda *_: unfinished.result())
    app.config.html_static_path = [*app.config.html_static_path, str(static)]


def megabytes(folder: Path, files: tuple[str, ...]) -> str:
    """단추를 누르면 받을 크기이다. 서버가 보내는 대로 gzip으로 줄여 센다."""
    size = sum(len(gzip.compress((folder / name).read_bytes(), 6)) for name in files)
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{max(1, round(size / 1e3))} kB"


def still(name: str, folder: str, built: Path, alt: str) -> str:
    """놀이의 멈춘 그림이다. 그림이 늦게 와도 아래의 단추가 밀려나지 않게 크기를 적어 둔다."""
    with Image.open(built / f"{name}.png") as picture:
        width, height = picture.size
    return (
        f'<img class="play-still" src="{folder}{name}.png" alt="{html.escape(alt)}" '
        f'width="{width}" height="{height}" loading="lazy">'
    )


def door(name: str, folder: str, built: Path, address: str) -> str:
    """다른 쪽에 있는 놀이로 가는 멈춘 그림이다."""
    toy = TOYS[name]
    return (
        f'<section class="play" aria-label="{toy.title}로 가는 문"><a href="{address}">'
        f"{still(name, folder, built, '')}<br>{toy.title}</a>"
        f'<p class="play-note">{html.escape(toy.still)}</p></section>'
    )


def first_pair(folder: str) -> str:
    """진짜와 가짜 한 쌍과, 접어 둔 답이다. 스크립트가 없어도 풀 수 있다."""
    _, (left, right), real_is_left = play_data.first_pair()
    bricks = "".join(
        f'<img src="{folder}game-{file}.png" alt="{name} 벽돌" width="144" height="144" '
        f'data-right="{int(is_real)}">'
        for file, name, is_real in (
            ("left", "왼쪽", real_is_left),
            ("right", "오른쪽", not real_is_left),
        )  # fmt: skip
    )
    return (
        f'<div class="play-still play-first"><div class="play-row">{bricks}</div>'
        '<details><summary>답 보기</summary><p><span role="status"></span> '
        f"{'왼쪽' if real_is_left else '오른쪽'}이 진짜이다. 훈련을 마친 판별자는 왼쪽이 진짜일 확률을 {left:.2f}, "
        f"오른쪽이 진짜일 확률을 {right:.2f}이라고 답했다.</p></details></div>"
    )


def shell(name: str, folder: str, built: Path, address: str, *, first: bool = False) -> str:
    """단추를 누르기 전의 놀이이다. `first`이면 첫 페이지에 싣는 꼴이다. 종이에는 그림과 주소(`address`)만 남는다."""
    toy = FIRST if first else TOYS[name]
    before = ""
    if first:
        before = first_pair(folder)
    elif toy.still:
        before = still(name, folder, built, toy.still)
    title = "" if first else f'<p class="play-title">{toy.title}</p>'
    return (
        f'<section class="play" id="{name}" data-play="{name}" data-folder="{folder}" '
        f'data-files="{" ".join(toy.files)}" aria-label="{toy.title}">'
        f'{title}<p class="play-note">{toy.task}</p>{before}'
        f'<button class="play-start" type="button" hidden>{toy.button or f"{toy.title} 시작하기"} '
        f"({megabytes(built, toy.files)})</button>"
        f"<noscript><p>{toy.without_script}</p></noscript>"
        '<div class="play-stage" hidden></div>'
        f'<p class="play-address">이 놀이는 브라우저로 연 책의 {html.escape(address)}에서 움직인다.</p>'
        f'<p class="play-note play-source"><a href="{folder}{toy.source}">이 놀이의 코드</a></p></section>'
    )


class PlaceToys(SphinxPostTransform):
    """표시를 놀이로 바꾸고, 놀이가 든 페이지에만 공통 스크립트를 넣는다. 책에서 움직이지 않는 위젯은 뺀다."""

    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        self.remove_widgets()
        page = self.env.docname
        for node in list(self.document.findall(nodes.raw)) + list(
            self.document.findall(nodes.comment)
        ):
            found = MARK.fullmatch(node.rawsource or node.astext()) or MARK.fullmatch(node.astext())
            if found is None:
                continue
            kind, name = found.groups()
            known: dict = TOYS if kind == "play" else DOORS
            if name not in known:
                raise ValueError(
                    f"{page}의 <!--{kind}: {name}-->라는 놀이는 없다. {', '.join(known)} 가운데에서 고른다."
                )
            here = self.app.builder.get_target_uri(page)
            folder = relative_uri(here, "_static/play/")
            built = Path(self.app.doctreedir) / "play-static" / "play"
            if kind == "door":
                there = relative_uri(here, self.app.builder.get_target_uri(DOORS[name]))
                put = door(name, folder, built, f"{there}#{name}")
            else:
                address = f"{self.config.html_baseurl}{here}#{name}"
                first = name == "game" and page == self.config.root_doc
                put = shell(name, folder, built, address, first=first)
            if name == "rewind":
                self.remove_scrubber(TOYS["rewind"].title)
            node.replace_self(nodes.raw("", put, format="html"))
            self.document["has_toys"] = True

    def remove_scrubber(self, title: str) -> None:
        """노트북에서 같은 일을 하는 그림을 뺀다. 그 그림은 모든 장면을 페이지 안에 담고 있어 무겁다."""
        for node in list(self.document.findall(nodes.raw)):
            if 'id="scrubber-' in node.astext() and f"<label>{title} " in node.astext():
                node.parent.remove(node)

    def remove_widgets(self) -> None:
        """노트북 커널이 있어야 움직이는 위젯을 뺀다."""
        for node in list(self.document.findall(nodes.raw)):
            if "application/vnd.jupyter.widget-" in node.astext():
                node.parent.remove(node)


def add_script(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    if doctree is not None and doctree.get("has_toys"):
        app.add_js_file("play/play.js")
        app.add_css_file("play/play.css")
    if page == app.config.root_doc:
        app.add_js_file("play/wall-data.js")
        app.add_js_file("play/wall.js")


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", prepare)
    app.connect("html-page-context", add_script)
    app.add_post_transform(PlaceToys)
