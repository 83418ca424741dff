"""파이어폭스 ESR에서 게임과 실험실과 배우는 위조범을 움직이고, 짐작과 값 물음에 답한다. 데비안의 파이어폭스는 WebDriver BiDi로 부린다."""

import itertools
import json
import re
import shutil
import subprocess
import time
from contextlib import contextmanager

import pytest

from tests.browser.reading import BUILT, need

# 수식과 글꼴이 자리를 잡으면 그 뒤로는 아무것도 밀리지 않는다.
SETTLED = "Promise.all([window.MathJax?.startup?.promise, document.fonts.ready]).then(() => true)"
STABLE_PLACE = """new Promise((resolve) => {
  const node = document.querySelector("%s");
  let last = "";
  const look = () => {
    node.scrollIntoView({ block: "center", behavior: "instant" });
    const box = node.getBoundingClientRect();
    const place = `${Math.round(box.x + box.width / 2)},${Math.round(box.y + box.height / 2)}`;
    if (place === last) resolve(place);
    else { last = place; setTimeout(look, 700); }
  };
  look();
})"""


class Firefox:
    """WebDriver BiDi로 부리는 파이어폭스의 창 하나이다. https://w3c.github.io/webdriver-bidi/"""

    def __init__(self, socket):
        self.socket = socket
        self.numbers = itertools.count()
        self.events: list[dict] = []
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self.window = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=60))
            if message.get("type") == "event":
                self.events.append(message)
            elif message.get("id") == number:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, url: str):
        self.command("browsingContext.navigate", context=self.window, url=url, wait="complete")

    def reload(self):
        """다 읽힐 때까지 기다린다. `location.reload()`는 기다리지 않아, 다음 명령이 옛 쪽을 본다."""
        self.command("browsingContext.reload", context=self.window, wait="complete")

    def evaluate(self, code: str):
        """약속(Promise)이면 끝날 때까지 기다려 값을 돌려준다."""
        result = self.command("script.evaluate", expression=code, awaitPromise=True,
                              target={"context": self.window}, userActivation=True)  # fmt: skip
        assert result["type"] == "success", result
        return result["result"].get("value")

    def click(self, selector: str):
        """요소의 한가운데를 마우스로 누른다. 글쇠는 이렇게 한 번 누른 쪽으로 간다."""
        self.wait(
            f"document.querySelector('{selector}') && !document.querySelector('{selector}').hidden"
        )
        place = self.evaluate(STABLE_PLACE % selector)  # 그림과 수식이 자리를 잡을 때까지 기다린다
        x, y = place.split(",")
        actions = [
            {"type": "pointerMove", "x": int(x), "y": int(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        source = {"type": "pointer", "id": "mouse", "actions": actions}
        self.command("input.performActions", context=self.window, actions=[source])

    def press(self, *keys: str):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self.command("input.performActions", context=self.window, actions=[source])

    def wait(self, condition: str):
        """조건이 참이 될 때까지 20초를 기다린다."""
        assert self.evaluate(
            "new Promise((resolve) => { let left = 200; const look = () => "
            f"({condition}) ? resolve(true) : left-- ? setTimeout(look, 100) : resolve(false); look(); }})"
        ), condition

    @property
    def errors(self) -> list[str]:
        entries = [e["params"] for e in self.events if e["method"] == "log.entryAdded"]
        return [entry["text"] for entry in entries if entry["level"] == "error"]

    @property
    def requests(self) -> list[str]:
        sent = [e["params"] for e in self.events if e["method"] == "network.beforeRequestSent"]
        return [event["request"]["url"] for event in sent]


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    sync_client = pytest.importorskip("websockets.sync.client")
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    need(program, "파이어폭스가 없다. 데비안에서는 `sudo apt install firefox-esr`로 깐다.")
    profile = tmp_path_factory.mktemp("firefox")
    command = [
        program,
        "--headless",
        "--no-remote",
        "--profile",
        str(profile),
        "--remote-debugging-port",
        "0",
    ]
    log = profile / "firefox.log"
    with log.open("w") as stream, subprocess.Popen(command, stderr=stream) as process:
        for _ in range(300):
            found = re.search(r"WebDriver BiDi listening on (ws://\S+)", log.read_text())
            if found:
                break
            time.sleep(0.1)
        else:
            process.kill()
            pytest.fail(f"파이어폭스가 30초 안에 뜨지 않았다: {log.read_text()}")
        with sync_client.connect(f"{found[1]}/session", max_size=None) as socket:
            browser = Firefox(socket)
            yield browser
            browser.command("browser.close")


@contextmanager
def visited(firefox, served, folder, page):
    """페이지를 연다. 다 보았으면 오류와 바깥 요청이 없었는지 본다."""
    base = BUILT.as_uri() + "/" if folder else served
    firefox.events.clear()
    firefox.open(f"{base}book/{page}.html")
    firefox.evaluate(SETTLED)
    yield
    assert firefox.errors == []
    assert [u for u in firefox.requests if not u.startswith((base, "data:", "blob:"))] == []


@pytest.mark.parametrize("folder", [False, True], ids=["http", "folder"])
def test_the_game_is_played_in_firefox(firefox, served, folder):
    with visited(firefox, served, folder, "4_1_introduction"):
        firefox.click("#game .play-start")
        firefox.wait("document.querySelector('#game .play-choice')")
        firefox.press(*["\ue014"] * 20)  # 오른쪽 화살표로 고르고, 다음으로 간다
        score = firefox.evaluate("document.querySelector('#game .play-score').textContent")
        assert "나는 10쌍 가운데" in score


@pytest.mark.parametrize("folder", [False, True], ids=["http", "folder"])
def test_the_laboratory_makes_bricks_in_firefox(firefox, served, folder):
    with visited(firefox, served, folder, "4_2_3_generator"):
        firefox.click("#laboratory .play-start")
        firefox.wait("document.querySelector('#laboratory canvas[data-ready=\"1\"]')")
        picture = "document.querySelector('#laboratory canvas').toDataURL()"
        before = firefox.evaluate(picture)
        firefox.evaluate("document.querySelector('#laboratory input[type=range]').focus()")
        firefox.press("\ue014", "\ue014", "\ue014")
        firefox.wait(f"{picture} !== {json.dumps(before)}")


@pytest.mark.parametrize("folder", [False, True], ids=["http", "folder"])
def test_the_forger_learns_in_firefox(firefox, served, folder):
    with visited(firefox, served, folder, "4_2_4_training"):
        firefox.click("#forger .play-start")
        stage = "document.querySelector('#forger .play-stage')"
        firefox.wait(f"{stage}.dataset.seen >= 500")
        assert firefox.evaluate(f"{stage}.dataset.engine") == "wasm"
        button = "[...document.querySelectorAll('#forger button')].find((b) => b.textContent === '들여다보기')"
        firefox.evaluate(f"{button}.click()")
        firefox.wait("document.querySelectorAll('#forger .play-products td').length === 16")


def test_a_pair_is_judged_on_the_first_page_in_firefox(firefox, served):
    with visited(firefox, served, False, "index"):
        firefox.click(".play-first .play-choice")
        firefox.wait(
            "/^(맞혔다|속았다)\\./.test(document.querySelector('.play-first [role=status]').textContent)"
        )


def test_guesses_values_and_recall_answer_in_firefox(firefox, served):
    with visited(firefox, served, False, "4_2_3_generator"):
        shown = "getComputedStyle(document.querySelector('.prediction-answer > *')).display"
        firefox.wait("document.querySelector('.prediction-answer')")
        assert firefox.evaluate(shown) == "none"
        firefox.click(".prediction-cover button")
        assert firefox.evaluate(shown) != "none"
        assert firefox.evaluate("document.activeElement.className").count("prediction-answer")
        firefox.click("ul.prediction li:not(.right) button")
        echo = firefox.evaluate("document.querySelector('.prediction-echo').textContent")
        assert re.fullmatch("짐작은 ‘.+’, 결과는 ‘.+’이다\\.", echo)

        firefox.click("input.value-question")
        firefox.press("x", "\ue007")
        firefox.wait(
            "document.querySelector('.value-verdict').textContent.includes('수로 읽을 수')"
        )

        firefox.evaluate("document.querySelector('.recall-known').closest('details').open = true")
        firefox.click(".recall-known input")
        firefox.reload()
        assert firefox.evaluate("document.querySelector('.recall-known input').checked")
        firefox.evaluate("document.querySelector('.recall-line button').click()")
        assert firefox.evaluate("localStorage.getItem('brickie-recall')") == "{}"


def test_the_hangul_font_is_used_from_a_folder_in_firefox(firefox):
    need((BUILT / "book" / "index.html").is_file(), "지은 책이 없다. 먼저 `make book`을 한다.")
    firefox.open((BUILT / "book" / "index.html").as_uri())
    firefox.wait(
        "[...document.fonts].some((face) => face.family.includes('Brickie Sans') && face.status === 'loaded')"
    )
