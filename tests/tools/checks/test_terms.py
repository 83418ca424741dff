"""용어집의 표 하나에서 린트, 링크, 찾기가 쓰는 말이 나오는지 본다."""

import pytest

from tools.checks import lint, settings, terms

TABLE = settings.BOOK.root / settings.BOOK.terms
# 쓰지 않기로 한 말마다, 알림이 권해야 하는 말이다.
BETTER = {
    "판별자": "감별자 구분자 판별기",
    "생성자": "생성기",
    "생성적 적대 신경망": "적대적_생성_신경망 생성적_적대_네트워크",
    "전치 합성곱": "역합성곱 디컨볼루션 전치합성곱 전치_컨볼루션",
    "합성곱": "컨볼루션 컨벌루션",
    "그레이디언트": "그래디언트 그라디언트 그레디언트 변화도",
    "레이블": "라벨",
    "에포크": "에폭 에포치 이폭",
    "배치 정규화": "배치정규화 묶음_정규화",
    "잠재 공간": "잠재공간",
    "잠재 벡터": "잠재벡터 잠재_코드",
    "손실": "손실함수 로스",
    "활성화 함수": "활성화함수 활성_함수 활성함수",
    "이진 교차 엔트로피": "크로스_엔트로피 크로스엔트로피 교차엔트로피",
    "옵티마이저": "최적화기 최적화_도구 옵티마이져",
    "스트라이드": "보폭 스트라이드값",
    "특성 맵": "특징_맵 특징맵 피처_맵 피처맵 특성맵",
    "하이퍼파라미터": "하이퍼_파라미터 하이퍼_매개변수 초매개변수",
    "과대적합": "과적합 오버피팅",
    "모드 붕괴": "모드붕괴 모드_축소 모드_콜랩스",
    "체커보드 아티팩트": "체스판_무늬 체커_보드",
    "오토인코더": "오토_인코더 자기부호화기",
    "데이터셋": "데이터_세트 데이터세트 데이터_셋",
    "잡음": "노이즈",
    "샘플": "표본",
    "랜덤": "무작위",
    "픽셀": "화소",
    "흑백": "회색조",
    "층": "레이어",
    "지표": "메트릭",
    "드롭아웃": "드랍아웃 드롭_아웃",
    "훈련": "학습",
}


@pytest.mark.parametrize("better", BETTER)
def test_a_forbidden_word_is_caught_and_the_better_one_is_named(tmp_path, better):
    path = tmp_path / "page.md"
    for word in BETTER[better].replace("_", "\0").split():
        word = word.replace("\0", " ")
        path.write_text(f"# 제목\n\n{word}를 본다.\n", encoding="utf-8")
        messages = [problem.message for problem in lint.check([path])]
        expected = f"'{word}'은(는) 이 책이 쓰지 않는 말이다. '{better}'(으)로 적는다."
        assert expected in messages, (word, messages)


def test_no_word_is_forbidden_that_the_glossary_itself_settles():
    glossary = terms.read(TABLE)
    assert sum(bool(term.forbid) for term in glossary) >= len(BETTER)
    for _, pattern in lint._forbidden(settings.BOOK):
        assert [name for term in glossary for name in term.names if pattern.fullmatch(name)] == []


@pytest.mark.parametrize(
    ("korean", "names"),
    [
        ("배치 / 미니배치", ["배치", "미니배치"]),
        ("다변량 (표준) 정규 분포", ["다변량 정규 분포", "다변량 표준 정규 분포"]),
        ("생성적 적대 신경망(GAN)", ["생성적 적대 신경망", "GAN"]),
        ("크기(shape)", ["크기"]),
    ],
)
def test_a_term_has_every_form_met_in_the_text(korean, names):
    assert list(dict.fromkeys(terms.Term(korean, "", "", "").names)) == names


def test_a_word_too_common_to_link_is_left_out_of_the_links():
    term = terms.Term(
        "배치 / 미니배치", "batch / mini-batch", "", "묶음(드물게), 뭉치", plain="배치"
    )
    assert set(term.linked_names) == {"미니배치"}
    assert term.other_names == ["묶음", "뭉치", "batch", "mini-batch"]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("층,layer,,,,\n", "2째 줄.*빈 칸"),
        ("층,layer,뜻,,,\n층,tier,뜻,,,\n", "3째 줄.*'층'가 앞에도"),
        ("층,layer,뜻,,레이어(,\n", "2째 줄.*정규식이 아니다"),
    ],
)
def test_a_table_with_a_mistake_is_refused(tmp_path, rows, reason):
    table = tmp_path / "glossary.csv"
    header = "korean,english,definition,aliases,forbid,plain\n"
    table.write_text(header + rows, encoding="utf-8")
    with pytest.raises(ValueError, match=reason):
        terms.read(table)
