"""책이 인터넷 없이 열리게 한다.

`_vendor/`의 브라우저 라이브러리를 `_static/`으로 옮겨 싣고, 바깥에서 스크립트를 받는 thebe를 뺀다.
`_vendor/`를 `_static/` 안에 두지 않는 까닭: Jupyter Book은 `_static/**/*.js`를 모든 쪽에 넣는다.
"""

from pathlib import Path
from typing import Any

from docutils import nodes  # type: ignore[import-untyped]
from sphinx.application import Sphinx
from sphinx.config import Config

# 위젯 라이브러리는 require.js가 아는 자리에서 그림 글꼴을 찾으므로 그 자리를 먼저 알려 준다.
# 또 글자를 적을 때 MathJax 2의 이름(Hub.Queue)을 부르는데, MathJax 3의 같은 일로 잇지 않으면
# 거기서 멈춘다.
WIDGET_SETUP = """
window.require = { baseUrl: "%s" };
window.addEventListener("load", () => {
  if (window.MathJax && !MathJax.Hub) {
    MathJax.Hub = { Queue: ([, , element]) => MathJax.typesetPromise?.([element]) };
  }
});
"""


def add_vendor(app: Sphinx, config: Config) -> None:
    """`_vendor/`를 정적 파일 폴더에 보탠다. 없으면 책이 인터넷을 찾게 되므로 멈춘다."""
    vendor = Path(app.srcdir) / "_vendor"
    if not (vendor / "mathjax").is_dir():
        raise FileNotFoundError(
            f"{vendor}에 브라우저 라이브러리가 없다. `python tools/vendor.py`로 받는다."
        )
    config.html_static_path = [*config.html_static_path, str(vendor)]


def is_thebe(script: Any) -> bool:
    """Jupyter Book이 늘 넣는 thebe 스크립트인지 본다. 이 책은 쓰지 않는다."""
    body = getattr(script, "attributes", {}).get("body", "")
    return "thebe" in f"{getattr(script, 'filename', '')} {body}".lower()


def fix_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """쪽마다 thebe를 빼고, 위젯이 든 쪽에는 위젯을 준비하는 글을 앞세운다."""
    widgets = next((s for s in context["script_files"] if "embed-amd" in str(s.filename)), None)
    if widgets is not None:
        folder = context["pathto"]("_static/widgets/", resource=True)
        app.add_js_file(None, body=WIDGET_SETUP % folder, priority=200)
    context["script_files"] = [s for s in context["script_files"] if not is_thebe(s)]


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", add_vendor)
    app.connect("html-page-context", fix_scripts, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
