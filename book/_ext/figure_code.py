"""코드가 읽는 길을 막지 않게 한다. 노트북에서는 코드가 그림 위에 그대로 있다.

그림을 그린 코드는 접어 그 그림 아래에 두고, 준비하는 셀은 접어 여는 글 뒤에 둔다.
"""

from docutils import nodes  # type: ignore[import-untyped]
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

PROMPT = "이 그림을 만든 코드"
SETUP = "이 페이지를 직접 실행할 때 먼저 돌리는 준비 코드"
IMPORTS = "이 페이지의 코드가 불러오는 것"


class FigureCode(SphinxPostTransform):
    default_priority = 250  # myst-nb가 코드를 접은(199) 다음이다.
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        cells = [hidden.parent for hidden in self.document.findall(HideCodeCellNode)]
        if len(cells) > 1 and "tag_colab" in cells[0]["classes"]:
            setup, imports = cells[:2]
            setup.parent.remove(setup)
            imports.parent.insert(imports.parent.index(imports), setup)
        for hidden in list(self.document.findall(HideCodeCellNode)):
            cell = hidden.parent
            for tag, words in (("tag_colab", SETUP), ("tag_imports", IMPORTS)):
                if tag in cell["classes"]:
                    self.fold(hidden, words, "figure-code", "opening-code")
            if not any("<figure" in raw.astext() for raw in cell.findall(nodes.raw)):
                continue
            self.fold(hidden, PROMPT, "figure-code")
            cell.remove(hidden)
            cell.append(hidden)

    @staticmethod
    def fold(hidden: HideCodeCellNode, words: str, *classes: str) -> None:
        hidden["prompt_show"] = hidden["prompt_hide"] = words
        hidden["classes"] = list(classes)


def setup(app: Sphinx) -> None:
    app.add_post_transform(FigureCode)
