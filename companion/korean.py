"""argparse가 하는 말을 한국어로 바꾼다. 표준 라이브러리만 쓰므로 도구도 모두 이것을 쓴다."""

import argparse

# argparse가 gettext로 찾는 글 가운데 사용자가 볼 수 있는 것이다.
TABLE = {
    "usage: ": "쓰는 방법: ",  # parse_intermixed_args()가 이 말을 일곱 자로 여기고 잘라 낸다
    "positional arguments": "인자",
    "options": "선택지",
    "show this help message and exit": "이 도움말을 보이고 끝난다",
    "%(prog)s: error: %(message)s\n": "%(prog)s: 오류: %(message)s.\n",
    "argument %(argument_name)s: %(message)s": "%(argument_name)s: %(message)s",
    "the following arguments are required: %s": "빠진 인자가 있다: %s",
    "one of the arguments %s is required": "다음 가운데 하나를 준다: %s",
    "unrecognized arguments: %s": "모르는 인자가 있다: %s",
    "ambiguous option: %(option)s could match %(matches)s": (
        "%(option)s는 %(matches)s 가운데 어느 것인지 알 수 없다"
    ),
    "not allowed with argument %s": "%s와 함께 쓰지 못한다",
    "ignored explicit argument %r": "값을 받지 않는데 %r를 주었다",
    "expected one argument": "값 하나를 준다",
    "expected at least one argument": "값을 하나 이상 준다",
    "invalid %(type)s value: %(value)r": "%(value)r는 수(%(type)s)가 아니다",
    "invalid choice: %(value)r (choose from %(choices)s)": (
        "%(value)r는 없다. %(choices)s 가운데에서 고른다"
    ),
}


def translate_argparse() -> None:
    """지금부터 argparse가 한국어로 말하게 한다. argparse에는 gettext 말고 글을 바꾸는 길이 없다."""
    argparse._ = lambda text: TABLE.get(text, text)  # type: ignore[attr-defined]
