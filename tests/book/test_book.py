"""작은 책을 진짜 설정으로 지어, 한국어 찾기와 상자와 인터넷 없이 열리는 것을 본다."""

import base64
import io
import json
import re
import shutil
import subprocess
import tarfile
import threading
import unicodedata
import zipfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
import pytest
from fontTools.ttLib import TTFont
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

from book._ext import address, finishing, hangul_font, icons, ko_search, offline
from companion import plotting
from tests.book.building import ADDRESS, ROOT, build, lay_out
from tools.checks import citations, links, settings
from tools.makers import glossary, vendor

WIDGET = "0" * 31 + "1"
WIDGET_MODEL = {
    "model_module": "@jupyter-widgets/base",
    "model_module_version": "1.2.0",
    "model_name": "LayoutModel",
    "state": {},
}
PAGE = """\
# 판별자

**먼저 짐작해 보자.** 무엇일까?

- 판별자이다.
- 배치 정규화이다. <!--right-->

> **참고.** 첫 문단의 $x$.
>
> 둘째 문단.

> **주의: 모드 붕괴** 조심한다.

> **브릭키와 위조범**
>
> 이야기이다.

처음 나왔다([Radford 등, 2015](https://arxiv.org/abs/1511.06434)). 둘이
나왔다([Odena 등, 2016](https://distill.pub/2016/deconv-checkerboard/), [Foster,
2023](https://github.com/davidADSP/Generative_Deep_Learning_2nd_Edition)). 그 밖의
[Radford](https://arxiv.org/abs/1511.06434)이다.

판별자는 판별자의 일을 하고 전치
합성곱은 합성곱이 아니다. `생성자`와 [생성자](index.md)가 아닌 생성자이다.

<details>
<summary>풀이</summary>

접어 둔 해답이다.

</details>

## 절
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """두 페이지짜리 책을 진짜 `_config.yml`과 확장으로 지은 폴더. 하나에는 위젯이 들어 있다."""
    source = tmp_path_factory.mktemp("book")
    plain, widget, figure = (
        {"file": f"book/{name}.ipynb"} for name in ("plain", "widget", "4_figure")
    )
    ends = [{"file": "book/glossary.md"}, {"file": "book/references.md"}]
    chapters = [plain | {"sections": [widget]}, figure, *ends]
    lay_out(source, chapters)
    (source / "book" / "index.md").write_text("# 책\n\n벽돌 12<!--= n -->장이다.\n", "utf-8")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    code = new_code_cell(
        "x  # 접어 둔 코드",
        metadata={"tags": ["hide-input"]},
        outputs=[
            new_output("stream", text="1"),
            new_output("display_data", {"text/markdown": "| 열 |\n| ---: |\n| 7 |"}),
        ],
    )
    notebook = new_notebook(cells=[new_markdown_cell(PAGE), code], metadata=kernel)
    nbformat.write(notebook, source / "book" / "plain.ipynb")
    view = {"version_major": 2, "version_minor": 0, "model_id": WIDGET}
    data = {"application/vnd.jupyter.widget-view+json": view, "text/plain": "w"}
    state = {"version_major": 2, "version_minor": 0, "state": {WIDGET: WIDGET_MODEL}}
    notebook.cells[0].source = "# 위젯"
    notebook.cells[1].outputs = [new_output("display_data", data=data)]
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    nbformat.write(notebook, source / "book" / "widget.ipynb")
    figure = {"text/html": "<figure><figcaption>그림</figcaption></figure>", "text/plain": "그림"}
    notebook.cells[0].source = "# 그림\n\n" + "글자 " * 600
    notebook.cells[1].outputs = [new_output("display_data", data=figure)]
    del notebook.metadata["widgets"]
    nbformat.write(notebook, source / "book" / "4_figure.ipynb")
    done = build(source, "-W", "-n", "--keep-going")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return source / "_build" / "html"


def test_quotes_with_a_known_heading_become_boxes_and_stories_stay_quotes(book):
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    boxes = re.findall(r'<div class="(\w+) admonition">', html)
    titles = re.findall(r'<p class="admonition-title">(.*?)</p>', html)
    assert boxes == ["note", "warning"]
    assert titles == ["참고", "주의: 모드 붕괴"]
    assert "첫 문단의" in html.split("admonition-title")[1]
    assert "둘째 문단" in html.split("admonition-title")[1]
    (story,) = re.findall(r"<blockquote>.*?</blockquote>", html, re.S)
    assert "<strong>브릭키와 위조범</strong>" in story


def test_a_guess_knows_its_right_option_and_its_options_are_no_links(book):
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    (options,) = re.findall(r'<ul class="prediction[^"]*">.*?</ul>', html, re.S)
    assert [("right" in item, re.sub("<[^>]+>", "", item).strip()) for item in re.findall(r"<li.*?</li>", options, re.S)] == [
        (False, "판별자이다."), (True, "배치 정규화이다."),
    ]  # fmt: skip
    assert "<a " not in options


def requests(folder: Path) -> list[str]:
    """지은 책이 열리면서 바깥에서 받을 것들."""
    # 링크(a)와 대표 주소(canonical)는 눌러야 열리므로 보지 않는다.
    tag = re.compile(r"<(?:script|link|img|iframe|source|video|audio)\b[^>]*>")
    address = re.compile(r"""(?:src|href|srcset)\s*=\s*["']?(?:https?:)?//""")
    found = []
    for page in folder.rglob("*.html"):
        tags = tag.findall(page.read_text(encoding="utf-8"))
        found += [f"{page.name}: {t}" for t in tags if address.search(t) and "canonical" not in t]
    for sheet in folder.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
        found += re.findall(r"""(?:@import|url\()\s*["']?(?:https?:)?//[^"')]*""", text)
    return found


def test_a_built_page_asks_nothing_of_the_network(book):
    assert requests(book) == []
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    # 형이 text/x-…인 것은 실행되지 않는 설정이다.
    scripts = re.findall(r'<script(?! type="text/x-).*?</script>', html, re.S)
    assert not [script for script in scripts if "thebe" in script.lower()]
    assert (book / "_static" / "mathjax" / "tex-mml-chtml.js").exists()


built = pytest.mark.skipif(not (ROOT / "_build" / "html").is_dir(), reason="책을 아직 짓지 않았다")


@built
def test_the_real_book_asks_nothing_of_the_network():
    assert requests(ROOT / "_build" / "html") == []


@built
@pytest.mark.parametrize("name", ["training", "experiments", "results"])
def test_no_page_of_the_training_takes_more_than_25_minutes(name):
    html = (ROOT / "_build/html/book" / f"4_2_4_{name}.html").read_text(encoding="utf-8")
    assert int(re.search(r"약 (\d+)분</p>", html)[1]) <= 25


def test_a_widget_that_needs_a_kernel_is_left_out_of_the_book(book):
    html = (book / "book" / "widget.html").read_text(encoding="utf-8")
    assert "jupyter.widget" not in html


def test_the_code_of_a_figure_is_folded_under_it(book):
    html = (book / "book" / "4_figure.html").read_text(encoding="utf-8")
    assert html.index("<figure>") < html.index("이 그림을 만든 코드") < html.index("cell_input")
    plain = (book / "book" / "plain.html").read_text(encoding="utf-8")
    assert "이 그림을 만든 코드" not in plain


def test_a_section_says_where_it_stands_and_how_long_it_takes(book):
    html = (book / "book" / "4_figure.html").read_text(encoding="utf-8")
    assert "1/1 · 약 3분" in html
    assert "progress-line" not in (book / "book" / "plain.html").read_text(encoding="utf-8")


def test_addresses_come_from_the_one_setting(book):
    url = address.pages_url(ADDRESS)
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    assert f'<link rel="canonical" href="{url}book/plain.html" />' in html
    assert f'<meta property="og:image" content="{url}_static/preview.png" />' in html
    with Image.open(book / "_static" / "preview.png") as card:
        assert card.size == (1200, 630)
    missing = (book / "404.html").read_text(encoding="utf-8")
    assert f'href="/{url.split("/", 3)[3]}index.html"' in missing
    assert "그런 페이지가 없다" in missing


@pytest.mark.parametrize("url", ["https://gitlab.com/a/b", "github.com/a/b", ""])
def test_an_address_that_is_not_of_github_is_refused(url):
    with pytest.raises(ValueError, match="repository.url"):
        address.pages_url(url)


def test_the_letters_of_the_book_are_in_its_font(book):
    pages = {page: page.read_text(encoding="utf-8") for page in book.rglob("*.html")}
    used = hangul_font.characters(pages, book)
    sheet = (book / "_static" / hangul_font.SHEET).read_text(encoding="utf-8")
    for encoded in re.findall(r"base64,([^)]*)\)", sheet):
        font = TTFont(io.BytesIO(base64.b64decode(encoded)))
        letters = {c for c in used if 0xAC00 <= c <= 0xD7A3}
        assert letters <= font.getBestCmap().keys()
        assert "Pretendard" not in font["name"].getDebugName(1)


def test_choosing_letters_of_a_font_says_nothing(caplog):
    caplog.set_level("INFO")
    icons.subset_font(plotting.FONT, {ord("가")})
    assert caplog.messages == []


def test_the_search_pages_are_ranked_by_what_they_say(book):
    text = (book / "_static" / ko_search.RANKS).read_text(encoding="utf-8")
    ranks = json.loads(text.removeprefix("const RANKS=").removesuffix(";\n"))
    plain = ranks["pages"].index("book/plain")
    assert dict(ranks["counts"]["판별자"])[plain] >= ko_search.TITLE
    assert ranks["synonyms"]["감별자"] == "판별자"
    assert "커널" not in ranks["synonyms"]


def test_the_zip_holds_the_book_and_is_always_the_same(book, tmp_path):
    from tools.makers import offline as offline_zip

    first = offline_zip.pack(book, tmp_path / "a.zip").read_bytes()
    (tmp_path / "a.zip").unlink()
    assert offline_zip.pack(book, tmp_path / "a.zip").read_bytes() == first
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
    assert "a/index.html" in names
    assert "a/404.html" not in names
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        archive.extractall(tmp_path)
    assert "_sources/book/plain.ipynb" in (tmp_path / "a/book/plain.html").read_text("utf-8")
    assert links.broken_links(tmp_path / "a") == []
    with pytest.raises(FileNotFoundError, match="make book"):
        offline_zip.pack(tmp_path, tmp_path / "b.zip")
    assert not (tmp_path / "b.zip").exists()


def test_a_search_over_the_file_system_asks_for_no_excerpts(book):
    options = (book / "_static" / "documentation_options.js").read_text(encoding="utf-8")
    assert 'SHOW_SEARCH_SUMMARY: location.protocol !== "file:",' in options
    searching = (book / "_static" / "searchtools.js").read_text(encoding="utf-8")
    assert "DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY" in searching


def test_folded_parts_are_whole_in_the_pdf(book):
    pytest.importorskip("playwright")
    from pypdf import PdfReader

    from tools.makers import pdf

    if not any(map(shutil.which, pdf.BROWSERS)):
        pytest.skip("chromium이 없다")
    [(title, printed)] = pdf.print_pages(["book/plain"], book)
    pages = PdfReader(io.BytesIO(printed)).pages
    text = " ".join("".join(page.extract_text() for page in pages).split())
    assert title == "판별자"
    assert "접어 둔 해답" in text and "접어 둔 코드" in text
    assert "코드 숨기기" not in text


def test_the_pdf_follows_the_order_of_the_contents():
    pytest.importorskip("playwright")
    from tools.makers import pdf

    order = pdf.reading_order()
    assert order[:3] == ["book/index", "book/4_1_introduction", "book/4_2_dcgan"]
    assert order[-1] == "book/troubleshooting"
    with pytest.raises(FileNotFoundError, match="chromium|make book"):
        pdf.print_pages(order, built=ROOT / "없는 폴더")


def test_each_page_of_the_pdf_has_its_bookmark(tmp_path):
    pytest.importorskip("playwright")
    from pypdf import PdfReader, PdfWriter

    from tools.makers import pdf

    def printed(title, length):
        writer, stream = PdfWriter(), io.BytesIO()
        for _ in range(length):
            writer.add_blank_page(100, 100)
        writer.write(stream)
        return title, stream.getvalue()

    made = pdf.bind([printed("하나", 2), printed("둘", 3), printed("셋", 1)], tmp_path / "a.pdf")
    reader = PdfReader(made)
    marks = [(mark.title, reader.get_destination_page_number(mark)) for mark in reader.outline]
    assert marks == [("하나", 0), ("둘", 2), ("셋", 5)] and len(reader.pages) == 6


def test_the_colab_button_opens_the_notebook_of_the_configured_version(book):
    path = ADDRESS.removeprefix("https://github.com/")
    address = f"https://colab.research.google.com/github/{path}/blob/main"
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    assert f'href="{address}/book/plain.ipynb"' in html


def test_buttons_that_the_theme_leaves_in_english_are_korean(book):
    html = (book / "book" / "plain.html").read_text(encoding="utf-8")
    for word in ("코드 보기", "코드 숨기기", "본문으로 건너뛰기", "밝게/어둡게"):
        assert word in html
    assert "클립보드로 베끼기" in (book / "_static" / "copybutton.js").read_text(encoding="utf-8")
    for word in ("Show code cell", "Skip to main content", "light/dark", "Copyright"):
        assert word not in html


def test_search_of_the_built_book_is_korean(book):
    assert "PARTICLES" in (book / "_static" / "language_data.js").read_text(encoding="utf-8")
    index = (book / "searchindex.js").read_text(encoding="utf-8")
    terms = json.loads(index.removeprefix("Search.setIndex(").removesuffix(")"))["terms"]
    assert {"문단", "조심", "이야기"} <= terms.keys()


def query_terms(query: str) -> list[str]:
    """브라우저가 찾는 말을 나누는 코드를 node로 돌린 결과."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node가 없다")
    code = f"{ko_search.SearchKorean.js_splitter_code}\nconsole.log(JSON.stringify(splitQuery({json.dumps(query)})))"
    done = subprocess.run([node, "-e", code], capture_output=True, text=True, check=True)
    return [term for term in json.loads(done.stdout) if term]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("모델의 훈련을 마친다", "훈련"),
        ("훈련이 길다", "훈련을"),
        ("판별자에게 보낸다", "판별자"),
        ("배치 정규화를 쓴다", "배치정규화"),
        ("배치 정규화를 쓴다", "배치정규화는"),
        ("전치합성곱 층", "합성곱의"),
        ("아홉글자보다긴합성낱말이다", "글자보다긴합성낱말"),
        ("GAN을 만든다", "GAN"),
        ("잠재 공간", unicodedata.normalize("NFD", "공간에서")),
    ],
)
def test_a_korean_query_finds_the_text_whatever_particles_follow(text, query):
    index = set(ko_search.SearchKorean({}).split(text))
    assert set(query_terms(query)) <= index


def test_a_query_for_other_words_finds_nothing():
    index = set(ko_search.SearchKorean({}).split("생성자는 판별자를 속인다"))
    assert not set(query_terms("훈련")) & index


def test_particles_are_kept_where_too_little_would_be_left():
    assert ko_search.strip_particle("주의") == "주의"
    assert ko_search.strip_particle("신경망에서는") == "신경망"


def test_a_pattern_that_the_theme_no_longer_writes_stops_the_build():
    pages = {Path("a.html"): '<i title="Main">', Path("b.html"): "<b>"}
    finishing.substitute(pages, 'title="Main"', 'title="차례"')
    assert list(pages.values()) == ['<i title="차례">', "<b>"]
    with pytest.raises(ValueError, match="테마의 버전"):
        finishing.substitute(pages, 'title="Main"', "")


def test_a_book_without_the_vendored_libraries_does_not_build(tmp_path):
    class App:
        srcdir = tmp_path

    with pytest.raises(FileNotFoundError, match=r"tools\.makers\.vendor"):
        offline.add_vendor(App, None)


def test_vendored_files_are_the_listed_ones():
    vendor.check()


@pytest.mark.parametrize("change", ["고침", "보탬", "지움"])
def test_any_change_to_a_vendored_file_is_noticed(tmp_path, change):
    folder = tmp_path / "_vendor"
    shutil.copytree(ROOT / "book" / "_vendor" / "mathjax" / "input", folder)
    (folder / vendor.SUMS).write_text(vendor.checksums(folder))
    vendor.check(folder)
    file = next(folder.rglob("*.js"))
    if change == "고침":
        file.write_text(file.read_text() + " ")
    elif change == "보탬":
        file.with_name("new.js").touch()
    else:
        file.unlink()
    with pytest.raises(ValueError, match="SHA256SUMS"):
        vendor.check(folder)


def test_every_vendored_library_carries_its_licence():
    licences = {path.parent.name: path.read_text() for path in vendor.VENDOR.glob("*/LICENSE*")}
    assert licences.keys() == {path.name for path in vendor.VENDOR.iterdir() if path.is_dir()}
    assert "Apache License" in licences["mathjax"]
    assert "SIL OPEN FONT LICENSE" in licences["pretendard"]


def test_only_the_listed_files_are_taken_from_a_vendored_package(tmp_path):
    with tarfile.open(tmp_path / "a.tgz", "w:gz") as archive:
        for name in ("package/LICENSE", "package/es5/a.js", "package/es5/b.css"):
            archive.addfile(tarfile.TarInfo(name))
    library = vendor.Library("a@1", "", {"LICENSE": "a", "es5/*.js": "a/script"})
    vendor.extract(library, tmp_path / "a.tgz", tmp_path / "into")
    into = tmp_path / "into"
    taken = {path.relative_to(into).as_posix() for path in into.rglob("*") if path.is_file()}
    assert taken == {"a/LICENSE", "a/script/a.js"}
    library.files["es5/*.woff"] = "a"
    with pytest.raises(FileNotFoundError, match=r"a@1에 es5/\*\.woff이 없다"):
        vendor.extract(library, tmp_path / "a.tgz", tmp_path / "into")


def test_the_glossary_page_is_made_from_the_table():
    assert (ROOT / "book" / "glossary.md").read_text(encoding="utf-8") == glossary.page()


def test_terms_are_linked_at_their_first_use(book):
    text = (book / "book" / "plain.html").read_text("utf-8")
    links = re.findall(r'<a class="term[^"]*" href="([^"]+)" title="([^"]+)">([^<]+)</a>', text)
    links = [(target, definition, " ".join(name.split())) for target, definition, name in links]
    assert [name for _, _, name in links] == ["판별자", "전치 합성곱", "합성곱", "생성자"]
    glossary_page = (book / "book" / "glossary.html").read_text("utf-8")
    for target, definition, name in links:
        label = target.removeprefix("glossary.html#")
        row = re.search(rf'<td[^>]* id="{label}".*?</tr>', glossary_page, re.DOTALL)
        assert row and name in row[0] and definition in row[0]


def test_a_table_that_a_cell_shows_is_a_table(book):
    assert re.search(r"<td[^>]*><p>7</p></td>", (book / "book" / "plain.html").read_text("utf-8"))


def test_citations_lead_to_their_entries(book):
    html = (book / "book" / "plain.html").read_text("utf-8")
    listed = {entry.title: n for n, entry in enumerate(references(), start=1)}
    text = html[html.index("<p>처음 나왔다") :].split("</p>")[0]
    shown = re.sub(r"<[^>]+>", "", text).split()
    radford, odena, foster = (
        listed[title] for title in ("Radford 등, 2015", "Odena 등, 2016", "Foster, 2023")
    )
    assert shown[:4] == ["처음", f"나왔다[{radford}].", "둘이", f"나왔다[{odena}][{foster}]."]
    assert f'href="references.html#entry-{radford}" title="Radford 등, 2015"' in text
    assert 'href="https://arxiv.org/abs/1511.06434"' in text  # 항목의 이름이 아닌 링크는 그대로이다
    page = (book / "book" / "references.html").read_text("utf-8")
    found = re.search(rf'id="entry-{radford}">(.*?)</p>', page)
    assert found and re.sub(r"<[^>]+>", "", found[1]).startswith(f"[{radford}] Radford 등, 2015.")
    assert "https://arxiv.org/abs/1511.06434" in found[1]


def references():
    return citations.read(ROOT / "book" / "references.md")


def test_ties_are_not_in_the_book(book):
    text = (book / "book" / "index.html").read_text("utf-8")
    assert "벽돌 12장이다." in text


def test_a_dead_link_to_the_outside_is_named_and_the_placeholder_passed_over(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "here.html").touch()
    serve = partial(SimpleHTTPRequestHandler, directory=tmp_path / "site")
    source = tmp_path / "source"
    source.mkdir()
    lay_out(source, [{"file": "book/glossary.md"}])
    with ThreadingHTTPServer(("127.0.0.1", 0), serve) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        outside = f"http://127.0.0.1:{server.server_port}"
        links = [
            f"{outside}/here.html",
            f"{outside}/gone.html",
            f"https://github.com/{settings.BOOK.placeholder}",
        ]
        text = " ".join(f"[링크]({link})" for link in links)
        (source / "book" / "index.md").write_text(f"# 책\n\n{text}\n", "utf-8")
        done = build(source, "--builder", "linkcheck")
        server.shutdown()
    assert done.returncode != 0
    (output,) = source.glob("_build/**/output.json")
    found = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]
    statuses = {line["uri"]: line["status"] for line in found}
    assert [statuses[link] for link in links] == ["working", "broken", "ignored"]
