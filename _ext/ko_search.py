"""찾기를 한국어에 맞춘다. Sphinx에는 한국어 낱말 나누기가 없다.

한국어는 낱말에 조사가 붙어 '훈련'으로는 '훈련을'이 나오지 않는다. 색인에는 한글 토막의 모든 부분
문자열을 넣고, 찾는 말에서는 조사를 뗀다. 부분 문자열을 다 넣었으므로 조사를 지나치게 떼어도 놓치는
글은 없다. '배치정규화'처럼 붙여 쓴 말로 '배치 정규화'를 찾도록, 조사 없이 이어진 두 낱말은 붙인
꼴도 넣는다. 영어 낱말은 영어 어간 찾기를 그대로 쓴다.
"""

import json
import re
import unicodedata

import sphinx.search
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

# 긴 것부터 맞추어 본다.
PARTICLES = [
    *("에서는", "에서도", "으로는", "으로도", "에게서", "이라고", "이라는"),
    *("라고", "라는", "에서", "에게", "으로", "까지", "부터", "처럼", "보다", "이나"),
    *("이며", "이고", "이다", "하고"),
    *"은는이가을를의에로와과도만나며",
]
HANGUL = re.compile("[가-힣]+")
RUNS = re.compile("[가-힣]+|[^가-힣]+")  # 'GAN을'은 'GAN'과 '을'로 나눈다
LONGEST = 6  # 색인에 넣는 부분 문자열의 최대 글자 수. 길수록 색인이 커진다.

# 브라우저에서 찾는 말을 나누는 코드. 조사는 strip_particle과 같이 뗀다.
SPLIT_QUERY = r"""
var splitQuery = (query) => {
  const particles = @PARTICLES@;
  const longest = @LONGEST@;
  const terms = [];
  const between = /[^\p{Letter}\p{Number}_\p{Emoji_Presentation}]+/gu;
  for (const word of query.normalize("NFC").split(between)) {
    for (let part of word.match(/[가-힣]+|[^가-힣]+/gu) || []) {
      if (/^[가-힣]/.test(part)) {
        const particle = particles.find((p) => part.endsWith(p) && part.length - p.length >= 2);
        if (particle) part = part.slice(0, -particle.length);
        for (let i = 0; i + longest < part.length; i++) terms.push(part.slice(i, i + longest));
        part = part.slice(-longest);
      }
      terms.push(part);
    }
  }
  return terms;
};
""".replace("@PARTICLES@", json.dumps(PARTICLES, ensure_ascii=False)).replace(
    "@LONGEST@", str(LONGEST)
)


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

    js_splitter_code = SPLIT_QUERY


def setup(app: Sphinx) -> dict[str, object]:
    sphinx.search.languages["ko"] = SearchKorean
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
