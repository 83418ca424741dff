"""`> **참고.** 글` 꼴의 인용을 책에서 알림 상자로 바꾼다.

Colab과 GitHub는 MyST 지시자(`:::{note}`)를 글자 그대로 보이지만 인용은 어디서나 인용으로 보인다.
그래서 본문에는 굵은 머리말로 시작하는 인용만 쓰고, 상자로 바꾸는 일은 책을 지을 때 한다.
"""

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

# 머리말의 첫 낱말 → 테마가 색과 그림표를 정하는 상자의 갈래
KINDS = {
    "참고": "note",
    "주의": "warning",
    "팁": "tip",
    "중요": "important",
    "연습": "seealso",
}


def heading_of(quote: nodes.block_quote) -> nodes.strong | None:
    """인용을 여는 굵은 머리말을 돌려준다. 그렇게 시작하지 않으면 None이다."""
    first = quote[0] if len(quote) else None
    if not isinstance(first, nodes.paragraph):
        return None
    # 해석기가 굵은 글 앞에 빈 글 마디를 남기기도 한다.
    inline = next((n for n in first if n.astext().strip()), None)
    return inline if isinstance(inline, nodes.strong) else None


class Boxes(SphinxTransform):
    """아는 머리말로 시작하는 인용을 같은 제목의 알림 상자로 바꾼다."""

    default_priority = 400

    def apply(self, **kwargs: object) -> None:
        for quote in list(self.document.findall(nodes.block_quote)):
            heading = heading_of(quote)
            if heading is None:
                continue
            title = heading.astext().strip().rstrip(".:")
            kind = KINDS.get(title.replace(":", " ").split(" ")[0])
            if kind is None:
                continue
            first = quote[0]
            del first[: first.index(heading) + 1]
            if len(first) and isinstance(first[0], nodes.Text):
                first[0] = nodes.Text(first[0].lstrip())
            box = nodes.admonition("", nodes.title("", title), classes=[kind])
            box += [n for n in quote if n is not first or n.astext().strip()]
            quote.replace_self(box)


def setup(app: Sphinx) -> None:
    app.add_transform(Boxes)
