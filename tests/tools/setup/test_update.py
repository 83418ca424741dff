"""버전을 올린 뒤 달라진 출력을 나란히 보이는 페이지."""

import base64
from html.parser import HTMLParser

import pytest
import yaml

from tools.setup import update


def notebook(*cells):
    return {"cells": [{"cell_type": "markdown", "id": "m", "source": "글", "metadata": {}}, *cells]}


def cell(name, *outputs, source="x = 1\nx", tags=()):
    return {
        "cell_type": "code",
        "id": name,
        "source": source,
        "metadata": {"tags": list(tags)},
        "outputs": list(outputs),
    }


def text(content):
    return {"output_type": "stream", "name": "stdout", "text": content}


def html(content):
    return {"output_type": "display_data", "data": {"text/html": content, "text/plain": "그림"}}


def figure(pixels):
    return f'<figure><img src="data:image/png;base64,{base64.b64encode(pixels).decode()}"></figure>'


def test_equal_notebooks_have_no_changed_cell():
    same = notebook(cell("a", text("1\n")), cell("b", html(figure(b"one"))))
    assert update.changed_cells(same, same) == []


def test_how_the_text_is_split_into_pieces_does_not_matter():
    old = notebook(cell("a", text(["1\n", "2\n"])))
    new = notebook(cell("a", text("1\n"), text("2\n")))
    assert update.changed_cells(old, new) == []


def test_only_the_output_that_differs_is_reported():
    old = notebook(cell("a", text("1\n")), cell("b", text("같다"), html(figure(b"one"))))
    new = notebook(cell("a", text("1\n")), cell("b", text("같다"), html(figure(b"two"))))
    (change,) = update.changed_cells(old, new)
    ((before, after),) = change.pairs
    assert (before.content, after.content) == (figure(b"one"), figure(b"two"))


def test_new_and_removed_cells_are_reported_with_an_empty_side():
    old, new = notebook(cell("gone", text("옛"))), notebook(cell("come", text("새")))
    come, gone = update.changed_cells(old, new)
    assert (come.pairs[0][0], come.pairs[0][1].content) == (None, "새")
    assert (gone.pairs[0][0].content, gone.pairs[0][1]) == ("옛", None)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"output_type": "error", "ename": "ValueError", "evalue": "v"}, ("text", "ValueError: v")),
        (
            {"output_type": "execute_result", "data": {"text/plain": ["1", "2"]}},
            ("text", "12"),
        ),
        (
            {"output_type": "display_data", "data": {"image/png": "QUFB\n", "text/plain": "그림"}},
            ("html", '<img src="data:image/png;base64,QUFB" alt="출력 그림">'),
        ),
        (
            {"output_type": "display_data", "data": {"image/svg+xml": ["<svg>", "</svg>"]}},
            ("html", "<svg></svg>"),
        ),
    ],
)
def test_outputs_are_taken_in_the_form_a_reader_sees(output, expected):
    assert update.outputs(cell("a", output)) == [expected]


class Elements(HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def attributes(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


def test_the_page_shows_both_figures_side_by_side_and_their_difference():
    old = notebook(cell("a", html(figure(b"one")), source="plot(x < 1)"))
    new = notebook(cell("a", html(figure(b"two")), tags=["live"], source="plot(x < 1)"))
    page = update.page({"4_1": update.changed_cells(old, new)}, [])
    elements = Elements(page)
    frames = [attrs["srcdoc"] for attrs in elements.attributes("iframe")]
    assert frames == [figure(b"one"), figure(b"two")]
    overlay = [attrs["src"] for attrs in elements.attributes("img")]
    assert overlay == [figure(b"one").split('"')[1], figure(b"two").split('"')[1]]
    assert "plot(x &lt; 1)" in page
    assert "실행할 때마다 조금씩 다르다" in page


def test_the_page_marks_the_changed_words_of_a_text():
    old, new = notebook(cell("a", text("loss 0.5\n"))), notebook(cell("a", text("loss 0.7\n")))
    page = update.page({"4_1": update.changed_cells(old, new)}, [])
    assert '<span class="diff_chg">5</span>' in page
    assert '<span class="diff_chg">7</span>' in page


def test_a_script_in_an_output_stays_inside_its_frame():
    new = notebook(cell("a", html("<script>alert(1)</script>")))
    page = update.page({"4_1": update.changed_cells(notebook(), new)}, [])
    assert "<script" not in page
    (frame,) = Elements(page).attributes("iframe")
    assert frame["sandbox"] == "allow-scripts"


def test_an_unchanged_page_is_listed_as_such():
    assert "그대로다" in update.page({"4_1": []}, [])


def test_version_changes_name_both_versions():
    old = "numpy==2.0 ; python_version < '3.11'\nnumpy==2.1 ; python_version >= '3.11'\ngone==1\nsame==1\n"
    new = "numpy==2.2 \\\n    --hash=sha256:00\nsame==1\ncome==3\n"
    changes = update.version_changes(old, new)
    assert changes == [("come", "", "3"), ("gone", "1", ""), ("numpy", "2.0, 2.1", "2.2")]
    page = update.page({}, changes)
    assert "<td>numpy</td><td>2.0, 2.1</td><td>2.2</td>" in page


@pytest.mark.parametrize(
    "line",
    [
        "--index-url https://example.com/simple",
        "--find-links /wheels",
        "-e .",
        "numpy @ file:///wheels/numpy.whl",
        "./numpy.whl",
    ],
)
def test_a_lock_that_names_a_source_is_refused_with_its_line(line):
    with pytest.raises(ValueError, match="2줄"):
        update.refuse_local_sources(f"six==1.0\n{line}\n")


def test_a_plain_lock_is_accepted():
    update.refuse_local_sources(
        "# file:///comment\nsix==1 ; sys_platform == 'x' \\\n    --hash=sha256:0a\n    # via a/b\n"
    )


def test_the_conda_environment_is_the_generated_one():
    text = (update.ROOT / "environment.yml").read_text(encoding="utf-8")
    *pins, _ = yaml.safe_load(text)["dependencies"][-1]["pip"]
    assert update.conda_environment(pins) == text


def test_an_unknown_step_is_a_usage_error(capsys):
    with pytest.raises(SystemExit) as error:
        update.main(["none"])
    assert error.value.code == 2
    assert "none" in capsys.readouterr().err


def test_a_failed_command_is_named_and_nothing_is_written(monkeypatch, capsys):
    monkeypatch.setattr(update, "python_of", lambda folder: "no-such-python")
    monkeypatch.setattr(
        update,
        "_run",
        lambda *command, **_: (_ for _ in ()).throw(
            update.subprocess.CalledProcessError(1, command)
        ),
    )
    before = (update.ROOT / "requirements.txt").read_bytes()
    assert update.main(["lock"]) == 1
    assert "멈추었다" in capsys.readouterr().err
    assert (update.ROOT / "requirements.txt").read_bytes() == before


@pytest.fixture
def colab_list(tmp_path, monkeypatch):
    """Colab의 목록 대신, 이 컴퓨터의 파일 둘을 읽게 한다."""
    listed, now = tmp_path / "listed.txt", tmp_path / "now.txt"
    listed.write_text("# 2026-08-19의 버전\ntensorflow==2.20.0\npillow==11.3.0\nfilelock\n")
    monkeypatch.setattr(update, "COLAB_LIST", listed)
    monkeypatch.setattr(update, "COLAB_NOW", now.as_uri())
    return listed, now


def test_a_list_of_colab_that_moved_on_is_told_and_written_only_when_asked(colab_list, capsys):
    listed, now = colab_list
    before = listed.read_text()
    now.write_text("ipython-sql==0.5\nPillow==12.0\ntensorflow==2.20.0\ntorch @ https://a.b/c\n")
    assert update.main(["colab"]) == 0
    assert "pillow 11.3.0 → 12.0." in capsys.readouterr().out
    assert listed.read_text() == before
    assert update.main(["colab", "--write"]) == 0
    today = update.date.today().isoformat()
    assert listed.read_text() == before.replace("11.3.0", "12.0").replace("2026-08-19", today)
    capsys.readouterr()
    assert update.main(["colab"]) == 0
    assert "그대로이다" in capsys.readouterr().out


def test_a_package_that_left_colab_is_told_and_keeps_its_version(colab_list, capsys):
    listed, now = colab_list
    now.write_text("tensorflow==2.20.0\n")
    assert update.main(["colab", "--write"]) == 0
    assert "pillow 11.3.0 → 목록에 없음" in capsys.readouterr().out
    assert "pillow==11.3.0" in listed.read_text()


def test_without_the_network_one_sentence_is_said_and_the_update_goes_on(colab_list, capsys):
    assert update.main(["colab"]) == 0
    assert capsys.readouterr().out.count("\n") == 1
    assert update.main(["colab", "--write"]) == 1
    assert "받지 못해" in capsys.readouterr().err


def test_an_answer_that_is_no_list_is_an_error(colab_list, capsys):
    colab_list[1].write_text("<html>이사했다</html>")
    assert update.main(["colab"]) == 1
    assert "주소가 바뀌었는지" in capsys.readouterr().err
