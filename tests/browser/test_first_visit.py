"""느린 전화기로 처음 올 때 글이 언제 보이는지 잰다: CPU는 네 배 느리고, 1.6 Mbit/s에 왕복 150밀리초이다.

다른 일로 바쁜 기계에서는 한 번 잰 값이 튄다. 세 번까지 새로 찾아가 가장 빠른 때를 본다.
"""

import pytest

from tests.browser.reading import PAGES

SLOWDOWN, BITS_PER_SECOND, ROUND_TRIP_MS = 4, 1.6e6, 150
LIMIT_MS = 2000
VISITS = 3


@pytest.mark.parametrize("page", PAGES)
def test_text_is_readable_within_two_seconds_on_a_slow_phone(reader, page):
    painted = []
    while len(painted) < VISITS and min(painted, default=LIMIT_MS) >= LIMIT_MS:
        painted.append(first_paint(reader, page))
    print(f"{page}: {', '.join(f'{ms:.0f}' for ms in painted)} ms")
    assert min(painted) < LIMIT_MS


def first_paint(reader, page):
    """처음 온 전화기에 글이 보이기까지의 밀리초이다."""
    one = reader(width=360, height=740, device_scale_factor=2, is_mobile=True, has_touch=True)
    tools = one.context.new_cdp_session(one.page)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
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
