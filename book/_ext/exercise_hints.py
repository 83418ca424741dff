"""비어 있는 연습의 출력에 든 힌트를 책에서는 접어 둔다. 먼저 풀어 보고, 막히면 편다.

노트북에서는 채점 함수가 찍은 글이 그대로 보인다.
"""

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from book._ext.value_questions import marked_up
from companion.exercises.checking import EMPTY


class FoldHints(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for block in list(self.document.findall(nodes.literal_block)):
            if not block.astext().startswith(EMPTY):
                continue
            hint = marked_up(block.astext().removeprefix(EMPTY).strip())
            text = f"<details><summary>힌트</summary><p>{hint}</p></details>"
            output = block.parent  # 출력 칸의 바탕과 여백이 없게 칸째 바꾼다
            output.replace_self(nodes.raw("", text, format="html"))


def setup(app: Sphinx) -> None:
    app.add_post_transform(FoldHints)
