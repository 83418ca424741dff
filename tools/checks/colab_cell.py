"""모든 노트북의 첫 셀을 만든다.

첫 셀은 책의 패키지를 갖춘다. 저장소의 주소와 버전은 `_config.yml`의 `repository`에만 있다.
버전을 내기 전에는 `branch: main`이고, 꼬리표를 단 뒤에는 `branch: v0.1.0`처럼 꼬리표 이름을 적는다.
그러면 책의 Colab 단추와 첫 셀이 함께 그 버전을 가리킨다.
"""

import re

import yaml  # type: ignore[import-untyped]

from tools.checks import settings

# 이 셀은 패키지가 아직 없는 곳에서 돌므로 파이썬에 든 것만 쓴다.
# --no-deps: Colab에 깔린 numpy, TensorFlow, Keras를 바꾸면 런타임을 다시 시작해야 한다.
# --force-reinstall: 버전이 같아도 내용이 다를 수 있다. 그래서 버전 대신 pip가 적어 둔 출처
# (direct_url.json)를 보고 같은 꼬리표에서 깐 것만 그대로 쓴다. 가지(main)는 늘 새로 깐다.
# 배포 이름으로 찾는 이유: PyPI에는 이름이 같은 남의 패키지가 있을 수 있다.
CELL = """\
# @title 준비 {{ display-mode: "form" }}
# 이 페이지가 쓰는 패키지 {package}을 갖춘다. 내려받은 저장소
# 안에서는 그 폴더의 것을 쓰고, Colab처럼 저장소가 없는 곳에서는
# 이 페이지와 같은 버전을 설치한다. 다른 패키지는 바꾸지 않는다.
import os
import subprocess
import sys
from importlib import invalidate_caches, metadata
from pathlib import Path

URL, REF = "{url}", "{ref}"
# TensorFlow가 시작할 때 찍는 알림을 줄인다.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# CPU의 합성곱을 더 빠르게 계산한다.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
clone = [
    place
    for place in (Path.cwd(), *Path.cwd().parents)
    if (place / "_toc.yml").exists() and (place / "{package}").is_dir()
]
ours = metadata.distributions(name="{distribution}")
origins = [d.read_text("direct_url.json") or "" for d in ours]
same = REF.startswith("v") and any(
    URL in origin and f'"{{REF}}"' in origin for origin in origins
)
if clone:
    sys.path.insert(0, str(clone[0]))
elif "{placeholder}" in URL and not origins:
    raise RuntimeError(
        "저장소 주소가 아직 없으니, 저장소를 내려받아 그 안에서 "
        "이 노트북을 연다."
    )
elif "{placeholder}" not in URL and not same:
    print(f"{package}({{REF}})을 설치한다. 1분쯤 걸린다.")
    pip = [sys.executable, "-m", "pip", "install"]
    pip += ["--no-deps", "--force-reinstall", f"git+{{URL}}@{{REF}}"]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(
            "설치하지 못했다. 인터넷 연결을 본다.\\n"
            + done.stderr[-800:]
        )
    for name in list(sys.modules):
        if name.split(".")[0] == "{package}":
            del sys.modules[name]
    invalidate_caches()"""


def colab_cell(url: str, ref: str) -> str:
    """노트북 첫 셀의 코드를 돌려준다.

    Args:
        url: 저장소의 주소. `https://`로 시작한다.
        ref: 가지나 꼬리표의 이름. `v`로 시작하면 꼬리표로 본다.

    Raises:
        ValueError: 주소나 이름에 코드가 깨질 글자가 있을 때.
    """
    if not re.fullmatch(r"https://[\w./-]+[\w-]", url):
        raise ValueError(f"저장소 주소 {url!r}가 틀렸다. https://로 시작하는 주소를 적는다.")
    if not re.fullmatch(r"[\w./-]+", ref):
        raise ValueError(f"가지나 꼬리표의 이름 {ref!r}가 틀렸다. main이나 v0.1.0처럼 적는다.")
    book = settings.BOOK
    return CELL.format(
        url=url,
        ref=ref,
        placeholder=book.placeholder,
        package=book.package,
        distribution=book.distribution,
    )


def repository() -> tuple[str, str]:
    """`_config.yml`에 적힌 저장소의 주소와 버전(가지나 꼬리표)을 돌려준다."""
    config = settings.BOOK.root / "_config.yml"
    found = yaml.safe_load(config.read_text(encoding="utf-8"))["repository"]
    return found["url"], found["branch"]
