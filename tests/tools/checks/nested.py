"""시험 안에서 `pytest --nbval`을 다른 폴더의 책에 돌린다."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tools.checks import settings


@contextmanager
def checking(root: Path) -> Iterator[None]:
    """검사가 보는 책을 잠시 `root`의 것으로 바꾼다."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "BOOK", settings.read(root))
        yield


class Results:
    """항목마다의 결과이다. 이름은 `페이지 항목` 꼴이다.

    Args:
        limits: 페이지 → 실패가 이만큼이면 나머지를 건너뛴다. 없는 페이지는 끝까지 본다.
    """

    def __init__(self, limits: dict[str, int]) -> None:
        self.limits = limits
        self.failed: dict[str, str] = {}
        self.passed: list[str] = []

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        page = item.path.stem
        if sum(name.startswith(f"{page} ") for name in self.failed) >= self.limits.get(page, 1000):
            pytest.skip("볼 것을 다 보았다.")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path, item = report.nodeid.split("::")
        if report.failed:
            self.failed[f"{Path(path).stem} {item}"] = report.longreprtext
        elif report.when == "call" and report.passed:
            self.passed.append(f"{Path(path).stem} {item}")


def nbval(root: Path, **limits: int) -> Results:
    """`root`의 책에서 저장된 출력을 검사한다. `limits`를 주면 거기에 적은 페이지만 본다."""
    results = Results(limits)
    with checking(root):
        folder = settings.BOOK.folder
        chosen = [str(folder / f"{page}.ipynb") for page in limits] or [str(folder)]
        options = ("--nbval", "--color=no", "-p", "no:cacheprovider", f"--rootdir={root}")
        pytest.main([*options, "-p", "tools.checks.nbval_figures", *chosen], plugins=[results])
    return results
