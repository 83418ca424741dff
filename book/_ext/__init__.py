"""책을 짓는 Sphinx 확장이다. 페이지를 짓는 동안 하는 일은 모듈마다 켜고, 다 지은 HTML은 한 번에 고친다."""

import gc

from sphinx.application import Sphinx

from book._ext import (
    address,
    answers,
    boxes,
    citations,
    edition,
    exercise_hints,
    figure_code,
    finishing,
    glossary_links,
    hangul_font,
    icons,
    ko_search,
    ko_theme,
    offline,
    play,
    predictions,
    progress,
    prose_ties,
    value_questions,
)

MODULES = (
    address,
    answers,
    boxes,
    citations,
    edition,
    exercise_hints,
    figure_code,
    glossary_links,
    hangul_font,
    ko_search,
    ko_theme,
    offline,
    play,
    predictions,
    progress,
    prose_ties,
    value_questions,
)
# 글을 고치는 일이 먼저이고, 쓰인 글자만 추리는 일이 나중이다.
STEPS = (
    ko_theme.name_controls,
    ko_search.write_ranks,
    offline.skip_excerpts,
    icons.slim,
    hangul_font.embed,
    address.draw_preview,
)


def finish(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        finishing.finish(app, STEPS)


def setup(app: Sphinx) -> dict[str, object]:
    gc.set_threshold(100_000)  # 기본값(700)이면 짓는 시간의 10분의 1을 쓰레기를 찾는 데 쓴다
    for module in MODULES:
        module.setup(app)
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
