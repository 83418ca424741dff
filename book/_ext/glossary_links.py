"""페이지마다 용어가 처음 나오는 곳을 용어집에 잇고, 뜻을 말풍선으로 보인다.

용어와 뜻은 `book/glossary.csv`에서 읽는다. 용어집 페이지에서는 표의 줄마다 가리킬 수 있는 이름을 붙인다.
"""

import re
from pathlib import Path

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx

from tools.checks import terms

GLOSSARY = "book/glossary"
_PARTICLE = r"(?=$|[^가-힣]|[은는이가을를의에와과로도만]|으로|이다|이라|에서|이나|마다|부터|까지|처럼|보다|하)"


def links(table: Path) -> dict[str, tuple[str, str]]:
    """용어 → (용어집의 이름표, 뜻)이다. 긴 용어가 앞에 온다."""
    found: dict[str, tuple[str, str]] = {}
    for number, term in enumerate(terms.read(table)):
        for name in term.linked_names:
            found.setdefault(name, (f"term-{number}", term.definition))
    return {name: found[name] for name in sorted(found, key=len, reverse=True)}


def pattern_of(table: Path) -> re.Pattern[str]:
    """글에서 용어를 찾는다. 긴 용어에 든 짧은 용어와, 용어가 다른 뜻으로 든 구절은 이름 없이 지나간다."""
    phrases = [phrase for term in terms.read(table) for phrase in term.other_meanings]
    other = "|".join(map(_with_spaces, phrases)) or r"(?!)"
    names = "|".join(map(_with_spaces, links(table)))
    return re.compile(rf"(?<![가-힣A-Za-z0-9])(?:{other}|(?P<name>{names})(?![A-Za-z]){_PARTICLE})")


def _with_spaces(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))  # 글에서는 줄이 바뀌었을 수 있다


def label_rows(app: Sphinx, doctree: nodes.document) -> None:
    """용어집 표의 첫 칸에 이름표를 붙인다."""
    if app.env.docname != GLOSSARY:
        return
    for number, row in enumerate(r for body in doctree.findall(nodes.tbody) for r in body):
        row[0]["ids"].append(f"term-{number}")


def link_terms(app: Sphinx, doctree: nodes.document, page: str) -> None:
    if not page.startswith("book/") or page == GLOSSARY:
        return
    table = Path(app.srcdir) / f"{GLOSSARY}.csv"
    waiting, pattern = links(table), pattern_of(table)
    for paragraph in list(doctree.findall(nodes.paragraph)):
        _merge_lines(paragraph)
    for text in list(doctree.findall(nodes.Text)):
        if waiting and _is_prose(text):
            _link_first_uses(app, page, text, waiting, pattern)


def _merge_lines(paragraph: nodes.paragraph) -> None:
    """줄마다 나뉜 글 마디를 하나로 잇는다. 그래야 줄이 바뀌는 곳의 용어도 찾는다."""
    children: list[nodes.Node] = []
    for child in paragraph.children:
        if isinstance(child, nodes.Text) and children and isinstance(children[-1], nodes.Text):
            children[-1] = nodes.Text(children[-1].astext() + child.astext())
        else:
            children.append(child)
    paragraph.children = []
    paragraph.extend(children)


def _is_prose(text: nodes.Text) -> bool:
    """제목, 링크, 코드, 수식, 표, 그림 설명과 눌러서 고르는 짐작에 든 글은 잇지 않는다."""
    node = text.parent
    inside = False
    while node is not None and not isinstance(node, nodes.document):
        if isinstance(
            node,
            nodes.title | nodes.reference | nodes.literal | nodes.literal_block | nodes.math
            | nodes.math_block | nodes.table | nodes.caption | nodes.raw | nodes.container,
        ):  # fmt: skip
            return False
        if "prediction" in node["classes"]:
            return False
        inside = inside or isinstance(node, nodes.paragraph)
        node = node.parent
    return inside


def _link_first_uses(
    app: Sphinx,
    page: str,
    text: nodes.Text,
    waiting: dict[str, tuple[str, str]],
    pattern: re.Pattern[str],
) -> None:
    words, rest, parts = text.astext(), 0, []
    for match in pattern.finditer(words):
        name = " ".join((match["name"] or "").split())
        if name not in waiting:  # 다른 뜻이거나 이미 이었다
            continue
        label, definition = waiting.pop(name)
        target = app.builder.get_relative_uri(page, GLOSSARY) + f"#{label}"
        link = nodes.reference("", match[0], refuri=target, reftitle=definition, internal=True)
        link["classes"].append("term")
        parts += [nodes.Text(words[rest : match.start()]), link]
        rest = match.end()
    if parts:
        text.parent.replace(text, [*parts, nodes.Text(words[rest:])])


def setup(app: Sphinx) -> None:
    app.connect("doctree-read", label_rows)
    app.connect("doctree-resolved", link_terms)
