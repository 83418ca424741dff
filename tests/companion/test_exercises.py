"""연습 문제마다 빈 칸, 흔한 오답, 페이지에 실린 풀이를 채점해 본다."""

import ast
import importlib
import inspect
import re
import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from companion.exercises import checking
from tools import ROOT
from tools.checks import notebooks
from tools.checks.pages import SOLUTION, imports_of

TITLE = re.compile(r"^### (연습 \S+)", re.MULTILINE)
AGAIN = re.compile(r" 같은 값으로 다시 채점하려면 seed=(\d+)[을를] 준다\.$")

# 답이 값 하나이거나 정해진 모델 하나여서 채점할 값을 뽑지 않는 연습이다.
FIXED = {
    "story_parts", "spot_the_forgeries", "batch_shape", "bilinear_value", "broken_guidelines",
    "stride_four", "small_discriminator", "latent_length", "swapped_labels",
}  # fmt: skip
BUILDS_MODELS = {"is_all_convolutional", "doubling_step"}  # 채점할 때마다 신경망을 짓는다.


class Exercise:
    """페이지에 실린 연습 문제 하나이다. 물음과 빈 칸과 풀이는 페이지의 원본 `.md`에서 읽는다."""

    def __init__(self, page: str, module: str, imports: str, title: str, stub: str, after: str):
        self.page, self.module, self.imports, self.title, self.stub = (
            page, module, imports, title, stub,
        )  # fmt: skip
        call = ast.parse(stub).body[-1]
        assert isinstance(call, ast.Expr), f"{page} {title}: 마지막 줄이 채점이 아니다."
        self.call = ast.unparse(call)
        self.name = self.call.split("(")[0].removeprefix("exercises.")
        found = SOLUTION.search(after)
        assert found, f"{page} {title}: 접힌 풀이가 없다."
        self.solution = found[1]

    def __str__(self) -> str:
        return f"{self.page}-{self.name}"

    def run(self, answer: str, capsys: pytest.CaptureFixture[str]) -> str:
        """답의 코드와 채점을 차례로 실행하고 채점이 찍은 글을 돌려준다."""
        ((_, printed),) = self.run_each(answer, capsys, [None])
        return printed

    def run_each(
        self, answer: str, capsys: pytest.CaptureFixture[str], seeds: Iterable[int | None]
    ):
        """답을 시드마다 채점하고, 시드와 채점이 찍은 글을 차례로 내놓는다."""
        scope = self.scope()
        exec(self.whole(answer), scope)
        for seed in seeds:
            capsys.readouterr()
            exec(self.call if seed is None else f"{self.call[:-1]}, seed={seed})", scope)
            yield seed, capsys.readouterr().out.splitlines()[-1]

    def whole(self, answer: str) -> str:
        """몸만 적은 답에 함수의 첫 줄을 붙인다."""
        head = self.stub.splitlines()[0]
        named = re.search(rf"^(def )?{self.name}\b", answer, re.MULTILINE)
        if named or not head.startswith("def "):
            return answer
        return f"{head}\n{textwrap.indent(answer.strip(), '    ')}"

    def scope(self) -> dict[str, object]:
        """페이지에서 부른 모듈이 들어 있는 이름들이다."""
        scope: dict[str, object] = {}
        exec(self.imports, scope)
        return scope

    def answers(self, kind: str) -> list[tuple[str, str]]:
        """`kind`인 답마다 코드와, 채점이 찍은 글에 있어야 하는 말이다."""
        module = importlib.import_module(f"tests.companion.wrong_answers.{self.module}")
        found = getattr(module, kind, {}).get(self.name, [])
        found = [found] if kind == "WRONG" else found
        return [(one, "") if isinstance(one, str) else one for one in found]


def exercises_of(page: Path) -> list[Exercise]:
    cells = notebooks.read_page(page).cells
    imports = imports_of(cells)
    module = "".join(re.findall(r"from companion\.exercises import (\w+) as exercises", imports))
    found = []
    for index, cell in enumerate(cells):
        if "exercise" in cell.metadata.get("tags", []):
            title = TITLE.findall(cells[index - 1].source)[-1]
            arguments = (page.stem, module, imports, title, cell.source)
            found.append(Exercise(*arguments, cells[index + 1].source))
    return found


EXERCISES = [exercise for page in notebooks.pages() for exercise in exercises_of(page)]
DRAWING = [exercise for exercise in EXERCISES if exercise.name not in FIXED]
everyone = pytest.mark.parametrize("exercise", EXERCISES, ids=str)
drawing = pytest.mark.parametrize("exercise", DRAWING, ids=str)


@pytest.fixture(autouse=True)
def same_values(monkeypatch):
    """시드를 주지 않은 채점도 늘 같은 값을 뽑는다."""
    monkeypatch.setattr(checking, "new_seed", lambda: 48_213)


@pytest.mark.parametrize("page", notebooks.pages(), ids=lambda page: page.stem)
def test_each_section_has_three_exercises(page):
    assert len(exercises_of(page)) >= 3


@everyone
def test_the_untouched_cell_prints_a_hint(exercise, capsys):
    assert exercise.run("\n".join(exercise.stub.splitlines()[:-1]), capsys).startswith(
        "아직 비어 있다. 힌트: "
    )


@everyone
def test_the_solution_is_right(exercise, capsys):
    assert exercise.run(exercise.solution, capsys).startswith("맞다.")


@everyone
def test_a_typical_mistake_is_explained(exercise, capsys):
    ((answer, word),) = exercise.answers("WRONG")
    printed = exercise.run(answer, capsys)
    assert printed.startswith("아직 아니다. ")
    assert word in printed
    assert len(printed) > len("아직 아니다. ") + 15


def also(kind):
    for exercise in EXERCISES:
        for n, (answer, word) in enumerate(exercise.answers(kind)):
            yield pytest.param(exercise, answer, word, id=f"{exercise}-{n}")


@pytest.mark.parametrize(("exercise", "answer", "word"), also("ALSO_WRONG"))
def test_other_mistakes_are_not_taken_for_answers(exercise, answer, word, capsys):
    printed = exercise.run(answer, capsys)
    assert printed.startswith("아직 아니다. ")
    assert word in printed


@pytest.mark.parametrize(("exercise", "answer", "word"), also("ALSO_RIGHT"))
def test_other_right_answers_are_taken(exercise, answer, word, capsys):
    assert exercise.run(answer, capsys).startswith("맞다.")
    assert exercise.run(exercise.solution, capsys).startswith("맞다.")


@drawing
def test_right_answers_are_taken_whatever_is_drawn(exercise, capsys):
    for answer, _ in [(exercise.solution, ""), *exercise.answers("ALSO_RIGHT")]:
        for seed, printed in exercise.run_each(
            answer, capsys, range(4 if exercise.name in BUILDS_MODELS else 30)
        ):
            assert printed.startswith("맞다."), (seed, answer)
            assert not AGAIN.search(printed)


@drawing
def test_mistakes_are_explained_whatever_is_drawn(exercise, capsys):
    for answer, word in exercise.answers("WRONG") + exercise.answers("ALSO_WRONG"):
        for seed, printed in exercise.run_each(
            answer, capsys, range(2 if exercise.name in BUILDS_MODELS else 10)
        ):
            assert printed.startswith("아직 아니다. "), (seed, answer)
            assert word in printed, (seed, answer)
            assert AGAIN.search(printed)[1] == str(seed)


@drawing
def test_the_told_seed_draws_the_same_values(exercise, capsys):
    ((answer, _),) = exercise.answers("WRONG")
    first = exercise.run(answer, capsys)
    ((_, second),) = exercise.run_each(answer, capsys, [AGAIN.search(first)[1]])
    assert second == first


def remembered(checker, right, seed):
    """`seed`로 뽑은 값마다의 답을 적어 둔 함수이다."""
    known = {}

    def note(*case):
        known[case] = right(*case)
        return known[case]

    checker(note, seed=seed)
    return lambda *case: known.get(case, 0)


@pytest.mark.parametrize("name", ["output_size", "parameters", "overlap_counts"])
def test_answers_written_down_for_one_seed_fail_with_another(name, capsys):
    (exercise,) = (exercise for exercise in EXERCISES if exercise.name == name)
    scope = exercise.scope()
    exec(exercise.solution, scope)
    checker = getattr(scope["exercises"], name)
    answer = remembered(checker, scope[name], 1)
    capsys.readouterr()
    checker(answer, seed=1)
    assert capsys.readouterr().out.startswith("맞다.")
    for seed in range(2, 12):
        checker(answer, seed=seed)
        assert capsys.readouterr().out.startswith("아직 아니다."), seed


@everyone
def test_only_a_checker_that_draws_takes_a_seed(exercise):
    checker = getattr(exercise.scope()["exercises"], exercise.name)
    expected = ["answer"] if exercise.name in FIXED else ["answer", "seed"]
    assert list(inspect.signature(checker).parameters) == expected


@everyone
def test_each_exercise_has_three_other_right_answers_and_three_wrong_ones(exercise):
    def different(codes):
        return {ast.unparse(ast.parse(exercise.whole(code))) for code in codes}

    right, first, others = map(exercise.answers, ("ALSO_RIGHT", "WRONG", "ALSO_WRONG"))
    assert len(different(code for code, _ in right) - different([exercise.solution])) >= 3
    assert len(different(code for code, _ in first + others)) >= 3


# 페이지의 풀이에 넣어 볼 식과, 손으로 계산한 값이다. 채점은 거치지 않는다.
WORKED = {
    "story_parts": ("answer", "ㄹㄴㅁㄱㄷ"),
    "spot_the_forgeries": ("answer", [4, 5, 6, 8]),
    "best_inspector": (
        "best_inspector(np.array([0.3, 0.1, 0.6]), np.array([0.1, 0.3, 0.6]))", [0.75, 0.25, 0.5],
    ),
    "game_value": ("game_value(np.array([0.5, 0.5, 0]), np.array([0, 0.5, 0.5]))", -0.6931472),
    "best_forger": ("best_forger(np.array([0.2, 0.7, 0.6]))", [0, 1, 0]),
    "play": ("play(np.array([0.5, 0.5]), np.array([0.25, 0.75]), 2)", [20 / 47, 27 / 47]),
    "batch_shape": ("answer", [150, 48, 96, 3]),
    "batches_per_epoch": ("batches_per_epoch(10, 4), batches_per_epoch(8, 4)", [[3, 2], [2, 4]]),
    "bilinear_value": ("answer", 60),
    "resize": (
        "resize(np.array([[0, 4], [8, 12]]), 4)",
        [[0, 1, 3, 4], [2, 3, 5, 6], [6, 7, 9, 10], [8, 9, 11, 12]],
    ),
    "rescale": ("rescale(np.array([2.0, 3, 6]), (2, 6), (10, 50))", [10, 20, 50]),
    "split_by_pose": (
        "split_by_pose(np.array([0, 0, 0, 0, 1]), np.array([2, 5, 2, 5, 1]), 1)", [0, 1, 0, 1, 1],
    ),
    "broken_guidelines": ("answer", [1, 3]),
    "is_all_convolutional": (
        "[is_all_convolutional(keras.Sequential([one])) for one in"
        " (layers.Conv2D(1, 4, 2), layers.MaxPooling2D(), layers.Dense(1))]",
        [1, 0, 0],
    ),
    "training_hours": ("training_hours(14_400, 2)", 2),
    "stride_four": ("answer", 16),
    "output_size": ("output_size(8, 3, 2, 2)", 5),
    "leaky_relu": ("leaky_relu(np.array([-4.0, 0, 3]), 0.25)", [-1, 0, 3]),
    "batch_norm": (
        "batch_norm(np.array([[1.0, 7], [3, 7]]), np.array([2, 2]), np.array([1, 5]))",
        [[-0.9990007, 5], [2.9990007, 5]],
    ),
    "parameters": ("parameters(8, 4)", 44_608),
    "receptive_field": ("receptive_field([(3, 2), (3, 2), (3, 1)])", 15),
    "small_discriminator": (
        "(lambda made: [made.count_params(), *made.output_shape[1:]])(small_discriminator())",
        [42_624, 1],
    ),
    "latent_length": ("answer", 20),
    "transposed_output_size": ("transposed_output_size(3, 5, 2, 1)", 7),
    "overlap_counts": ("overlap_counts(3, 3, 2)", [1, 1, 2, 1, 2, 1, 1]),
    "transposed_convolution": (
        "transposed_convolution(np.array([[1, 2, 3]]),"
        " np.array([[0, 0, 0], [1, 2, 5], [9, 9, 9]]), 1, 1)",
        [[4, 12, 16]],
    ),
    "doubling_step": ("doubling_step(layers.Input((3, 5, 2)), 7).shape[1:]", [6, 10, 7]),
    "walk": ("walk(np.array([2.0, 0]), np.array([0, 2.0]), 1 / 3)", [1.7320508, 1]),
    "swapped_labels": ("answer", "ㄷ"),
    "loss_floor": ("loss_floor(0.8)", 0.5004024),
    "update_average": ("update_average(3, 1, 8, 0.9), update_average(3, 1, 8, 0.25)", [2, 1.5]),
    "noisy_labels": ("noisy_labels(np.array([0, 0.5, 1]), 0.2)", [[1, 0.9, 0.8], [0, 0.1, 0.2]]),
    "judge": (
        "judge([1, 2, 3], [6, 5, 4]), judge([6, 5, 4], [1, 2, 3]), judge([1, 2, 6], [5, 7, 8]),"
        " judge([1, 2], [5, 7, 8])",
        ("낫다", "못하다", "가릴 수 없다", "시드가 모자라다"),
    ),
    "distance_at": ("distance_at(np.array([0, 2]), np.array([100, 1]), 1)", 10),
    "find_copies": (
        "find_copies(np.array([[[0, 0]], [[1, 1]]]), np.array([[[1, 0.9]], [[0, 0.2]]]), 0.1)", [1],
    ),
    "precision": (
        "precision(np.array([[1, 5], [3, 3], [9, 2], [1, 2]]), np.array([1, 2]))", 0.75,
    ),
    "direction": (
        "direction(np.array([[9.0, 9], [0, 0], [3, 5], [2, 0], [5, 3]]), np.array([5, 1, 8, 2, 9]), 2)",
        [0.6, 0.8],
    ),
}  # fmt: skip


@everyone
def test_the_solution_gives_what_was_worked_by_hand(exercise):
    case, expected = WORKED[exercise.name]
    scope = exercise.scope()
    exec(f"import keras\n{exercise.solution}", scope)
    found = eval(case, scope)
    if isinstance(expected, str | tuple):
        assert found == expected
    else:
        assert np.shape(found) == np.shape(expected)
        np.testing.assert_allclose(np.array(found, float), expected, rtol=1e-6, atol=1e-7)


def test_an_answer_does_not_spoil_another(capsys):
    best, value, play = (
        next(one for one in EXERCISES if one.name == name)
        for name in ("best_inspector", "game_value", "play")
    )
    best.run("def best_inspector(p_data, p_g):\n    p_data *= 0.5\n    return p_data", capsys)
    naive = importlib.import_module("tests.companion.wrong_answers.introduction").WRONG
    filled = naive["game_value"][0].replace("answer =", "p_data += 1e-12; p_g += 1e-12; answer =")
    value.run(filled, capsys)
    assert "0 log 0" in value.run(naive["game_value"][0], capsys)
    assert play.run(play.solution, capsys).startswith("맞다.")


def test_the_readers_own_error_is_not_swallowed(capsys):
    (exercise,) = (exercise for exercise in EXERCISES if exercise.name == "noisy_labels")
    printed = exercise.run("def noisy_labels(u, size):\n    return int('a'), u", capsys)
    assert printed.startswith("답을 실행하다가 2번째 줄에서 멈췄다(ValueError")


def test_exercises_are_numbered_in_order_over_the_pages_of_a_section():
    """절의 번호는 페이지의 이름에 있다: `4_2_4_results.md`는 4.2.4절이다. 한 절의 페이지는 목차의 차례로 잇는다."""
    toc = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    numbers: dict[str, list[str]] = {}
    for page in sorted(notebooks.pages(), key=lambda page: toc.index(page.stem)):
        section = re.match(r"(?:\d_)+", page.stem)[0].strip("_").replace("_", ".")
        numbers.setdefault(section, []).extend(one.title for one in exercises_of(page))
    for section, titles in numbers.items():
        assert titles == [f"연습 {section}-{n}" for n in range(1, len(titles) + 1)]


def test_every_checker_and_wrong_answer_belongs_to_an_exercise():
    for module in {exercise.module for exercise in EXERCISES}:
        used = {exercise.name for exercise in EXERCISES if exercise.module == module}
        answers = importlib.import_module(f"tests.companion.wrong_answers.{module}")
        assert set(answers.WRONG) == used
        assert {*answers.ALSO_WRONG, *answers.ALSO_RIGHT} <= used
        made = importlib.import_module(f"companion.exercises.{module}")
        assert {name for name, value in vars(made).items() if hasattr(value, "__wrapped__")} == used
    assert set(WORKED) == {exercise.name for exercise in EXERCISES}


def untouched(a, b): ...  # 더한 값을 돌려준다


def forgetful(a, b):
    a + b


class TestChecker:
    @staticmethod
    @checking.checker(hint="더한다.", done="둘을 더했다.")
    def add(answer: Callable[..., Any]):
        checking.require(answer(1, 2) == 3, f"1과 2를 주었더니 {answer(1, 2)}이(가) 나왔다.")

    @staticmethod
    @checking.checker(hint="뺀다.")
    def subtract(answer: Callable[..., Any], rng: np.random.Generator):
        for a, b in checking.draw(rng, 5, (1, 9), (20, 29)):
            checking.require_close(answer(a, b), a - b, f"{a}에서 {b}을(를) 빼면")

    def test_draws_new_values_each_time_and_tells_the_seed(self, monkeypatch, capsys):
        seeds = iter([7, 30, 5])
        monkeypatch.setattr(checking, "new_seed", lambda: next(seeds))
        self.subtract(lambda a, b: b - a)
        self.subtract(lambda a, b: a / 0)
        self.subtract(lambda a, b: a - b)
        self.subtract(lambda a, b: b - a, seed=7)
        wrong, failed, right, again = capsys.readouterr().out.splitlines()
        assert wrong.endswith("이어야 한다. 같은 값으로 다시 채점하려면 seed=7을 준다.")
        assert failed.endswith("zero). 같은 값으로 다시 채점하려면 seed=30을 준다.")
        assert right == "맞다."
        assert again == wrong

    @pytest.mark.parametrize("seed", [-1, 1.5, True, "삼"])
    def test_a_seed_that_is_not_one_is_refused_in_one_sentence(self, seed, capsys):
        self.subtract(lambda a, b: a - b, seed=seed)
        assert capsys.readouterr().out == f"seed가 {seed!r}이다. 0 이상인 정수를 준다.\n"

    def test_a_checker_that_does_not_draw_takes_no_seed(self):
        with pytest.raises(TypeError, match="seed"):
            self.add(lambda a, b: a + b, seed=1)

    def test_seeds_are_not_the_same_each_time(self, monkeypatch):
        monkeypatch.undo()
        seeds = [checking.new_seed() for _ in range(20)]
        assert len(set(seeds)) > 1
        assert all(0 <= seed < 100_000 for seed in seeds)

    @pytest.mark.parametrize(
        ("answer", "printed"),
        [
            (lambda a, b: a + b, "맞다. 둘을 더했다."),
            (lambda a, b: a - b, "아직 아니다. 1과 2를 주었더니 -1이 나왔다."),
            (lambda a, b: ..., "아직 비어 있다. 힌트: 더한다."),
            (untouched, "아직 비어 있다. 힌트: 더한다."),
            (
                forgetful,
                "아직 아니다. 아무것도 돌려주지 않았다. "
                "return이 있는지, 어떤 값을 넣어도 거기에 닿는지 본다.",
            ),
            (..., "아직 비어 있다. 힌트: 더한다."),
            (None, "아직 비어 있다. 힌트: 더한다."),
        ],
    )
    def test_prints_one_sentence(self, answer, printed, capsys):
        self.add(answer)
        assert capsys.readouterr().out == printed + "\n"

    @pytest.mark.parametrize(
        ("found", "expected", "printed"),
        [
            (2.0, 0.5, "2가 나왔다. 0.5여야 한다."),
            (0.1985, 0.198515, "0.1985가 나왔다. 0.19852여야 한다."),
            (0.5 / 3600**2, 0.5, "0.00000004가 나왔다. 0.5여야 한다."),
            (0, 0.5, "0이 나왔다. 0.5여야 한다."),
            ([0.0, np.nan], [0.0, 1.0], "[0, nan]이 나왔다. [0, 1]이어야 한다."),
            (np.inf, 3, "inf가 나왔다. 3이어야 한다."),
            ([3, 4, 5], [3.0, 4.0], "크기가 (2,)인 배열이 올 자리에 크기가 (3,)인 목록이 왔다."),
            ((3,), [3.0, 4.0], "크기가 (2,)인 배열이 올 자리에 크기가 (1,)인 튜플이 왔다."),
            ("34", [3.0, 4.0], "크기가 (2,)인 배열이 올 자리에 글 '34'가 왔다."),
            (map(abs, []), 3, "수 하나가 올 자리에 자료형이 map인 값이 왔다."),
        ],
    )
    def test_tells_what_came_and_what_should_have(self, found, expected, printed, capsys):
        @checking.checker(hint="")
        def check(answer: Any):
            checking.require_close(answer, expected, "답으로")

        check(found)
        assert capsys.readouterr().out == f"아직 아니다. 답으로 {printed}\n"

    @pytest.mark.parametrize(
        ("code", "printed"),
        [
            ("def answer(a, b):\n    c = a\n    return c / 0",
             "3번째 줄에서 멈췄다(ZeroDivisionError: division by zero)."),
            ("def answer(a):\n    return a",
             "멈췄다(TypeError: answer() takes 1 positional argument but 2 were given)."),
            ("import keras\ndef answer(a, b):\n    return keras.activations.get('x')",
             "3번째 줄에서 멈췄다(ValueError: "),
            ("def answer(a, b):\n    raise ValueError('하나\\n둘')", "2번째 줄에서 멈췄다(ValueError: 하나)."),
            ("import sys\ndef answer(a, b):\n    sys.exit()", "3번째 줄에서 멈췄다(SystemExit)."),
            ("import functools\n@functools.cache\ndef answer(a, b):\n    return a.b",
             "4번째 줄에서 멈췄다(AttributeError: 'int' object has no attribute 'b')."),
        ],
        ids=["own line", "signature", "inside keras", "long", "exit", "decorated"],
    )  # fmt: skip
    def test_an_exception_is_told_with_the_readers_own_line_or_none(self, code, printed, capsys):
        scope = {}
        exec(compile(code, "<답>", "exec"), scope)
        self.add(scope["answer"])
        assert capsys.readouterr().out.startswith("답을 실행하다가 " + printed)
