"""그림에 쓸 한글 글꼴을 나눔고딕에서 글자를 골라 만든다.

나눔고딕은 SIL 오픈 폰트 라이선스(OFL) 1.1을 따르고 'Nanum'은 예약된 글꼴 이름이다. 그래서 글자를 골라낸 글꼴은
이름을 'Brickie Gothic'으로 바꾼다. 라이선스는 companion/fonts/OFL.txt에 있다. 데비안의 fonts-nanum 패키지를 깔고
이렇게 돌린다.

    python -m tools.makers.font /usr/share/fonts/truetype/nanum/NanumGothic.ttf
"""

import argparse
import hashlib
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from tools import ROOT

FONT = ROOT / "companion" / "fonts" / "BrickieGothic.ttf"
NAME = "Brickie Gothic"
# 데비안 fonts-nanum 20200506-1에 든 3.021 버전이다.
SOURCE_SHA256 = "48a28e97b34fc8e5b157657633670cd1b7de126cfc414da65ce9c3d5bc8be733"


def characters() -> set[str]:
    """KS X 1001의 한글 음절 2,350자와 기호(한자 제외), 아스키, 흔한 문장 부호이다."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xC9) for cell in range(0xA1, 0xFF))
    return set("".join(pair.decode("euc_kr", "ignore") for pair in pairs)) | set(
        map(chr, (*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2010, 0x2027)))
    )


def make_font(source: Path, target: Path) -> None:
    """`source`에서 글자를 골라 `target`에 쓴다. 같은 원본이면 늘 같은 바이트가 나온다.

    Raises:
        ValueError: 원본이 정해 둔 버전이 아닐 때.
    """
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    if digest != SOURCE_SHA256:
        raise ValueError(
            f"{source}의 SHA-256이 {digest}이다. 데비안 fonts-nanum 20200506-1에 든 "
            "NanumGothic.ttf를 준다."
        )
    font = TTFont(source, recalcTimestamp=False)
    # 힌팅은 뺀다. matplotlib은 글자를 스스로 다듬으므로 글꼴에 든 힌팅을 쓰지 않는다.
    options = Options(hinting=False, notdef_outline=True, name_IDs=[0])
    options.drop_tables += ["TSI0", "TSI1", "TSI2", "TSI3", "TSI5"]  # 글꼴 편집기가 남긴 표
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=map(ord, characters()))
    subsetter.subset(font)
    for name_id, text in {
        1: NAME,
        2: "Regular",
        3: f"{NAME} 1.0, a subset of a Korean typeface by NAVER Corporation",
        4: NAME,
        5: "Version 1.0",
        6: NAME.replace(" ", "") + "-Regular",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        font["name"].setName(text, name_id, platformID=3, platEncID=1, langID=0x409)
    font.save(target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path, help="NanumGothic.ttf의 경로")
    make_font(parser.parse_args().source, FONT)
    print(f"{FONT.name}: {FONT.stat().st_size:,}바이트")


if __name__ == "__main__":
    main()
