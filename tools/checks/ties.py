"""글에 적은 수와 판정을 코드에 묶는다. 묶지 않은 수와, 코드의 값과 다른 글을 찾는다.

페이지의 원본 `.md`에서 수 뒤에 그 수가 나온 곳을 적는다. 책과 `.ipynb`에는 지워서 담으므로 독자에게는 보이지 않는다.

    파라미터는 2,765,312<!--= discriminator.count_params() -->개이다.
    한 변은 64 → 32 → 16<!--= [IMAGE_SIZE, *sizes] -->으로 준다.
    $\\lfloor (64 + 2 - 4)/2 \\rfloor + 1 = 32$<!--= size_after(IMAGE_SIZE) -->가 된다.
    여섯<!--= len(stages) --> 단계이다.
    2015년에 나왔다([Radford 등, 2015](https://arxiv.org/abs/1511.06434)).
    | 5×5<!--cite: Radford 등, 2015 --> | 4×4<!--= layer.kernel_size --> |
    큰 배치가 못하다<!--? "큰 배치가 못하다": min(large) > max(usual) -->.
    - 큰 배치 <!--right? "어느 쪽이 못할까? - 큰 배치": min(large) > max(usual) -->
    식에서 보듯이 꼭대기가 가장 높다<!--untied: 위에서 미분했다 -->.

`=` 뒤의 식은 그 자리까지의 코드 셀을 실행한 커널에서 계산한다. 책의 패키지와 `np`는 늘 쓸 수 있다. 식의 값이
여럿이면 바로 앞에 적힌 수가 차례대로 같아야 하고, 적힌 자리까지 반올림해서 비교한다.

`?` 뒤에는 문장의 처음이나 쉼표나 앞 판정부터 그 자리까지의 말과, 그 말이 맞으려면 참이어야 할 식을 적는다. 말과 식은 여럿을
쉼표로 이어도 된다. `right?`는 그림을 보기 전에 하는 짐작의 맞는 것에 적는다. 물음부터 적고, 다음 셀(그림)까지 실행하고 계산한다.
묶음이 든 문단에서 비교하는 말(`COMPARED`)은 판정의 말에 들어 있어야 하고, 곱절은 수로 묶어도 된다. 코드로 볼 것이 없으면
`untied:` 뒤에 이유를 적는다. 그림의 글에 적은 비교는 셀의 `assert 식, "그 말"`이 본다.

참고 문헌으로 가는 링크는 그 앞의 수를 묶는다. 링크가 번거로운 표의 칸에는 `cite:` 뒤에 굵은 제목을 적고, 링크는 그 페이지에 한
번 적는다. 노트북이 아닌 페이지의 식은 책의 패키지와 `np`만 있는 곳에서 계산한다.

쓰기:
    python -m tools.checks.ties              # 묶지 않은 수와 잘못 적은 묶음을 모두 찾는다
    python -m tools.checks.ties book/이름.md
"""

import argparse
import ast
import json
import math
import re
import sys
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple, cast

from tools.checks import citations, settings
from tools.checks.pages import CODE_SPAN, LINK, TIE, Page, blank

# 묶지 않아도 되는 수와 그 이유이다. 책마다 다른 것은 설정의 exempt에 적는다.
EXEMPT = [
    (r"\]\([^)\n]*\)|https?://\S+|<[^>\n]*>|arXiv:\d+\.\d+", "주소와 태그이다."),
    (r"^#+ \d[\d.]*(?= )", "제목에 붙은 절 번호이다."),
    (r"^[ \t]*(?:> )?\d+\.(?= )", "목록의 번호이다."),
    (r"(?:그림|표|연습|식)\s*\(?\d[\d.]*(?:-\d+)?\)?", "그림, 표, 연습, 식의 번호이다."),
    (r"(?:Python|파이썬|TensorFlow|Keras|ipywidgets|GNU|CC|BY) ?v?\d[\d.]*", "버전의 이름이다."),
    (r"[A-Za-z_β][A-Za-z_]*[-₀-₉]?\d+\w*|\d+(?=[A-Za-z])\w*|\d+(?:비트|차원)", "이름의 일부이다."),
]
BARE = {
    "0": "레이블과 범위의 끝", "1": "레이블과 범위의 끝", "1.0": "정확도의 가장 큰 값",
    "-1": "범위의 끝", "0.5": "0과 1의 한가운데", "255": "8비트의 가장 큰 값",
}  # fmt: skip
# 우리 결과를 비교하는 말과, 비교가 아닌 것과 그 이유이다.
TIMES = r"(?:두|세|네|다섯|열|스무|몇|몇십|수십) ?배(?![치정열경우])"
COMPARED = re.compile(
    rf"낫다|낫고|낫지|나았|나빴|더 나쁘|(?<!지 )못(?:하다|하고|했다)|가리지 못|가릴 수 없|뒤진|뒤처|앞선|앞섰|{TIMES}"
    r"|가장 (?:위|아래|앞|뒤)에|가장 (?:크|큰|작|높|낮|많|적|가깝|가까|멀|먼|좋|나쁘|나쁜|빠|느리|느린|밝|어둡|어두|짧|길|긴|흔|넓|좁|둔|또렷|뚜렷)\w*"
    r"|보다 (?:(?:훨씬|조금|더|약간|크게|많이) )*(?:크|큰|작|높|낮|많|적|가깝|가까|멀|먼|좋|나쁘|나쁜|나은|낫|못|빠르|빠른|느리|느린|넓|좁|길|짧|위|아래|뒤|앞|밝|흐리|흐린|매끄|거칠|또렷)\w*"
    r"|제일|에 비해|앞지르|앞질렀|뒤졌|뒤떨어|못 미친|못 미쳤"
    r"|먼저 (?:무너|망가|배우|배운|나타|나오|내려|올라|바뀌)\w*"
)
NOT_COMPARED = [
    (r"'[^'\n]{1,24}'", "규칙이 정한 판정의 이름이다."),
    (r"(?:다|라)면[ ,]|보다 \S+다면|수 없다면", "아직 모르는 것을 가정한 말이다."),
    (r"보다 \S+ 것이다|가장 \S+지(?=[를는가도 ])", "짐작이거나 묻는 말이다."),
    (r"배(?:로|씩) (?:키우|키운|늘이|늘인|늘린|하면)", "결과가 아니라 바꾼 것이다."),
    (
        r"(?:0|검정\(-1\))보다 밝|가장 (?:짧은 길|작은 예|높은 주파수|낮은 버전|가까운 (?:훈련|진짜|벽돌)|큰 것|작은 것|큰 값|작은 값)",
        "이름이다.",
    ),
]
VERDICTS = ("?", "right?")
# 규칙이 정한 판정의 이름과, 글에서 그것을 말하는 줄기이다.
RULED = {
    "낫다": "낫|나았|나은",
    "못하다": "(?<!지 )못(?:하다|하고|하지|했)",
    "가릴 수 없다": "가릴 수 없",
}
# 판정의 말 앞에 와도 뜻이 바뀌지 않는 말이다.
_JOINING = "그러나|다만|그래도|그런데|그리고|그러니|또|게다가"
UNTIED, REASON = "untied:", 4  # 이유는 적어도 이만큼은 적는다
EVALUATED = ("=", *VERDICTS)
_NOT_COMPARED = re.compile("|".join(pattern for pattern, _ in NOT_COMPARED))
_MATH = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+(?:\n[^$\n]+)?)\$", re.DOTALL)
_RESULT = re.compile(r"(?:=|\\approx|≈)\s*([-−]?[\d,.]*\d)\s*(?:\\%)?\s*\.?\s*$")
_NUMBER = re.compile(r"(?<![A-Za-z0-9_.])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?")
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*] |\||\d+\. ))")
HANGUL = {"영": 0, "열": 10, "스물": 20, "스무": 20}
_ONES = ["하나 한", "둘 두", "셋 세", "넷 네", "다섯", "여섯", "일곱", "여덟", "아홉"]
for _value, _words in enumerate(_ONES, start=1):
    for _word in _words.split():
        HANGUL |= {_word: _value, f"열{_word}": 10 + _value}
_HANGUL = re.compile("(?:" + "|".join(sorted(HANGUL, key=len, reverse=True)) + ")$")


class Number(NamedTuple):
    """글에 적힌 수 하나이다. `needed`는 묶어야 하는지이다."""

    written: str
    position: int
    needed: bool

    @property
    def value(self) -> Decimal:
        if self.written in HANGUL:
            return Decimal(HANGUL[self.written])
        return Decimal(self.written.replace(",", "").replace("−", "-"))


class Tie(NamedTuple):
    """묶음 하나이다.

    `claim`은 문장의 처음이나 앞 판정부터 이 묶음까지의 글이고, `numbers`는 앞 묶음(이나 문단의 처음)부터 여기까지 적힌 수들이다.
    """

    kind: str
    source: str
    line: int
    after_cell: int
    sentence: str
    claim: str
    numbers: tuple[Number, ...]

    @property
    def code(self) -> str:
        """계산할 식이다. 판정은 말이 열쇠인 사전이다."""
        return f"{{{self.source}}}" if self.kind in VERDICTS else self.source


class Numbers(NamedTuple):
    """페이지 하나의 묶음과, 어느 묶음에도 들지 않은 수이다."""

    ties: list[Tie]
    untied: list[tuple[int, str, str]]  # 줄, 수, 문장


def read(text: str) -> Numbers:
    """페이지의 글에서 묶음과 묶이지 않은 수를 모은다."""
    page = Page(text)
    ties: list[Tie] = []
    untied: list[tuple[int, str, str]] = []
    for start, end in _paragraphs(page.unfenced):
        paragraph = page.unfenced[start:end]
        numbers = _numbers(paragraph)
        taken = judged = 0
        for match in sorted([*TIE.finditer(paragraph), *_cited(paragraph)], key=re.Match.start):
            cited = match.re is LINK
            kind, source = ("cite:", match["text"]) if cited else (match["kind"], match["source"])
            verdict = kind in (*VERDICTS, UNTIED)  # 판정에는 수를 묶지 않는다
            waiting = [n for n in numbers if taken <= n.position < match.start() and not verdict]
            if not verdict and (hangul := _HANGUL.search(paragraph[: match.start()])):
                waiting.append(Number(hangul[0], hangul.start(), True))
            position = start + match.start()
            claim = _claim(paragraph, judged, match.start())
            if kind == "right?":
                claim = f"{_question(page.unfenced[:start])} {claim}".strip()
            ties.append(
                Tie(
                    kind,
                    " ".join(source.split()),
                    page.line_of(position),
                    sum(cell.start < position for cell in page.cells) + (kind == "right?"),
                    _sentence(paragraph, match.start()),
                    claim,
                    tuple(waiting),
                )
            )
            judged = match.end() if kind in VERDICTS else judged
            taken = taken if verdict else match.end()
        for number in numbers:
            if number.position >= taken and number.needed:
                line = page.line_of(start + number.position)
                untied.append((line, number.written, _sentence(paragraph, number.position)))
    return Numbers(ties, untied)


def by_cell(text: str) -> dict[int, list[Tie]]:
    """몇째 코드 셀 다음에 계산할지(1부터) → 그때 계산할 묶음이다. 첫 셀 앞의 글은 첫 셀 다음에 계산한다."""
    groups: dict[int, list[Tie]] = {}
    for tie in read(text).ties:
        if tie.kind in EVALUATED:
            groups.setdefault(max(1, tie.after_cell), []).append(tie)
    return dict(sorted(groups.items()))


def _cited(paragraph: str) -> Iterator[re.Match[str]]:
    """참고 문헌의 항목으로 가는 링크이다. 같은 문장의 수는 거기서 왔다."""
    titles = {entry.title for entry in citations.entries(settings.BOOK)}
    return (match for match in LINK.finditer(paragraph) if match["text"] in titles)


@cache
def _exempt(book: settings.Book) -> re.Pattern[str]:
    patterns = [*(pattern for pattern, _ in EXEMPT), *book.exempt]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.MULTILINE)


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    display = [match.span() for match in _MATH.finditer(text) if match[1]]
    for match in _PARAGRAPH.finditer(text):
        if any(a < match.start() < b for a, b in display):
            continue
        yield start, match.start()
        start = match.start() + 1
    yield start, len(text)


def _numbers(paragraph: str) -> list[Number]:
    """문단에 적힌 수를 차례대로 모은다. 코드와 묶음 속의 것은 빼고, 수식에서는 끝에 나온 값만 든다."""
    text = blank(CODE_SPAN, paragraph)
    numbers = []
    for match in _MATH.finditer(text):
        body = re.sub(r"\\tag\{[^}]*\}", "", match[1] or match[2]).replace("{,}", ",")
        body = re.sub(r"\\[,;! ]", " ", body).strip()
        result = _RESULT.search(body)
        if re.match(rf"\s*{TIE.pattern}", text[match.end() :], re.DOTALL):
            found = _NUMBER.findall(body)
            numbers += [Number(found[-1], match.start(), True)] if found else []
        elif result:
            numbers.append(Number(result[1], match.start(), _needed(result[1])))
    text = blank(TIE, blank(_MATH, text))
    exempt = [match.span() for match in _exempt(settings.BOOK).finditer(text)]
    for match in _NUMBER.finditer(text):
        written, position = match[0], match.start()
        if written[0] in "-−" and re.search(r"[\w)\]%]$", text[:position]):
            written, position = written[1:], position + 1
        inside = any(a <= position < b for a, b in exempt)
        numbers.append(Number(written, position, not inside and _needed(written)))
    return sorted(numbers, key=lambda number: number.position)


def _needed(written: str) -> bool:
    return written.replace("−", "-") not in BARE


def _sentence_ends(words: str) -> list[int]:
    return [match.end() for match in re.finditer(r"[.?!]\s", words)]


def _around(paragraph: str, position: int) -> tuple[int, int]:
    """그 자리가 든 문장의 처음과 끝이다."""
    ends = _sentence_ends(blank(TIE, paragraph))
    start = max([e for e in ends if e <= position], default=0)
    return start, min([e for e in ends if e > position], default=len(paragraph))


def _sentence(paragraph: str, position: int) -> str:
    return " ".join(TIE.sub("", paragraph[slice(*_around(paragraph, position))]).split())


def _claim(paragraph: str, judged: int, position: int) -> str:
    return _bare(paragraph[max(judged, _around(paragraph, position)[0]) : position])


def _question(before: str) -> str:
    """짐작의 목록 앞에 있는 물음이다."""
    lines = before.rstrip().split("\n")
    while lines and (not lines[-1] or lines[-1].startswith("- ")):
        lines.pop()
    return _bare("\n".join(lines).rpartition("\n\n")[2])


def _bare(words: str) -> str:
    return " ".join(TIE.sub("", words).replace("*", "").split()).strip(", ")


def untied_verdicts(page: Page) -> Iterator[tuple[int, str, str]]:
    """묶음이 든 문단에서, 비교하는 말이 있는데 그것을 보는 식이 없는 문장의 줄과 말과 문장이다."""
    for start, end in _paragraphs(page.unfenced):
        paragraph = page.unfenced[start:end]
        ties = list(TIE.finditer(paragraph))
        words = blank(TIE, blank(CODE_SPAN, paragraph))
        for a, b in pairwise([0, *_sentence_ends(words), len(words)] if ties else []):
            within = [tie for tie in ties if a <= tie.start() < b]
            for match in _compared(words[a:b]):
                if not any(_sees(tie, match[0]) for tie in within):
                    line = page.line_of(start + a + match.start())
                    yield line, match[0], " ".join(words[a:b].split())


def _compared(words: str) -> Iterator[re.Match[str]]:
    return COMPARED.finditer(blank(_NOT_COMPARED, words))


def _sees(tie: re.Match[str], word: str) -> bool:
    """묶음이 비교하는 말을 보는지이다. 판정은 그 말을 적어야 하고, 곱절은 수를 묶은 것으로도 본다."""
    kind, source = tie["kind"], tie["source"]
    if kind in VERDICTS:
        return any(word in said for said in _claims(source))
    return kind == UNTIED or (kind == "=" and bool(re.fullmatch(TIMES, word)))


def _claims(source: str) -> list[str]:
    """판정에 적은 말들이다. 말과 식의 짝이 아니면 빈 목록이다."""
    try:
        tree = ast.parse(f"{{{' '.join(source.split())}}}", mode="eval").body
    except SyntaxError:
        return []
    keys = tree.keys if isinstance(tree, ast.Dict) else []
    words = [key.value for key in keys if isinstance(key, ast.Constant)]
    return [word for word in words if isinstance(word, str)] if len(words) == len(keys) else []


def problem_of(tie: Tie) -> str | None:
    """식을 계산하지 않고도 알 수 있는 잘못을 문장으로 돌려준다."""
    if tie.kind == UNTIED:
        why = f"`{UNTIED}` 뒤에 묶지 않는 이유를 한 마디로 적는다."
        return None if len(tie.source) >= REASON else why
    if tie.kind == "cite:":
        if tie.source not in {entry.title for entry in citations.entries(settings.BOOK)}:
            return f"참고 문헌 페이지에 '{tie.source}'이(가) 없다. 굵은 제목을 그대로 적는다."
        return None
    if tie.kind == "=" and not tie.numbers:
        return f"`{tie.source}`에 묶을 수가 앞에 없다. 수 바로 뒤에 적는다."
    try:
        tree = ast.parse(tie.code, mode="eval")
    except SyntaxError as error:
        return f"`{tie.source}`은(는) 파이썬 식이 아니다({error.msg})."
    if tie.kind in VERDICTS:
        words = _claims(tie.source)
        if not words:
            return f'`{tie.source}`에 문장의 말이 없다. `"말": 식`으로 적는다.'
        said = ".*".join(map(re.escape, words))
        start = r"(?:^|\. )" if tie.kind == "right?" else rf"(?:^|[,:.|>-] )(?:(?:{_JOINING}) )?"
        if not re.search(rf"{start}{said}\.?$", tie.claim):
            how = (
                "문장의 처음이나 쉼표 뒤부터 묶음까지의 말을 그대로 적고, 식도 그 말에 맞는지 본다."
            )
            return f"판정의 말은 {words}인데 글은 「{tie.claim}」이다. {how}"
        for word, value in zip(words, cast(ast.Dict, tree.body).values, strict=True):
            found = [node.value for node in ast.walk(value) if isinstance(node, ast.Constant)]
            judged = [name for name in RULED if name in found]
            for name, stem in RULED.items() if judged else ():
                if name not in judged and re.search(stem, word):
                    return f"말은 '{name}'인데 식에는 {judged}뿐이다. 하나를 고친다."
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - _BUILTIN
    if not names:
        return f"`{tie.source}`에 변수나 함수의 이름이 없다. 값을 다시 적지 말고 나온 곳을 적는다."
    written = {abs(float(number.value)) for number in tie.numbers if number.needed}
    for node in ast.walk(tree):
        constant: Any = node.value if isinstance(node, ast.Constant) else None
        if type(constant) in (int, float) and abs(constant) in written:
            return f"`{tie.source}`에 글에 적은 수 {constant}이(가) 그대로 있다. 나온 곳을 적는다."
    return None


_BUILTIN = {
    "abs", "float", "int", "len", "list", "max", "min", "range", "round", "sorted", "sum", "tuple", "np",
}  # fmt: skip


def expression(ties: Sequence[Tie]) -> str:
    """식으로 묶은 것들의 값을 JSON 글로 돌려주는 파이썬 코드이다. 커널에서 실행한다."""
    package = settings.BOOK.package
    return f"""\
def _tied(sources):
    import json
    import numpy as np
    names = {{**globals(), "np": np}}
    {f"names[{package!r}] = __import__({package!r})" if package else ""}
    values = []
    for source in sources:
        try:
            value = eval(source, names)
            if isinstance(value, dict):
                value = [np.size(part) > 0 and np.all(part) for part in value.values()]
            values.append(np.ravel(np.asarray(value)).astype(float).tolist())
        except Exception as error:
            values.append(f"{{type(error).__name__}}: {{error}}")
    return json.dumps(values)
print(_tied({json.dumps([tie.code for tie in ties])}))
del _tied"""


def mismatch(tie: Tie, value: list[float] | str) -> str | None:
    """계산한 값이 적힌 수와 다르면 적힌 수와 참값을 문장으로 돌려준다."""
    if isinstance(value, str):
        return f"`{tie.source}`을(를) 계산하지 못했다({value})."
    if tie.kind in VERDICTS:
        return None if value and all(value) else f"`{tie.source}`이(가) 참이 아니다."
    count = len(value)
    if count == 0 or count > len(tie.numbers):
        return f"`{tie.source}`의 값은 {count}개인데 앞에 적힌 수는 {len(tie.numbers)}개이다."
    loose = [number.written for number in tie.numbers[:-count] if number.needed]
    if loose:
        return f"{', '.join(loose)}은(는) 묶이지 않았다. `{tie.source}`의 값은 {count}개뿐이다."
    for number, true in zip(tie.numbers[-count:], value, strict=True):
        if not agrees(number, true):
            return f"글에는 {number.written}인데 `{tie.source}`의 값은 {true:,.10g}이다."
    return None


def agrees(number: Number, true: float) -> bool:
    """적힌 자리까지 반올림하면 같은지 본다."""
    if not math.isfinite(true):
        return False
    half = Decimal(5).scaleb(int(number.value.as_tuple().exponent) - 1)
    return abs(Decimal(repr(true)) - number.value) <= half * (1 + Decimal("1e-9"))


def mismatches(ties: Sequence[Tie], values: Sequence[list[float] | str]) -> list[tuple[Tie, str]]:
    """적힌 수가 값과 다른 묶음마다, 무엇이 다른지 적은 문장을 함께 돌려준다."""
    pairs = zip(ties, values, strict=True)
    return [(tie, message) for tie, value in pairs if (message := mismatch(tie, value))]


def compare(name: str, ties: Sequence[Tie], printed: str) -> list[str]:
    """`expression`이 찍은 값과 비교해, 다른 곳마다 페이지, 줄, 문장, 적힌 수, 참값을 적는다."""
    return [
        f"{name}:{tie.line}: {message} 문장: 「{tie.sentence}」"
        for tie, message in mismatches(ties, json.loads(printed))
    ]


def evaluate_plain(ties: Sequence[Tie]) -> list[list[float] | str]:
    """노트북이 아닌 페이지의 묶음을 계산한다. 이름은 책의 패키지와 `np`만 쓸 수 있다."""
    if not ties:
        return []
    output: list[str] = []
    exec(expression(ties), {"print": output.append})  # 저장소의 페이지에 적힌 식만 실행한다
    return json.loads(output[0])


def check_page(path: Path) -> list[tuple[int, str]]:
    """페이지 하나에서 묶지 않은 수, 잘못 적은 묶음, 페이지의 코드에 없는 코드 표기를 찾는다.

    노트북인 페이지의 묶음은 커널에서 계산해야 하므로 `pytest --nbval`과 `notebooks run`이 비교한다.
    """
    text = path.read_text(encoding="utf-8")
    numbers = read(text)
    if path.name in settings.BOOK.without_numbers:
        return [(tie.line, "이 페이지는 수를 묶지 않는다.") for tie in numbers.ties]
    page = Page(text)
    found = [(tie.line, message) for tie in numbers.ties if (message := problem_of(tie))]
    if not (found or page.cells):
        tied = [tie for tie in numbers.ties if tie.kind in EVALUATED]
        found = [(tie.line, message) for tie, message in mismatches(tied, evaluate_plain(tied))]
    for line, written, sentence in numbers.untied:
        how = f"`{written}<!--= 식 -->`으로 적는다. ({sentence[:60]})"
        found.append((line, f"{written}이(가) 코드에 묶이지 않았다. {how}"))
    for line, word, sentence in untied_verdicts(page):
        how = '참이어야 할 식을 문장 끝에 `<!--? "말": 식 -->`으로 적는다.'
        found.append((line, f"'{word}'라는 비교를 보는 식이 없다. {how} ({sentence[:60]})"))
    return sorted([*found, *_captions(page), *_unknown_code(path, page)])


def _captions(page: Page) -> Iterator[tuple[int, str]]:
    """그림의 설명과 대체 글에 손으로 적은 수와, 셀이 `assert`로 보지 않은 비교를 찾는다."""
    for cell in page.cells:
        try:
            tree = cell.tree()
        except SyntaxError:
            continue  # 문법이 틀린 셀은 lint.py가 알린다
        arguments = (node for node in ast.walk(tree) if isinstance(node, ast.keyword))
        given = (a.value for a in arguments if a.arg in ("caption", "alt"))
        said = [words for node in ast.walk(tree) if isinstance(node, ast.Assert)
                for _, words in _strings(node.msg)]  # fmt: skip
        texts = [_strings(value) for value in given]
        joined = " ".join("".join(words for _, words in parts) for parts in texts)
        for words in (words for words in said if texts and words not in joined):
            why = f"`assert`에 적은 말 '{words}'이(가) 그림의 글에 없다."
            yield cell.line, f"{why} 말이 바뀌었으면 식도 그 말에 맞는지 본다."
        for line, text in (part for parts in texts for part in parts):
            for number in _numbers(text):
                if number.needed:
                    why = f"그림의 글에 {number.written}을(를) 손으로 적었다."
                    yield line, f"{why} f-문자열로 변수의 값을 넣는다."
            for match in _compared(text):
                if not any(match[0] in words for words in said):
                    why = f"그림의 글에 적은 '{match[0]}'이라는 비교를 보는 식이 없다."
                    yield line, f'{why} 셀에 `assert 식, "그 말"`을 적는다.'


def _strings(tree: ast.AST | None) -> list[tuple[int, str]]:
    """코드에 든 문자열마다 줄과 글이다."""
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant)) if tree else ()
    return [(node.lineno, node.value) for node in nodes if isinstance(node.value, str)]


def _unknown_code(path: Path, page: Page) -> Iterator[tuple[int, str]]:
    """수가 든 `코드`가 페이지의 코드나 출력에 그대로 있는지 본다. 노트북이 아니면 이름이 저장소에 있는지만 본다."""
    notebook = bool(page.cells)
    known = _squeezed(_notebook_text(path, page) if notebook else _repository_text())
    for match in CODE_SPAN.finditer(page.unfenced):
        if not re.search(r"(?<![A-Za-z_0-9])\d", match[1]) or match[1] in BARE:
            continue
        names = re.findall(r"[A-Za-z_][A-Za-z_0-9]*", match[1])
        found = _squeezed(match[1]) in known or (
            not notebook and bool(names) and all(name in known for name in names)
        )
        if not found:
            why = f"`{match[1]}`이(가) 페이지의 코드나 출력에 없다. 코드에 있는 그대로 적는다."
            yield page.line_of(match.start()), why


def _notebook_text(path: Path, page: Page) -> str:
    """페이지의 코드와, 실행해서 나온 글이다."""
    parts = page.fences
    target = path.with_suffix(".ipynb")
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"] if target.exists() else []
    for output in (output for cell in cells for output in cell.get("outputs", [])):
        parts += [*output.get("text", []), *output.get("data", {}).get("text/plain", [])]
    return " ".join(parts)


def _repository_text() -> str:
    return " ".join(file.read_text(encoding="utf-8") for file in settings.BOOK.source_files())


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).replace('"', "'")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="글에 적은 수가 코드에 묶였는지 본다.")
    parser.add_argument("pages", nargs="*", type=Path, help="책의 .md. 없으면 모두")
    chosen = parser.parse_args(arguments).pages or sorted(settings.BOOK.folder.glob("*.md"))
    found = [
        (page, line, message) for page in chosen for line, message in check_page(page.resolve())
    ]
    for page, line, message in found:
        print(f"{page.name}:{line}: {message}")
    ties = [tie.kind for page in chosen for tie in read(page.read_text(encoding="utf-8")).ties]
    verdicts = sum(ties.count(kind) for kind in VERDICTS)
    print(
        f"{len(chosen)}페이지에서 묶음 {len(ties)}개(판정 {verdicts}개, 이유를 적고 묶지 않은 비교 "
        f"{ties.count(UNTIED)}개)를 읽었고 고칠 곳은 {len(found)}개이다."
    )
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
