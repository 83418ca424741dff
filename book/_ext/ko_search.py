"""찾기를 한국어에 맞춘다. Sphinx에는 한국어 낱말 나누기가 없다.

한국어는 낱말에 조사가 붙어 '훈련'으로는 '훈련을'이 나오지 않는다. 색인에는 한글 토막의 모든 부분
문자열을 넣고, 찾는 말에서는 조사를 뗀다. 부분 문자열을 다 넣었으므로 조사를 지나치게 떼어도 놓치는
글은 없다. '배치정규화'처럼 붙여 쓴 말로 '배치 정규화'를 찾도록, 조사 없이 이어진 두 낱말은 붙인
꼴도 넣는다. 영어 낱말은 영어 어간 찾기를 그대로 쓴다. 찾은 페이지는 그 낱말이 얼마나 자주 나오는지로
줄을 세운다(BM25). 브라우저에서 하는 일은 ko_search.js에 있다.
"""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import sphinx.search
from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

from book._ext.finishing import Pages, substitute
from tools.checks import terms

# 긴 것부터 맞추어 본다.
PARTICLES = [
    *("에서는", "에서도", "으로는", "으로도", "에게서", "이라고", "이라는"),
    *("라고", "라는", "에서", "에게", "으로", "까지", "부터", "처럼", "보다", "이나"),
    *("이며", "이고", "이다", "하고"),
    *"은는이가을를의에로와과도만나며",
]
HANGUL = re.compile("[가-힣]+")
RUNS = re.compile("[가-힣]+|[^가-힣]+")  # 'GAN을'은 'GAN'과 '을'로 나눈다
WORD = re.compile(r"[가-힣]+|[a-z0-9_]+")
# 페이지의 제목, 절의 제목, 굵은 글(처음 풀이하는 말)에 나온 낱말은 본문에 이만큼 나온 것으로 친다.
TITLE, HEADING, DEFINED = 50, 5, 10
RANKS = "search-ranks.js"
LATE = 600  # 확장들의 스크립트보다 나중이다
LONGEST = 6  # 색인에 넣는 부분 문자열의 최대 글자 수. 길수록 색인이 커진다.

SPLIT_QUERY = (Path(__file__).parent / "ko_search.js").read_text(encoding="utf-8")


@cache
def strip_particle(word: str) -> str:
    """한글 낱말의 끝에서 조사를 뗀다. 두 글자 넘게 남을 때만 뗀다."""
    for particle in PARTICLES:
        if word.endswith(particle) and len(word) - len(particle) >= 2:
            return word[: -len(particle)]
    return word


class SearchKorean(SearchEnglish):
    lang, language_name = "ko", "Korean"

    def split(self, text: str) -> list[str]:
        """글을 색인에 넣을 낱말로 나눈다. 한글 토막은 2~6글자 부분 문자열을 모두 보탠다."""
        words: list[str] = []
        previous = ""
        for word in self._word_re.findall(unicodedata.normalize("NFC", text)):
            words.append(word)
            if HANGUL.fullmatch(previous + word) and previous == strip_particle(previous) != "":
                words.append(previous + strip_particle(word))
            previous = word
            for run in RUNS.findall(word):
                pieces = [run]  # 한 글자 토막과 한글이 아닌 토막은 그대로 둔다
                if HANGUL.fullmatch(run) and len(run) > 1:
                    pieces = [
                        run[start:end]
                        for start in range(len(run))
                        for end in range(start + 2, min(start + LONGEST, len(run)) + 1)
                    ]
                words += [piece for piece in pieces if piece != word]
        return words

    def stem(self, word: str) -> str:
        """영어의 어간을 찾는다. 한글로 끝나는 낱말에는 뗄 영어의 어미가 없다."""
        return word.lower() if HANGUL.match(word[-1]) else super().stem(word)

    js_splitter_code = (
        f"const PARTICLES = {json.dumps(PARTICLES, ensure_ascii=False)};\n"
        f"const LONGEST = {LONGEST};\n{SPLIT_QUERY}"
    )


def words_of(text: str) -> Iterator[str]:
    """글의 낱말을 조사를 떼어 늘어놓는다. 조사 없이 이어진 한글 낱말 둘은 붙인 꼴도 낸다."""
    previous = ""
    for word in WORD.findall(unicodedata.normalize("NFC", text).lower()):
        stem = strip_particle(word)
        yield stem
        if HANGUL.fullmatch(previous + word):
            yield previous + stem
        previous = word if stem == word else ""


def count_words(doctree: nodes.document) -> Counter[str]:
    """페이지의 낱말을 센다. 제목과 굵은 글의 낱말은 여러 번으로 친다."""
    counts: Counter[str] = Counter()
    for text in doctree.findall(nodes.Text):
        if isinstance(text.parent, nodes.raw | nodes.comment):
            continue
        weight = DEFINED if isinstance(text.parent, nodes.strong) else 1
        if isinstance(text.parent, nodes.title):
            weight = TITLE if isinstance(text.parent.parent.parent, nodes.document) else HEADING
        for word in words_of(text.astext()):
            counts[word] += weight
    return counts


def synonyms(table: Path) -> dict[str, str]:
    """용어집의 다른 이름과 영어 이름 → 이 책의 용어이다. 이 책의 다른 용어와 같은 이름은 뺀다."""
    glossary = terms.read(table)
    own = {name.lower() for term in glossary for name in term.names}
    found: dict[str, set[str]] = {}
    for term in glossary:
        for name in map(str.lower, term.other_names):
            if name not in own:
                found.setdefault(name, set()).add(term.names[0].lower())
    only = {name: known.pop() for name, known in found.items() if len(known) == 1}
    return {name: only[name] for name in sorted(only, key=lambda name: (-len(name), name))}


def write_ranks(app: Sphinx, pages: Pages) -> None:
    """페이지마다 낱말이 몇 번 나오는지를 찾기 페이지가 읽을 파일로 적는다. 찾은 페이지를 늘어놓는 차례에 쓴다."""
    names = sorted(app.env.found_docs)
    counts = [count_words(app.env.get_doctree(name)) for name in names]
    every = sorted(set().union(*counts))
    table = {
        "pages": names,
        "lengths": [sum(count.values()) for count in counts],
        "counts": {
            word: [(k, count[word]) for k, count in enumerate(counts) if count[word]]
            for word in every
            if sum(count[word] for count in counts) > 1
        },
        "synonyms": synonyms(Path(app.srcdir) / "book" / "glossary.csv"),
    }
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    built = Path(app.outdir)
    (built / "_static" / RANKS).write_text(f"const RANKS={text};\n", encoding="utf-8")
    # 찾기 페이지의 스크립트도 페이지를 다 그린 다음에 읽게 한다.
    substitute(
        pages,
        r'<script (src="(_static/)?(searchtools|language_data|searchindex)\.)',
        r"<script defer \1",
    )


def add_ranks(app: Sphinx, page: str, template: str, context: dict, doctree) -> None:
    if page == "search":
        app.add_js_file(RANKS, loading_method="defer")


def highlight_after_translations(
    app: Sphinx, page: str, template: str, context: dict, doctree
) -> None:
    """옮긴 말을 읽은 다음에 찾은 말을 표시하게 한다. 그래야 표시를 지우는 단추에 한국어가 적힌다."""
    context["script_files"] = [
        type(file)(file.filename, priority=LATE, **file.attributes)
        if str(file.filename).endswith("sphinx_highlight.js")
        else file
        for file in context["script_files"]
    ]


def setup(app: Sphinx) -> None:
    sphinx.search.languages["ko"] = SearchKorean
    app.connect("html-page-context", add_ranks)
    # 페이지마다 스크립트를 더하는 확장들보다 나중에 한다.
    app.connect("html-page-context", highlight_after_translations, priority=900)
