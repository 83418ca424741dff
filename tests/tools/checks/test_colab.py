"""노트북의 첫 셀이 어디서나 옳은 companion을 고르는지, Colab 시험이 잘못을 알아보는지 본다."""

import ast
import builtins
import subprocess
import sys
from importlib import metadata
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.checks import colab as colab_check
from tools.checks import settings
from tools.checks.colab_cell import colab_cell, repository

URL = "https://github.com/someone/bricks"
EMPTY = f"https://github.com/{settings.BOOK.placeholder}"


def origin(url: str = URL, ref: str = "v0.1.0") -> str:
    """pip가 git에서 깐 패키지에 적어 두는 출처."""
    info = f'{{"commit_id": "abc", "requested_revision": "{ref}", "vcs": "git"}}'
    return f'{{"url": "{url}", "vcs_info": {info}}}'


@pytest.fixture
def run_cell(monkeypatch, tmp_path):
    """첫 셀을 가짜 pip와 가짜 설치 목록으로 실행하고, pip에 준 명령들을 돌려주는 함수."""
    commands = []
    monkeypatch.setattr(sys, "path", [*sys.path])
    # 셀이 지우는 것은 이 사본뿐이라 다른 시험이 쓰는 모듈은 그대로 남는다.
    monkeypatch.setattr(sys, "modules", dict(sys.modules))

    def run(url=EMPTY, ref="main", *, cwd=tmp_path, installed=None, pip_fails=False):
        def fake_run(command, **options):
            commands.append(command)
            return SimpleNamespace(returncode=int(pip_fails), stderr="이름을 찾을 수 없음")

        def fake_distributions(name):
            assert name == "brickie-companion"
            if installed is None:
                return iter(())
            return iter([SimpleNamespace(read_text=lambda file: installed)])

        cwd.mkdir(parents=True, exist_ok=True)
        monkeypatch.chdir(cwd)
        monkeypatch.setattr(subprocess, "run", fake_run)
        monkeypatch.setattr(metadata, "distributions", fake_distributions)
        exec(compile(colab_cell(url, ref), "첫 셀", "exec"), {"__builtins__": builtins})
        return commands

    return run


@pytest.fixture
def clone(tmp_path):
    """내려받은 저장소처럼 생긴 폴더."""
    (tmp_path / "clone" / "companion").mkdir(parents=True)
    (tmp_path / "clone" / "_toc.yml").touch()
    return tmp_path / "clone"


@pytest.mark.parametrize("url", [EMPTY, URL])
@pytest.mark.parametrize("folder", [".", "book", "book/my/copy"])
def test_inside_a_clone_the_clone_is_used_without_a_word(run_cell, clone, capsys, url, folder):
    assert run_cell(url, cwd=clone / folder, installed=origin()) == []
    assert sys.path[0] == str(clone)
    assert capsys.readouterr().out == ""


def test_without_an_address_and_without_companion_the_cell_explains_and_installs_nothing(run_cell):
    with pytest.raises(RuntimeError, match="저장소를 내려받아 그 안에서 이 노트북을 연다"):
        run_cell(EMPTY)


def test_a_foreign_package_of_the_same_name_does_not_count_as_ours(run_cell, tmp_path, monkeypatch):
    (tmp_path / "site" / "companion").mkdir(parents=True)
    (tmp_path / "site" / "companion" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path / "site")
    with pytest.raises(RuntimeError, match="저장소 주소가 아직 없으니"):
        run_cell(EMPTY)
    assert run_cell(URL) != []


def test_without_an_address_an_installed_companion_is_used(run_cell):
    assert run_cell(EMPTY, installed='{"url": "file:///home/reader/bricks"}') == []


def test_companion_comes_from_the_repository_and_brings_nothing_along(run_cell, capsys):
    (command,) = run_cell(URL, "v0.1.0")
    assert command[:4] == [sys.executable, "-m", "pip", "install"]
    assert command[-1] == f"git+{URL}@v0.1.0"
    assert "--no-deps" in command
    assert "설치한다" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("ref", "installed", "times"),
    [
        ("v0.1.0", origin(), 0),
        ("v0.2.0", origin(), 1),  # 옛 꼬리표
        ("v0.1.0", origin(ref="main"), 1),  # 판 번호는 같아도 꼬리표에서 온 것이 아니다
        ("v0.1.0", origin("https://github.com/else/fork"), 1),
        ("v0.1.0", '{"url": "file:///old", "dir_info": {}}', 1),
        ("v0.1.0", None, 1),
        ("main", origin(ref="main"), 1),  # 가지는 그사이에 움직였을 수 있다
    ],
)
def test_only_the_same_tag_is_left_installed(run_cell, ref, installed, times):
    commands = run_cell(URL, ref, installed=installed)
    assert len(commands) == times
    assert all("--force-reinstall" in command for command in commands)


def test_modules_of_the_replaced_companion_are_forgotten(run_cell):
    for name in ("companion", "companion.models", "companions"):
        sys.modules[name] = ModuleType(name)
    run_cell(URL)
    assert "companion" not in sys.modules
    assert "companion.models" not in sys.modules
    assert "companions" in sys.modules


def test_a_failed_installation_says_what_to_look_at(run_cell):
    with pytest.raises(RuntimeError, match="(?s)인터넷 연결을 본다.*이름을 찾을 수 없음"):
        run_cell(URL, pip_fails=True)


def test_the_cell_runs_on_the_oldest_python_and_imports_only_the_standard_library():
    tree = ast.parse(colab_cell(URL, "main"), feature_version=(3, 10))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module or "" for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("url", "ref"), [('https://x.org/"; import os', "main"), ("git@x:y", "main"), (URL, "a b")]
)
def test_an_address_that_would_break_the_code_is_refused(url, ref):
    with pytest.raises(ValueError, match="틀렸다"):
        colab_cell(url, ref)


def test_the_version_named_in_the_configuration_is_main_or_the_tag_of_this_version():
    project = (colab_check.ROOT / "pyproject.toml").read_text(encoding="utf-8")
    version = project.split('\nversion = "')[1].split('"')[0]
    url, ref = repository()
    assert url.startswith("https://github.com/")
    assert ref in ("main", f"v{version}")


def test_the_check_sees_errors_stray_output_and_notation_that_colab_shows_literally():
    def notebook(*cells):
        return new_notebook(cells=[*cells])

    stderr = new_output("stream", name="stderr", text="Glyph 48324 missing from font")
    error = new_output("error", ename="ValueError", evalue="", traceback=[])
    shown = new_output("display_data", data={"text/html": "<p>\n:::{note}</p>"})
    for bad, part in [
        (new_code_cell("x", outputs=[stderr]), "Glyph"),
        (new_code_cell("x", outputs=[error]), "ValueError"),
        (new_code_cell("x", outputs=[shown]), ":::"),
        (new_markdown_cell("[](x) {numref}`그림`"), "{numref}"),
    ]:
        (complaint,) = colab_check.complaints(notebook(new_markdown_cell("# 제목"), bad))
        assert part in complaint
    good = new_output("stream", name="stdout", text="{'a': 1}")
    code = new_code_cell("x = {ref}", outputs=[good])
    assert colab_check.complaints(notebook(new_markdown_cell("`{a}`와 $x$"), code)) == []


def test_the_address_leads_to_a_clone_of_the_last_commit(tmp_path, monkeypatch):
    source = tmp_path / "source"
    colab_check.run("git", "init", "--quiet", source)
    identity = ("-c", "user.name=a", "-c", "user.email=a@b")
    colab_check.run("git", *identity, "commit", "--quiet", "--allow-empty", "-m", "x", cwd=source)
    monkeypatch.setattr(colab_check, "ROOT", source)
    mirror = tmp_path / "mirror.git"
    commit = colab_check.clone_head(mirror, "v0.1.0")
    monkeypatch.setenv("PYTHONPATH", "/저장소")
    env = colab_check.kernel_environment(tmp_path / "bin" / "python", URL, mirror)
    assert "PYTHONPATH" not in env
    listed = colab_check.run("git", "ls-remote", "--tags", URL, env=env)
    assert listed.split() == [commit, "refs/tags/v0.1.0"]


@pytest.mark.parametrize(
    "path", sorted((colab_check.ROOT / "book").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_the_first_code_cell_of_every_notebook_is_the_generated_one(path):
    notebook = nbformat.read(path, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    assert first.source == colab_cell(*repository())
    assert "colab" in first.metadata.tags
    assert first.outputs == []
