"""책이 놓일 주소에서 나오는 것들을 정한다. 주소는 `_config.yml`의 repository 한 곳에만 적는다.

GitHub Pages의 주소를 계산해 대표 주소(canonical), 나눌 때 보이는 카드, 없는 주소에 보일 404 페이지에 쓴다. 주소가 아직 없으면
저장소와 Colab으로 가는 단추를 빼고, 첫 페이지에도 그 단추를 말하지 않는다.
"""

import re
from pathlib import Path

from docutils import nodes  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.transforms.post_transforms import SphinxPostTransform

from book._ext.finishing import Pages
from tools.checks import settings

SUBTITLE = "벽돌을 위조하는 신경망을 처음부터 만든다"
NOT_FOUND = """
<h1>그런 페이지가 없다</h1>
<p>주소가 바뀌었거나 잘못 적혔다. <a href="{prefix}index.html">책의 첫 페이지</a>로 가거나 위의 돋보기로 찾는다.</p>
"""


WITH_ADDRESS = "페이지 위의 로켓 단추에서 Colab을 고르면 설치 없이 실행된다. 첫 셀이 필요한 것을 갖춘다. GPU도 Kaggle 계정도 없어도 된다."
WITHOUT_ADDRESS = "이 책의 저장소는 아직 공개된 주소가 없다. 내려받은 저장소의 book 폴더에서 Jupyter나 VS Code로 노트북을 열면 그대로 실행된다."


def is_known(repository: str) -> bool:
    """저장소의 주소가 정해졌는지 본다. 정해지기 전에는 자리만 잡아 둔 글이 적혀 있다."""
    return settings.BOOK.placeholder not in repository


def pages_url(repository: str) -> str:
    """GitHub 저장소의 주소에서 GitHub Pages의 주소를 얻는다. GitHub가 아니면 ValueError를 낸다."""
    found = re.fullmatch(r"https://github\.com/([^/]+)/([^/]+?)/?", repository)
    if found is None:
        raise ValueError(
            f"_config.yml의 repository.url이 {repository!r}인데, "
            "https://github.com/이름/저장소의 꼴이어야 하므로 고쳐 적는다."
        )
    return f"https://{found[1].lower()}.github.io/{found[2]}/"


def set_addresses(app: Sphinx, config: Config) -> None:
    theme = config.html_theme_options
    url = pages_url(theme["repository_url"])
    prefix = "/" + url.split("/", 3)[3]
    config.ogp_site_url = url
    config.ogp_image = f"{url}_static/preview.png"
    config.ogp_image_alt = "신경망이 만든 벽돌들 위에 적은 책의 이름"
    config.ogp_type = "book"
    config.ogp_site_name = config.html_title or config.project
    if is_known(theme["repository_url"]):
        config.html_baseurl = url
    else:
        prefix = "/"
        theme["use_repository_button"] = False
        theme["launch_buttons"] = {}
    config.notfound_urls_prefix = prefix
    config.notfound_context = {
        "title": "그런 페이지가 없다",
        "body": NOT_FOUND.format(prefix=prefix),
    }


def draw_preview(app: Sphinx, pages: Pages) -> None:
    """나눌 때 보이는 1200×630 카드를 그린다. 생성자가 만든 벽돌 벽 위에 책의 이름을 적는다."""
    root = Path(app.srcdir)
    card = Image.new("RGB", (1200, 630), "black")
    with Image.open(root / "book" / "wall.png") as wall:
        height = wall.height * 1200 // wall.width
        card.paste(wall.convert("RGB").resize((1200, height), Image.Resampling.LANCZOS))
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 400, 1200, 630), fill="black")
    for text, top, size in ((app.config.html_title, 445, 64), (SUBTITLE, 540, 34)):
        font = ImageFont.truetype(root / "companion" / "fonts" / "BrickieGothic.ttf", size)
        draw.text((60, top), text, font=font, fill="white")
    card.save(Path(app.outdir) / "_static" / "preview.png", optimize=True)


class HowToOpen(SphinxPostTransform):
    """첫 페이지의 끝에 노트북을 여는 법을 적는다. 있는 단추만 말한다."""

    default_priority = 250
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        repository = self.config.html_theme_options["repository_url"]
        if self.env.docname != self.config.root_doc:
            return
        words = WITH_ADDRESS if is_known(repository) else WITHOUT_ADDRESS
        *_, last = self.document.findall(nodes.section)
        last += nodes.note("", nodes.paragraph("", words))


def setup(app: Sphinx) -> None:
    app.add_post_transform(HowToOpen)
    app.connect("config-inited", set_addresses, priority=100)
