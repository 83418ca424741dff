"""그림을 그린 코드를 접어 그 그림 아래에 둔다. 노트북에서는 코드가 그림 위에 그대로 있다."""

from docutils import nodes  # type: ignore[import-untyped]
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

PROMPT = "이 그림을 만든 코드"
SETUP = "이 페이지를 직접 실행할 때 먼저 돌리는 준비 코드"


class FigureCode(SphinxPostTransform):
    default_priority = 250  # myst-nb가 코드를 접은(199) 다음이다.
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for hidden in list(self.document.findall(HideCodeCellNode)):
            cell = hidden.parent
            if "tag_colab" in cell["classes"]:
                hidden["prompt_show"] = hidden["prompt_hide"] = SETUP
            if not any("<figure" in raw.astext() for raw in cell.findall(nodes.raw)):
                continue
            hidden["prompt_show"] = hidden["prompt_hide"] = PROMPT
            hidden["classes"] = ["figure-code"]
            cell.remove(hidden)
            cell.append(hidden)


def setup(app: Sphinx) -> None:
    app.add_post_transform(FigureCode)
