"""책이 인터넷 없이 열리고 느린 전화기에서도 글이 먼저 보이게 한다.

`book/_vendor/`의 브라우저 라이브러리를 `_static/`으로 옮겨 싣고, 바깥에서 스크립트를 받는 thebe를 뺀다.
`book/_vendor/`를 `_static/` 안에 두지 않는 이유: Jupyter Book은 `_static/**/*.js`를 모든 쪽에 넣는다.
"""

from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config

from book._ext.finishing import Pages


def add_vendor(app: Sphinx, config: Config) -> None:
    """`book/_vendor/`를 정적 파일 폴더에 보탠다. 없으면 책이 인터넷을 찾게 되므로 멈춘다."""
    vendor = Path(app.srcdir) / "book" / "_vendor"
    if not (vendor / "mathjax").is_dir():
        raise FileNotFoundError(
            f"{vendor}에 브라우저 라이브러리가 없다. `python -m tools.makers.vendor`로 받는다."
        )
    config.html_static_path = [*config.html_static_path, str(vendor)]


def is_unused(script: Any) -> bool:
    """이 책이 쓰지 않는 스크립트인지 본다. 바깥에서 스크립트를 받는 thebe와, 커널이 있어야 움직이는 위젯의 상태이다."""
    attributes = getattr(script, "attributes", {})
    words = f"{getattr(script, 'filename', '')} {attributes.get('body', '')}".lower()
    return "thebe" in words or "widget-state" in str(attributes.get("type", ""))


def fix_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    context["script_files"] = [s for s in context["script_files"] if not is_unused(s)]
    context["css_files"] = [s for s in context["css_files"] if not is_unused(s)]
    # 글이 스크립트를 기다리지 않게 한다. 바로 뒤의 인라인 스크립트가 쓰는 documentation_options.js만 먼저 읽는다.
    for script in context["script_files"]:
        name = getattr(script, "filename", None)
        if name and "documentation_options" not in str(name) and "async" not in script.attributes:
            script.attributes["defer"] = "defer"


def skip_excerpts(app: Sphinx, pages: Pages) -> None:
    """폴더에서 연 책의 찾기가 발췌를 받으려 하지 않게 한다. 브라우저는 `file://`에서 다른 파일을 읽지 못한다."""
    script = Path(app.outdir) / "_static" / "documentation_options.js"
    asked, instead = (
        "SHOW_SEARCH_SUMMARY: true",
        'SHOW_SEARCH_SUMMARY: location.protocol !== "file:"',
    )
    code = script.read_text(encoding="utf-8")
    if code.count(asked) != 1:
        raise ValueError(f"{script}에 {asked!r}가 없다. Sphinx의 버전을 확인한다.")
    script.write_text(code.replace(asked, instead), encoding="utf-8")


def setup(app: Sphinx) -> None:
    app.connect("config-inited", add_vendor)
    app.connect("html-page-context", fix_scripts, priority=900)
