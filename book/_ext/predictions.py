"""`**먼저 짐작해 보자.**`로 시작하는 문단 뒤의 목록을, 눌러서 고르는 짐작으로 바꾼다.

맞는 것에는 페이지의 원본에 `<!--right? 식 -->`이 있다(`tools/checks/ties.py`). 스크립트가 없으면 물음과 목록이 그대로 보인다.
"""

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from tools.checks.pages import RIGHT

OPENING = "먼저 짐작해 보자."


class Predictions(SphinxPostTransform):
    default_priority = 400
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for strong in list(self.document.findall(nodes.strong)):
            if strong.astext() != OPENING:
                continue
            question = strong.parent
            options = question.next_node(descend=False, siblings=True)
            if not isinstance(options, nodes.bullet_list):
                raise ValueError(f"{self.env.docname}: '{OPENING}' 뒤에 고를 것의 목록이 없다.")
            options["classes"].append("prediction")
            for option in options:
                marks = [node for node in option.findall(nodes.raw) if node.astext() == RIGHT]
                marks += [n for n in option.findall(nodes.comment) if RIGHT[4:-3] == n.astext()]
                for mark in marks:
                    mark.parent.remove(mark)
                    option["classes"].append("right")
            if sum("right" in option["classes"] for option in options) != 1:
                raise ValueError(
                    f"{self.env.docname}: 맞는 것이 하나여야 한다: {question.astext()[:60]}"
                )


def setup(app: Sphinx) -> None:
    app.add_post_transform(Predictions)
