"""설치와 꾸리기: 잠근 목록, conda 환경, 패키지의 내용물, Makefile과 지속적 통합."""

import ast
import os
import re
import runpy
import shutil
import subprocess
import sys
import warnings
import zipfile
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest
import yaml
from IPython.core.inputtransformer2 import TransformerManager
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.setup import environment as setup_env

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[3]
PYTHONS = ("3.10", "3.11", "3.12", "3.13")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def locked(lines, python):
    """리눅스의 그 파이썬에서 깔리는 패키지의 이름과 버전."""
    full = f"{python}.9"
    where = {
        "python_version": python,
        "python_full_version": full,
        "implementation_version": full,
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "platform_machine": "x86_64",
        "platform_system": "Linux",
        "sys_platform": "linux",
        "os_name": "posix",
    }
    found = {}
    for line in lines:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(where):
            (specifier,) = requirement.specifier
            assert specifier.operator == "=="
            assert found.setdefault(canonicalize_name(requirement.name), specifier.version) == (
                specifier.version
            )
    return found


def lock_lines():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", "")
    return [re.sub(r"\s*--hash=\S+", "", line) for line in text.splitlines() if line[:1].isalnum()]


# 잠근 목록


def test_every_locked_package_has_a_hash_and_names_no_source():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8").replace("\\\n", "")
    pins = [
        line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")
    ]
    assert len(pins) > 100
    for pin in pins:
        assert re.fullmatch(
            r"[a-z0-9-]+(\[[a-z,]+\])?==[^\s/@]+( ;[^/@]*?)?(\s+--hash=sha256:[0-9a-f]{64})+\s*",
            pin,
        )


@pytest.mark.parametrize("python", PYTHONS)
def test_the_lock_holds_what_the_project_asks_for(python):
    versions = locked(lock_lines(), python)
    extras = PROJECT["optional-dependencies"]
    asked = [
        *PROJECT["dependencies"],
        *(r for name in extras if name != "gpu" for r in extras[name]),
    ]
    for requirement in map(Requirement, asked):
        if requirement.marker is None or requirement.marker.evaluate({"python_version": python}):
            assert requirement.specifier.contains(versions[canonicalize_name(requirement.name)])


def test_the_conda_environment_has_the_same_versions_as_the_lock():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (python,) = [str(d)[7:] for d in environment["dependencies"] if str(d).startswith("python=")]
    *pins, editable = environment["dependencies"][-1]["pip"]
    assert editable == "-e ."
    assert locked(pins, python) == locked(lock_lines(), python)


def test_pages_import_only_what_the_reader_has():
    names = {canonicalize_name(r.name) for r in map(Requirement, PROJECT["dependencies"])}
    modules = {"pillow": "PIL"}
    known = {modules.get(name, name) for name in names} | {"companion", "IPython"}
    imported = {}
    for path in (ROOT / "book").glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                for node in ast.walk(ast.parse(TransformerManager().transform_cell(cell.source))):
                    found = [a.name for a in node.names] if isinstance(node, ast.Import) else []
                    found += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                    imported.update({name.partition(".")[0]: path.name for name in found})
    assert {m: p for m, p in imported.items() if m not in known | sys.stdlib_module_names} == {}


# 환경 만들기


@pytest.mark.parametrize("version", [(3, 9), (3, 14), (2, 7)])
def test_an_unsupported_python_is_refused_with_its_version_and_a_remedy(version):
    reason = setup_env.why_unusable(version, has_ensurepip=True)
    assert "{}.{}".format(*version) in reason
    assert "make PYTHON=" in reason


@pytest.mark.parametrize("version", [(3, 10), (3, 11), (3, 12), (3, 13)])
def test_a_supported_python_is_accepted(version):
    assert setup_env.why_unusable(version, has_ensurepip=True) == ""


def test_a_python_without_venv_names_the_debian_package():
    assert "apt install python3.11-venv" in setup_env.why_unusable((3, 11), has_ensurepip=False)


def test_setting_up_with_an_unsupported_python_leaves_nothing_behind(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(setup_env, "ROOT", _with_the_lock(tmp_path))
    monkeypatch.setattr(setup_env, "OLDEST", (9, 9))
    assert setup_env.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / ".venv").exists()


def _make_environment(root):
    """저장소의 companion을 불러오는 진짜 환경이다. pip 대신 .pth 파일이 그 자리를 가리킨다."""
    command = [sys.executable, "-m", "venv", "--without-pip", root / ".venv"]
    subprocess.run(command, check=True)
    (root / "companion").mkdir()
    (root / "companion" / "__init__.py").touch()
    (site,) = (root / ".venv").rglob("site-packages")
    (site / "here.pth").write_text(f"{root}\n")


def test_an_environment_is_ready_only_when_finished_and_up_to_date(tmp_path, monkeypatch):
    monkeypatch.setattr(setup_env, "ROOT", _with_the_lock(tmp_path))
    folder = tmp_path / ".venv"
    _make_environment(tmp_path)
    assert not setup_env.is_ready(folder)
    current = "{}.{}".format(*sys.version_info)
    (folder / "installed.txt").write_text(f"{setup_env.fingerprint()} {current}\n")
    assert setup_env.is_ready(folder, exact=True)
    (folder / "installed.txt").write_text(f"{setup_env.fingerprint()} 3.0\n")
    assert setup_env.is_ready(folder)
    assert not setup_env.is_ready(folder, exact=True)
    with (tmp_path / "requirements.txt").open("a") as file:
        file.write("extra==1\n")
    assert not setup_env.is_ready(folder)


def test_an_environment_that_was_moved_or_copied_is_made_anew_with_a_sentence(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "옛 자리").mkdir()
    old = _with_the_lock(tmp_path / "옛 자리")
    monkeypatch.setattr(setup_env, "ROOT", old)
    _make_environment(old)
    current = "{}.{}".format(*sys.version_info)
    (old / ".venv" / "installed.txt").write_text(f"{setup_env.fingerprint()} {current}\n")
    assert setup_env.is_ready(old / ".venv")
    new = tmp_path / "새 자리"
    shutil.copytree(old, new, symlinks=True)  # 옛 자리가 남아 있으면 옛 companion이 불린다
    monkeypatch.setattr(setup_env, "ROOT", new)
    installed = []
    monkeypatch.setattr(setup_env, "install", installed.append)
    monkeypatch.setattr(setup_env, "NEWEST", sys.version_info[:2])
    assert setup_env.main([]) == 0
    assert installed == [new / ".venv"] and "다른 자리에서 만든" in capsys.readouterr().out
    shutil.rmtree(old)  # 옮긴 것이면 옛 자리가 없다
    assert not setup_env.is_ready(new / ".venv")


def test_a_folder_that_may_not_be_written_is_refused_with_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(setup_env.os, "access", lambda path, mode: False)
    monkeypatch.setattr(setup_env, "is_ready", lambda folder, exact: True)
    assert setup_env.main([]) == 1
    said = capsys.readouterr().err
    assert "쓸 수 없어" in said and said.count("\n") == 1


def test_the_environment_is_made_where_no_hangul_can_be_said(tmp_path):
    variables = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}
    for command in (["tools/setup/environment.py"], ["-m", "tools.checks"]):
        done = subprocess.run(
            [sys.executable, *command, "--help"],
            cwd=ROOT,
            env={**os.environ, **variables},
            capture_output=True,
        )
        assert (done.returncode, done.stderr) == (0, b"") and b"\\u" in done.stdout


def test_a_failed_download_is_told_in_korean_and_leaves_the_environment_unfinished(
    tmp_path, monkeypatch, capsys
):
    def fail(command, **_):
        raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(setup_env, "ROOT", _with_the_lock(tmp_path))
    monkeypatch.setattr(setup_env.subprocess, "run", fail)
    assert setup_env.main([]) == 1
    assert "인터넷 연결" in capsys.readouterr().err
    assert not setup_env.is_ready(tmp_path / ".venv")


def test_an_interrupted_installation_ends_in_one_sentence(tmp_path, monkeypatch, capsys):
    def interrupted(command, **_):
        raise KeyboardInterrupt

    monkeypatch.setattr(setup_env, "ROOT", _with_the_lock(tmp_path))
    monkeypatch.setattr(setup_env.subprocess, "run", interrupted)
    assert setup_env.main([]) == 130
    assert capsys.readouterr().err == "멈추었으니, 같은 명령을 다시 치면 처음부터 깐다.\n"
    assert not setup_env.is_ready(tmp_path / ".venv")


def test_locked_packages_are_installed_by_hash_and_only_once(tmp_path, monkeypatch):
    commands = []

    def run(command, **_):
        commands.append(" ".join(command))
        (tmp_path / ".venv").mkdir(exist_ok=True)

    monkeypatch.setattr(setup_env, "ROOT", _with_the_lock(tmp_path))
    monkeypatch.setattr(setup_env.subprocess, "run", run)
    monkeypatch.setattr(setup_env, "belongs_here", lambda folder: folder.exists())
    monkeypatch.setattr(setup_env, "NEWEST", sys.version_info[:2])
    assert setup_env.main([]) == setup_env.main([]) == 0
    _, locked_packages, ours = commands
    assert locked_packages.endswith("--require-hashes --requirement requirements.txt")
    assert ours.endswith("--no-deps --no-build-isolation --editable .")


def _with_the_lock(folder):
    shutil.copy(ROOT / "requirements.txt", folder)
    return folder


def test_a_missing_python_of_a_check_is_told_with_its_remedy(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"pyenv install 3\.13"):
        setup_env.find_python("3.13")


def test_an_environment_of_a_check_is_made_anew_only_when_its_list_changes(tmp_path, monkeypatch):
    made = []

    def install(command, **_):
        if "venv" in command:
            shutil.rmtree(tmp_path / ".venv-x", ignore_errors=True)
            (tmp_path / ".venv-x").mkdir()
            made.append(command[0])
        elif "broken==1" in (tmp_path / ".venv-x" / "requirements.txt").read_text():
            raise subprocess.CalledProcessError(1, command)

    monkeypatch.setattr(setup_env, "find_python", lambda version: f"python{version}")
    monkeypatch.setattr(setup_env.subprocess, "run", install)
    folder = tmp_path / ".venv-x"
    for version, listed in [("3.10", "a==1"), ("3.10", "a==1"), ("3.10", "a==2"), ("3.13", "a==2")]:
        assert setup_env.prepare(folder, version, listed) == setup_env.python_of(folder)
    assert made == ["python3.10", "python3.10", "python3.13"]
    for _ in range(2):
        with pytest.raises(RuntimeError, match="인터넷 연결"):
            setup_env.prepare(folder, "3.13", "broken==1")
    assert len(made) == 5


# 패키지


def test_the_built_package_carries_its_data(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "companion", source / "companion", ignore=ignored)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--wheel-dir", str(tmp_path), str(source)], check=True)
    (wheel,) = tmp_path.glob("brickie_companion-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if name.startswith("companion/")}
    files = (path for path in (source / "companion").rglob("*") if path.is_file())
    assert packed == {path.relative_to(source).as_posix() for path in files}
    assert "companion/py.typed" in packed


# Makefile, README, 지속적 통합

# 저장소에 없는 것: 주소, 나중에 만들어지는 폴더와 독자의 폴더, 경로가 아닌 것
ELSEWHERE = re.compile(r"\w+://\S+|(?<![\w/])(?:\.venv|_build|runs)/[\w./-]*|and/or|sed .*", re.A)


def test_make_help_lists_every_target():
    listed = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True)
    names = re.findall(r"^make (\S+) +\S", listed.stdout, flags=re.M)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert names == re.findall(r"^([\w-]+):(?!=)", makefile, flags=re.M)


def test_a_missing_python_is_told_in_one_sentence():
    command = ["make", "PYTHON=no-such-python", "book"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode != 0
    assert result.stderr.startswith("no-such-python 명령이 없으니")


@pytest.mark.parametrize("name", ["Makefile", "README.md", "LICENSE", ".ci/run"])
def test_paths_and_modules_named_in_the_top_files_exist(name):
    text = ELSEWHERE.sub("", (ROOT / name).read_text(encoding="utf-8"))
    paths = re.findall(r"(?<![\w/.-])(?:[\w.-]+/)+[\w.-]*", text, re.A)
    modules = re.findall(r"-m ((?:companion|tools)[\w.]*)", text, re.A)
    missing = [path for path in paths if not (ROOT / path).exists()]
    missing += [module for module in modules if find_spec(module) is None]
    assert missing == []


PROGRAMS = sorted((ROOT / "tools").rglob("*.py"))


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_every_program_explains_itself(path, monkeypatch, capsys):
    if "__main__" not in path.read_text(encoding="utf-8"):
        pytest.skip("불러 쓰는 모듈이다")
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    with warnings.catch_warnings(), pytest.raises(SystemExit) as end:
        warnings.simplefilter("ignore")  # 다른 시험이 이미 불러온 모듈이어도 된다
        runpy.run_module(module.removesuffix(".__main__"), run_name="__main__")
    assert not end.value.code
    assert re.search("[가-힣]{2}", capsys.readouterr().out)


@pytest.mark.parametrize("user", ["root", "ordinary"])
@pytest.mark.parametrize("browsers", ["chromium firefox-esr", "chromium", ""])
def test_continuous_integration_starts_from_no_environment_and_runs_make_test(
    tmp_path, user, browsers
):
    """시스템을 건드리는 명령은 모두 부른 것만 적는 대역이다. 그 밖에는 bash와 지우는 명령만 찾을 수 있다."""
    commands, calls = tmp_path / "bin", tmp_path / "calls"
    commands.mkdir()
    note = f'echo "${{0##*/}} $*" >> "{calls}"'
    for name in ("apt-get", "sudo", *browsers.split()):
        _stand_in(commands, name, note)
    _stand_in(commands, "id", f"echo {0 if user == 'root' else 1000}")
    check = 'test "$REQUIRE_BROWSER" = 1 -a ! -e .venv && exit 7'
    _stand_in(commands, "make", f"{note}\n{check}")
    for name in ("bash", "dirname", "rm"):
        (commands / name).symlink_to(shutil.which(name))

    (tmp_path / ".ci").mkdir()
    (tmp_path / ".venv").mkdir()
    script = shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    done = subprocess.run(
        [script], env={"PATH": str(commands)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 7, done.stderr
    as_root = "" if user == "root" else "sudo "
    installs = [
        f"{as_root}apt-get update -q",
        f"{as_root}apt-get install -y -q chromium firefox-esr",
    ]
    expected = [*(installs if "firefox" not in browsers else []), "make test"]
    assert calls.read_text().splitlines() == expected


def test_continuous_integration_runs_every_check_in_turn(tmp_path):
    for name in ("make", "chromium", "firefox-esr"):
        _stand_in(tmp_path, name, 'echo "$@"')
    (tmp_path / ".ci").mkdir()
    script = shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run([script], env={"PATH": path}, capture_output=True, text=True, check=True)
    assert [line.split()[0] for line in done.stdout.splitlines()] == [
        "test", "colab", "test-variants",
    ]  # fmt: skip


def _stand_in(folder, name, script):
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def test_every_target_of_the_makefile_is_run_somewhere():
    """아무도 치지 않는 명령은 썩는다. `.ci/run`이나 워크플로, 아니면 이 파일의 시험이 실제로 쳐야 한다."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = dict(re.findall(r"^([a-z-]+):((?: [a-z-]+)*) ##", makefile, flags=re.M))
    scripts = [ROOT / ".ci" / "run", *(ROOT / ".github" / "workflows").glob("*.yml")]
    lines = "\n".join(path.read_text(encoding="utf-8") for path in scripts).splitlines()
    run = {
        target
        for line in lines
        if not line.lstrip().startswith("#")
        for words in re.findall(r"\bmake((?: [a-z-]+)+)", line)
        for target in words.split()
    }
    assert run <= targets.keys()
    run |= set(re.findall(r'"make", "([a-z-]+)"', Path(__file__).read_text(encoding="utf-8")))
    run &= targets.keys()
    run |= {first for target in run for first in targets[target].split()}
    assert targets.keys() - run == set()


def test_cleaning_removes_what_was_made_and_nothing_else(tmp_path):
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in (".venv", ".venv-colab", ".venv-lowest", "_build/html", "book", ".git"):
        (tmp_path / name).mkdir(parents=True)
    subprocess.run(["make", "clean"], cwd=tmp_path, check=True, capture_output=True)
    assert {path.name for path in tmp_path.iterdir()} == {"Makefile", "book", ".git"}


def test_the_repository_address_is_written_in_one_place():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    name = config["repository"]["url"].removeprefix("https://github.com/")
    assert re.fullmatch(r"[\w.-]+/[\w.-]+", name)
    pattern = re.compile(rf"github(usercontent)?\.com/{re.escape(name)}(?![\w-])")
    found = []
    for path in _project_files():
        text = path.read_text(encoding="utf-8", errors="ignore")
        if path.parent == ROOT / "book":
            # 페이지의 첫 셀은 tools/checks/notebooks.py가 _config.yml에서 만들고, 어긋나면 그쪽 검사가 알린다.
            text = re.sub(r"URL, REF = .*", "", text)
        if path.name != "_config.yml" and pattern.search(text):
            found.append(path.relative_to(ROOT).as_posix())
    assert found == []


def _project_files():
    kept = {".ci", ".github"}
    for folder, folders, names in os.walk(ROOT):
        hidden = {name for name in folders if name.startswith((".", "_"))} - kept
        folders[:] = [name for name in folders if name not in hidden or name == "_ext"]
        yield from (
            Path(folder, n) for n in names if Path(n).suffix not in {".png", ".npz", ".ttf"}
        )
