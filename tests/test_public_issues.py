"""다른 곳에 알려진 고장이 이 책에서는 일어나지 않는지 본다. 시험의 이름이 알려진 곳(저장소와 번호)이다."""

import json
import re
import shutil
import subprocess
import sys

import nbformat
import numpy as np
import pytest
import yaml
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from PIL import Image

import book._ext as extension
from book._ext import address as book_address
from book._ext import edition
from companion import data, runs
from companion.training import build_dcgan
from tests.book.building import ADDRESS, ROOT, build, lay_out
from tests.tools.checks.helpers import checking
from tools.checks import notebooks, platforms, settings
from tools.makers import address
from tools.setup import environment, update
from tools.studies import __main__ as studies_main
from tools.studies import again
from tools.studies import run as studies_run
from tools.studies import train as studies_train

PLACEHOLDER = f"https://github.com/{settings.BOOK.placeholder}"
STATE = "application/vnd.jupyter.widget-state+json"


def built_book(source, url):
    """커밋이 하나 있는 저장소에서 첫 페이지와 노트북 하나로 지은 책의 HTML이다."""
    # 확장은 접은 코드와 아래 절이 있는 책에서 고칠 자리를 찾는다.
    plain, glossary = {"file": "book/plain.ipynb"}, {"file": "book/glossary.md"}
    lay_out(source, [plain | {"sections": [glossary]}], url)
    (source / "book" / "index.md").write_text("# 책\n\n## 읽는 법\n\n읽는다.\n", encoding="utf-8")
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    code = new_code_cell("x", metadata={"tags": ["hide-input"]})
    notebook = new_notebook(cells=[new_markdown_cell("# 판별자"), code], metadata=kernel)
    nbformat.write(notebook, source / "book" / "plain.ipynb")
    who = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (
        ["init", "-q"],
        [*who, "commit", "-q", "--allow-empty", "-m", "책", "--date", "2020-02-03"],
    ):
        subprocess.run(["git", *command], cwd=source, check=True)  # fmt: skip
    done = build(source, "-W", "-n", "--keep-going")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    folder = source / "_build" / "html" / "book"
    return {name: (folder / f"{name}.html").read_text("utf-8") for name in ("index", "plain")}


@pytest.fixture(scope="module")
def nameless(tmp_path_factory):
    return built_book(tmp_path_factory.mktemp("nameless"), PLACEHOLDER)


@pytest.fixture(scope="module")
def named(tmp_path_factory):
    return built_book(tmp_path_factory.mktemp("named"), ADDRESS)


def links(html):
    return re.findall(r'href="([^"]*)"', html)


class TestAddress:
    """GDL_2nd#43, d2l-pytorch-colab#1: 아무 데도 닿지 않는 Colab과 저장소의 주소."""

    def test_no_button_leads_nowhere_before_the_address_is_known(self, nameless):
        for html in nameless.values():
            dead = [link for link in links(html) if re.search(r"OWNER|owner\.|colab\.", link)]
            assert dead == []
        assert book_address.WITHOUT_ADDRESS in nameless["index"]
        assert book_address.WITHOUT_ADDRESS not in nameless["plain"]

    def test_every_button_leads_to_the_address_once_it_is_known(self, named):
        there = [link for link in links(named["plain"]) if "Brickie/gan-book" in link]
        assert any(link.startswith("https://colab.research.google.com/") for link in there)
        assert ADDRESS in there
        assert "아직 공개된 주소가 없어" not in named["index"]

    @pytest.mark.parametrize(
        "url",
        [
            "https://github.com/a-b/c.d",
            "https://github.com/a-b/c.d/",
            "https://github.com/a-b/c.d.git",
            "http://github.com/a-b/c.d.git/",
            "https://token@github.com/a-b/c.d",
            "git@github.com:a-b/c.d.git",
            "ssh://git@github.com/a-b/c.d.git",
            " https://github.com/a-b/c.d\n",
        ],
    )
    def test_every_way_to_write_an_address_is_the_same_address(self, url):
        assert address.normalised(url) == "https://github.com/a-b/c.d"

    @pytest.mark.parametrize("url", ["", "https://gitlab.com/a/b", "github.com/a", "/srv/a.git"])
    def test_what_is_no_address_of_github_is_refused(self, url):
        with pytest.raises(ValueError, match="GitHub 저장소의 주소가 아니다"):
            address.normalised(url)

    @pytest.fixture
    def book(self, tmp_path):
        """노트북 하나에 출력이 저장되어 있고, git의 origin이 정해진 책이다."""
        shutil.copy(ROOT / "_config.yml", tmp_path)
        shutil.copy(ROOT / "pyproject.toml", tmp_path)
        address.write(tmp_path, PLACEHOLDER)
        head = yaml.safe_dump({"jupytext": {"text_representation": {"format_name": "myst"}}})
        cells = (
            "```{code-cell} ipython3\n:tags: [colab]\n\nx\n```\n\n```{code-cell} ipython3\n1\n```\n"
        )
        (tmp_path / "book").mkdir()
        page = tmp_path / "book" / "a.md"
        page.write_text(f"---\n{head}---\n\n# 가\n\n{cells}", encoding="utf-8")
        with checking(tmp_path):
            notebooks._refresh_colab_cell(page)
            notebook = notebooks.read_page(page)
            result = new_output("execute_result", data={"text/plain": "저장된 출력"})
            notebook.cells[-1].outputs = [result]
            text = notebooks.serialise(notebook)
            page.with_suffix(".ipynb").write_text(text, encoding="utf-8")
            assert notebooks.problems(page) == []
            git = ["git", "-C", str(tmp_path)]
            subprocess.run([*git, "init", "-q"], check=True)
            subprocess.run([*git, "remote", "add", "origin", "git@github.com:a/b.git"], check=True)
            yield page

    @pytest.mark.parametrize("words", [[], ["https://github.com/a/b.git"]])
    def test_one_command_writes_it_everywhere_without_executing(self, book, words, capsys):
        assert address.main(words) == 0
        config = (book.parents[1] / "_config.yml").read_text(encoding="utf-8")
        original = (ROOT / "_config.yml").read_text(encoding="utf-8").splitlines()
        changed = [line for line in config.splitlines() if line not in original]
        assert changed == ["  url: https://github.com/a/b"]
        for file in (book, book.with_suffix(".ipynb")):
            assert "https://github.com/a/b" in file.read_text(encoding="utf-8")
        assert "저장된 출력" in book.with_suffix(".ipynb").read_text(encoding="utf-8")
        assert notebooks.problems(book) == []

    def test_a_wrong_address_changes_nothing(self, book, capsys):
        before = {file: file.read_bytes() for file in book.parents[1].rglob("*.*")
                  if file.is_file()}  # fmt: skip
        assert address.main(["https://example.com/a/b"]) == 1
        assert before == {file: file.read_bytes() for file in before}

    def test_publishing_stops_with_one_sentence_while_the_address_is_another(self, book, capsys):
        address.main([])
        capsys.readouterr()
        assert address.main(["--check", "https://github.com/A/b"]) == 0
        assert address.main(["--check", "https://github.com/other/b"]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "https://github.com/a/b" in line and "make address URL=" in line
        workflow = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text("utf-8"))
        steps = [step.get("run", "") for step in workflow["jobs"]["publish"]["steps"]]
        (check,) = [i for i, step in enumerate(steps) if "tools.makers.address --check" in step]
        assert check < steps.index("make book")


class TestErrata:
    """udlbook과 그 읽기 모임: 잘못을 어디에 알리는지, 어느 버전에 있는지."""

    def test_each_page_says_its_version_and_the_date_of_the_last_commit(self, nameless, named):
        for html in (*nameless.values(), *named.values()):
            assert f"버전 {settings.BOOK.version} · 20" in html

    def test_without_git_there_is_no_date(self, tmp_path, monkeypatch):
        assert edition.edition(tmp_path) == f"버전 {settings.BOOK.version}"
        monkeypatch.setenv("PATH", str(tmp_path))
        assert edition.edition(tmp_path / "b") == f"버전 {settings.BOOK.version}"

    def test_the_link_opens_the_form_with_page_and_version_filled_in(self, nameless, named):
        assert edition.REPORT not in nameless["plain"]
        (link,) = re.findall(rf'href="([^"]*)">{edition.REPORT}<', named["plain"])
        assert link.startswith(f"{ADDRESS}/issues/new?")
        form = yaml.safe_load((ROOT / ".github/ISSUE_TEMPLATE" / edition.FORM).read_text("utf-8"))
        ids = {item["id"] for item in form["body"]}
        filled = set(re.findall(r"[?;&](\w+)=", link)) - {"template"}
        assert filled == {"page", "edition"} <= ids
        assert f"template={edition.FORM}" in link and "book%2Fplain" in link


class TestWidgetState:
    """colabtools#5255, #5288: 저장된 위젯의 상태 때문에 GitHub가 노트북을 열지 못한다."""

    def test_stored_notebooks_hold_the_state_under_its_mime_type_and_nothing_else(self):
        stored = {}
        for path in sorted((ROOT / "book").glob("*.ipynb")):
            notebook = json.loads(path.read_text(encoding="utf-8"))
            if "widgets" in notebook["metadata"]:
                stored[path.name] = notebook["metadata"]["widgets"]
        assert stored, "위젯을 저장하는 페이지가 없다. 이 시험을 지운다."
        for widgets in stored.values():
            assert list(widgets) == [STATE]
            assert widgets[STATE].keys() == {"state", "version_major", "version_minor"}
            assert widgets[STATE]["state"]

    @pytest.mark.parametrize(
        "widgets", [{}, {STATE: {}}, {STATE: {"state": {}}}, {"state": {"a": 1}}]
    )
    def test_a_notebook_without_its_state_is_named(self, widgets):
        notebook = new_notebook(metadata={"widgets": widgets})
        assert ["state" in problem for problem in notebooks._bad_outputs(notebook)] == [True]


class TestSlowKernel:
    """nbval#133, #41: 바쁜 기계에서 커널이 늦게 뜬다."""

    def test_one_limit_decides_how_long_a_kernel_is_waited_for(self, tmp_path, monkeypatch):
        page = tmp_path / "a.md"
        head = yaml.safe_dump({"jupytext": {"text_representation": {"format_name": "myst"}}})
        page.write_text(f"---\n{head}---\n\n```{{code-cell}} ipython3\n1\n```\n", encoding="utf-8")
        slow = [sys.executable, "-c", "import time, runpy, sys; time.sleep(3); "
                "runpy.run_module('ipykernel_launcher', run_name='__main__')",
                "-f", "{connection_file}"]  # fmt: skip
        spec = notebooks.NbvalKernelspecManager().get_kernel_spec(notebooks.CURRENT_ENV_KERNEL_NAME)
        spec.argv = slow
        monkeypatch.setattr(
            notebooks.NbvalKernelspecManager, "get_kernel_spec", lambda self, name: spec
        )
        notebooks.run(page)
        assert '"text/plain"' in page.with_suffix(".ipynb").read_text(encoding="utf-8")
        monkeypatch.setattr(notebooks, "KERNEL_TIMEOUT", 1)
        # nbclient는 뜨지 못한 커널도 끝날 때 치우려다 오류를 적는다.
        monkeypatch.setattr("nbclient.client.atexit.register", lambda *_, **__: None)
        with pytest.raises(RuntimeError, match="Kernel"):
            notebooks.run(page)

    def test_nbval_has_the_same_limit(self, pytestconfig):
        assert pytestconfig.option.nbval_kernel_startup_timeout == notebooks.KERNEL_TIMEOUT > 60


def test_tensorflow_61550_62691_a_run_lives_in_a_folder_with_hangul_and_a_space(tmp_path):
    home = tmp_path / "내 문서 ñ"
    pictures = home / "벽돌 그림"
    pictures.mkdir(parents=True)
    random = np.random.default_rng(0)
    for i in range(4):
        pixels = random.integers(0, 256, (8, 8), "uint8")
        Image.fromarray(pixels).save(pictures / f"벽돌 {i}.png")
    with pytest.warns(UserWarning):
        images = data.load_bricks(pictures).images[:, ::8, ::8]
    dcgan = build_dcgan(image_size=8, base_channels=2, latent_dim=4, shift=1)
    arguments = {"run_dir": home / "훈련 기록", "batch_size": 4, "verbose": 0}
    runs.train(dcgan, images, epochs=1, **arguments)
    again = build_dcgan(image_size=8, base_channels=2, latent_dim=4, shift=1)
    assert len(runs.train(again, images, epochs=2, **arguments)) == 2
    assert runs.load_generator(home / "훈련 기록").output_shape == (None, 8, 8, 1)


class TestUpgrade:
    """Deep-Learning-with-TensorFlow-2-and-Keras#7: TensorFlow를 올리고 나서 배우지 못한다."""

    @pytest.mark.parametrize(
        ("tick", "words"),
        [
            ({"ema": {"kid": 2_000.0}}, ""),
            ({"ema": {"kid": 4_100.0}}, "거리가 4,000를 넘었다"),
            ({"d_loss": 0.0}, "거리가 4,000를 넘었다"),
        ],
    )
    def test_a_version_that_learns_worse_than_the_stored_spread_is_noticed(
        self, monkeypatch, capsys, tick, words
    ):
        stored = [
            {"recipe": {"upsampling": "smooth"}, "seed": seed, "ticks": [{"ema": {"kid": kid}}]}
            for seed, kid in enumerate([1_000.0, 2_000.0])
        ]
        seeds = []

        def train(recipe, seed, folder):
            seeds.append(seed)
            return {"ticks": [{}, tick]}

        monkeypatch.setattr(
            studies_run, "read_results", lambda: [*stored, {"recipe": {}, "seed": 9}]
        )
        monkeypatch.setattr(studies_train, "train", train)
        assert words in (found := again.main()) and bool(words) == bool(found)
        assert seeds == [2] and "저장된 훈련 2개 1,000~2,000" in capsys.readouterr().out

    @pytest.mark.parametrize(("found", "code"), [("", 0), ("넘었다", "넘었다")])
    def test_the_command_fails_only_when_something_is_found(self, monkeypatch, found, code):
        monkeypatch.setattr(again, "main", lambda: found)
        monkeypatch.setattr("sys.argv", ["studies", "again"])
        with pytest.raises(SystemExit) as stopped:
            studies_main.main()
        assert stopped.value.code == code

    def test_the_upgrade_ends_with_it(self, monkeypatch):
        commands = []
        monkeypatch.setattr(update, "_run", lambda *words, **_: commands.append(words[1:]))
        assert update.main(["learn"]) == 0
        assert commands == [("-m", "tools.studies", "again")] and update.STEPS[-1] == "learn"


class TestPlatforms:
    """nlp-with-transformers#111: 리눅스에서만 깔리는 목록."""

    @pytest.fixture
    def uv(self, tmp_path):
        """윈도우와 3.14에서는 상자 하나를 풀지 못하는 uv의 대역이다."""
        program = tmp_path / "uv.py"
        program.write_text(
            "import sys\n"
            "words = sys.argv\n"
            "if 'windows' in words or '3.14' in words:\n"
            "    sys.exit('Because brick==1.0\\nhas no usable wheels')\n",
            encoding="utf-8",
        )
        return [sys.executable, str(program)]

    def test_each_platform_is_tried_and_the_missing_package_named(self, uv, tmp_path, capsys):
        assert platforms.check(uv, tmp_path / "requirements.txt") == 1
        lines = capsys.readouterr().out.splitlines()
        windows = [line for line in lines if line.startswith("윈도우")]
        assert windows == [
            f"윈도우 x86-64, 파이썬 {python}: Because brick==1.0 has no usable wheels"
            for python in platforms.PYTHONS
        ]
        assert sum(line.endswith(": 풀린다") for line in lines) == 3 * len(platforms.PYTHONS)
        assert {"리눅스 x86-64", "macOS arm64"} <= {line.partition(",")[0] for line in lines}

    def test_the_next_python_is_refused_until_its_packages_are_there(self, uv, tmp_path, capsys):
        platforms.check(uv, tmp_path / "requirements.txt")
        (line,) = [line for line in capsys.readouterr().out.splitlines() if "3.14" in line]
        assert "아직 풀리지 않는다" in line and "brick==1.0" in line
        assert "3.14" in environment.why_unusable((3, 14), has_ensurepip=True)
        always = [sys.executable, "-c", ""]
        assert platforms.check(always, tmp_path / "requirements.txt") == 1
        assert "NEWEST" in capsys.readouterr().out

    def test_the_readme_says_what_was_tried_and_what_only_resolves(self):
        readme = (ROOT / "README.md").read_text(encoding="utf-8")
        (line,) = [line for line in readme.splitlines() if "풀리는 것만" in line]
        assert {"윈도우", "macOS"} <= set(re.findall(r"윈도우|macOS|리눅스", line))


class TestSuccessor:
    """brainhack_jupyter_book#201, Kempner#301, xarray-tutorial#362: Jupyter Book 1의 다음 것으로 옮기기."""

    def test_the_page_for_the_maintainer_names_everything_of_ours_that_would_be_lost(self):
        page = (ROOT / "tools" / "successor.md").read_text(encoding="utf-8")
        modules = {module.__name__.rpartition(".")[2] for module in extension.MODULES}
        modules |= {step.__module__.rpartition(".")[2] for step in extension.STEPS}
        assert {name for name in modules if f"`{name}`" not in page} == set()
        assert len(page.splitlines()) <= 60  # 한눈에 보인다


@pytest.mark.parametrize(
    ("report", "heading", "word"),
    [
        ("d2l-pytorch-colab#1: Colab이 멈추었다", "Colab 단추가 없거나 Colab이 열리지 않는다", "업로드"),
        ("nlp-with-transformers#111: 칩에 맞는 휠이 없다", "설치할 때 맞는 패키지가 없다고 나온다", "3.14"),
        ("nbval#133: 커널이 늦게 뜬다", "노트북 커널이 시작되지 않는다", "CPU"),
    ],
)  # fmt: skip
def test_what_is_out_of_our_reach_has_its_section_in_troubleshooting(report, heading, word):
    page = (ROOT / "book" / "troubleshooting.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", page, flags=re.MULTILINE))
    assert word in sections[heading]
    assert all(f"**{part}.**" in sections[heading] for part in ("증상", "원인", "할 일"))
