"""출처의 링크를 참고 문헌의 항목으로 가는 위 첨자로 바꾼다.

페이지에는 `…내놓았다([Radford 등, 2015](https://arxiv.org/abs/1511.06434)).`처럼 어디서나 읽히게 적는다. 책에서는
괄호째 `[4]`가 되고, 누르면 무엇을 빌렸는지 적은 항목으로 간다. 번호는 참고 문헌에 적힌 차례이다.
"""

from pathlib import Path

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from tools.checks import citations

REFERENCES = "book/references"
_BETWEEN = (", ", "; ")


def entries(app: Sphinx) -> list[citations.Entry]:
    return citations.read(Path(app.srcdir) / f"{REFERENCES}.md")


def number_entries(app: Sphinx, doctree: nodes.document) -> None:
    """참고 문헌의 항목마다 번호와 가리킬 수 있는 이름을 붙인다."""
    if app.env.docname != REFERENCES:
        return
    numbers = {entry.title: number for number, entry in enumerate(entries(app), start=1)}
    for paragraph in doctree.findall(nodes.paragraph):
        heading = next((n for n in paragraph if n.astext().strip()), None)
        number = (
            numbers.get(heading.astext().rstrip(".")) if isinstance(heading, nodes.strong) else None
        )
        if number:
            paragraph["ids"].append(f"entry-{number}")
            paragraph.insert(0, nodes.Text(f"[{number}] "))


def link_entries(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if page == REFERENCES or not (listed := entries(app)):
        return
    numbers = {(entry.title, entry.url): number for number, entry in enumerate(listed, start=1)}
    target = app.builder.get_relative_uri(page, REFERENCES)
    for link in list(doctree.findall(nodes.reference)):
        number = numbers.get((" ".join(link.astext().split()), link.get("refuri", "")))
        if number:
            entry = nodes.reference(
                "", f"[{number}]", refuri=f"{target}#entry-{number}", internal=True
            )
            entry["reftitle"] = link.astext()
            link.replace_self(nodes.superscript("", "", entry, classes=["citation"]))
    for first in list(doctree.findall(_is_citation)):
        _drop_brackets(first)


def _is_citation(node: nodes.Node) -> bool:
    return isinstance(node, nodes.superscript) and "citation" in node["classes"]


def _drop_brackets(first: nodes.superscript) -> None:
    """출처만 든 괄호와, 출처 사이의 쉼표를 지운다."""
    parent, place = first.parent, first.parent.index(first)
    last = place
    while (
        last + 2 < len(parent)
        and parent[last + 1].astext() in _BETWEEN
        and _is_citation(parent[last + 2])
    ):
        last += 2
    before = parent[place - 1] if place else None
    after = parent[last + 1] if last + 1 < len(parent) else None
    if not (isinstance(before, nodes.Text) and before.endswith("(")):
        return
    if not (isinstance(after, nodes.Text) and after.startswith(")")):
        return
    parent[last + 1] = nodes.Text(after[1:])
    for between in range(last - 1, place, -2):
        del parent[between]
    parent[place - 1] = nodes.Text(before[:-1])


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", number_entries)
    app.connect("doctree-resolved", link_entries)
