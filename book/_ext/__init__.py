"""책을 짓는 Sphinx 확장들이다. 여기에서 한꺼번에 켠다."""

from importlib import import_module

from sphinx.application import Sphinx

MODULES = (
    "address",
    "boxes",
    "figure_code",
    "glossary_links",
    "hangul_font",
    "icons",
    "ko_search",
    "ko_theme",
    "offline",
    "play",
    "progress",
    "prose_ties",
)


def setup(app: Sphinx) -> dict[str, object]:
    for name in MODULES:
        import_module(f"{__name__}.{name}").setup(app)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
