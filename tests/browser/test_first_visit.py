"""느린 전화기로 처음 올 때 글이 언제 보이는지 잰다: 1.6 Mbit/s에 왕복 150밀리초이고, CPU는 중간급 전화기이다.

크롬은 CPU를 이 컴퓨터의 몇 분의 1로만 늦출 수 있어서, 그대로 두면 느린 컴퓨터일수록 느린 전화기를 흉내 낸다. 그래서 먼저
이 컴퓨터의 빠르기를 Lighthouse의 BenchmarkIndex(글자를 잇는 횟수와 배열을 옮기는 횟수의 평균)로 재고, 전화기의 것이 되도록
늦춘다. 전화기의 빠르기는 Lighthouse가 흔한 컴퓨터(1500~2000)를 네 배 늦춘 것이다.
출처: https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md

다른 일로 바쁜 기계에서는 컴퓨터의 빠르기도 한 번 잰 값도 튄다. 그래서 갈 때마다 빠르기를 새로 재고, 다섯 번까지 찾아가 가장 빠른
때를 본다.
"""

import statistics

import pytest

from tests.browser.reading import PAGES

PHONE_INDEX = 1750 / 4
BITS_PER_SECOND, ROUND_TRIP_MS = 1.6e6, 150
LIMIT_MS = 2000
VISITS = 5
MEASURE_INDEX = """() => {
    const rate = (work) => {
        const start = performance.now();
        let done = 0;
        for (; performance.now() - start < 250; done++) work(done);
        return done / (performance.now() - start) * 100;  // 열 번이 1초에 몇 번인가
    };
    const arrays = [0, 1].map(() => Array.from({ length: 100000 }, (_, i) => i));
    const copied = rate((turn) => {
        const [from, to] = turn % 2 ? arrays : [arrays[1], arrays[0]];
        for (let i = 0; i < from.length; i++) to[i] = from[i];
    });
    const joined = rate(() => {
        let text = "";
        for (let i = 0; i < 10000; i++) text += "a";
        return text.length;
    });
    return (copied + joined) / 2;
}"""


@pytest.mark.parametrize("page", PAGES)
def test_text_is_readable_within_two_seconds_on_a_slow_phone(reader, page):
    painted = []
    while len(painted) < VISITS and min(painted, default=LIMIT_MS) >= LIMIT_MS:
        painted.append(first_paint(reader, page))
    print(f"{page}: {', '.join(f'{ms:.0f}' for ms in painted)} ms")
    assert min(painted) < LIMIT_MS


def first_paint(reader, page):
    """처음 온 전화기에 글이 보이기까지의 밀리초이다. 전화기보다 느린 컴퓨터는 늦추지 않는다."""
    one = reader(width=360, height=740, device_scale_factor=2, is_mobile=True, has_touch=True)
    index = statistics.median(one.page.evaluate(MEASURE_INDEX) for _ in range(3))
    tools = one.context.new_cdp_session(one.page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": max(1, index / PHONE_INDEX)})
    tools.send("Network.enable")
    tools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": ROUND_TRIP_MS, "uploadThroughput": BITS_PER_SECOND / 8,
         "downloadThroughput": BITS_PER_SECOND / 8},
    )  # fmt: skip
    one.page.goto(f"{one.base}{page}.html", wait_until="commit")
    one.page.wait_for_function(
        "performance.getEntriesByName('first-contentful-paint').length && document.querySelector('h1')"
    )
    painted = one.page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    )
    one.context.close()
    return painted
