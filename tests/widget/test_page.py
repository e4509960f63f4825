"""The widget as a guest in a page: one script tag, attributes, themes, directions, policy, load, hostile text."""

from __future__ import annotations

import gzip
import json
import re
import statistics
from collections.abc import Callable
from typing import Any

import pytest

from tests.widget.chat import Chat
from tests.widget.conftest import REPORTS
from tests.widget.stand_in import HOSTILE, WIDGET, StandIn

MOST_BYTES = 25_000

# From the click to the frame in which the first words of the reply are drawn.
FIRST_REPLY = """
(host) => new Promise((resolve) => {
  const root = host.shadowRoot;
  const before = root.querySelectorAll("article.latch").length;
  const begin = performance.now();
  new MutationObserver((_, observer) => {
    if (root.querySelectorAll("article.latch").length === before) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - begin)));
  }).observe(root, {childList: true, subtree: true});
  root.querySelector(".send").click();
})
"""


def page(body: str, html: str = 'lang="en"', head: str = "") -> str:
    return (
        f"<!doctype html><html {html}><head><meta charset=utf-8><title>A page</title>"
        f'<script src="/latch-chat.js" defer></script>{head}</head>'
        f"<body><main><h1>A page</h1>{body}</main></body></html>"
    )


@pytest.fixture
def on_page(new_context: Callable[..., Any], server: StandIn) -> Callable[..., Chat]:
    """Return what opens a page of the given HTML."""

    def visit(html: str, screen: str = "desktop-light", csp: str | None = None) -> Chat:
        if csp is not None:
            server.orders.csp = csp
        server.orders.pages["/page"] = html
        return Chat(new_context(screen).new_page(), server.url).visit("/page")

    return visit


def test_file_is_small() -> None:
    size = len(gzip.compress(WIDGET.read_bytes(), 9))
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / "size.json").write_text(json.dumps({"gzipped_bytes": size}), encoding="utf-8")
    assert size <= MOST_BYTES


def test_one_script_tag_is_enough(on_page: Callable[..., Chat]) -> None:
    chat = on_page(page(""))
    assert chat.page.locator("latch-chat").count() == 1
    chat.open().ask("how is milk made")


def test_script_places_no_second_chat(on_page: Callable[..., Chat]) -> None:
    chat = on_page(page('<latch-chat></latch-chat><script src="/latch-chat.js" defer></script>'))
    chat.page.wait_for_load_state()
    assert chat.page.locator("latch-chat").count() == 1


@pytest.mark.parametrize("how", ["async", 'type="module"', "", "defer"])
def test_script_works_however_it_is_loaded(on_page: Callable[..., Chat], how: str) -> None:
    chat = on_page(page("", head="").replace(" defer", f" {how}"))
    chat.open().ask("how is milk made")


def test_attributes(on_page: Callable[..., Chat], server: StandIn) -> None:
    chat = on_page(
        page(
            f'<latch-chat server="{server.url}/" heading="Feeding questions" greeting="Hi, this is the clinic." '
            'country="IE" theme-color="#0a6" position="left"></latch-chat>'
        )
    )
    assert chat.launcher.inner_text() == "Feeding questions"
    assert chat.launcher.bounding_box()["x"] < 100
    chat.open()
    assert chat.dialog.bounding_box()["x"] < 100
    assert chat.role("heading", "Feeding questions").is_visible()
    assert chat.page.get_by_text("Hi, this is the clinic.").is_visible()
    assert chat.send.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(0, 170, 102)"
    chat.suggestions.first.wait_for()
    assert server.countries == ["IE"]


def test_open_attribute_opens_without_taking_the_focus(on_page: Callable[..., Chat]) -> None:
    chat = on_page(page("<latch-chat open></latch-chat>"))
    chat.suggestions.first.wait_for()
    assert chat.dialog.is_visible()
    assert chat.focused() != "Your question"
    chat.page.locator("latch-chat").evaluate("(host) => { host.open = false; }")
    chat.dialog.wait_for(state="hidden")


def test_page_opens_the_chat_from_a_button_of_its_own(on_page: Callable[..., Chat]) -> None:
    chat = on_page(page("<latch-chat></latch-chat>"))
    chat.page.locator("latch-chat").evaluate("(host) => { host.open = true; }")
    chat.box.wait_for()
    assert chat.focused() == "Your question"


def test_custom_properties_and_parts_theme_it(on_page: Callable[..., Chat]) -> None:
    style = (
        "<style>latch-chat { --latch-accent: rgb(1, 2, 3); --latch-radius: 0px; --latch-z-index: 7 }"
        "latch-chat::part(launcher) { letter-spacing: 3px }</style>"
    )
    chat = on_page(page('<latch-chat theme-color="#0a6"></latch-chat>', head=style), csp="").open()
    assert chat.launcher.evaluate("(e) => getComputedStyle(e).letterSpacing") == "3px"
    assert chat.send.evaluate("(e) => getComputedStyle(e).backgroundColor") == "rgb(1, 2, 3)"
    assert chat.dialog.evaluate("(e) => getComputedStyle(e).borderRadius") == "0px"
    assert chat.page.locator("latch-chat").evaluate("(e) => getComputedStyle(e).zIndex") == "7"


LIGHT, DARK = "rgb(255, 253, 251)", "rgb(29, 25, 35)"


@pytest.mark.parametrize(
    ("style", "paper"),
    [
        (":root { color-scheme: light dark }", {"light": LIGHT, "dark": DARK}),
        ("", {"light": LIGHT, "dark": LIGHT}),
        (":root { color-scheme: dark }", {"light": DARK, "dark": DARK}),
        ("body { background: #14161c; color: #eee }", {"light": DARK, "dark": DARK}),
        (
            "@media (prefers-color-scheme: dark) { body { background: #111; color: #eee } }",
            {"light": LIGHT, "dark": DARK},
        ),
        ("latch-chat { color-scheme: dark }", {"light": DARK, "dark": DARK}),
    ],
    ids=["both", "light only", "dark only", "dark background", "dark background by night", "dark chat"],
)
def test_chat_is_as_dark_as_its_page(on_page: Callable[..., Chat], style: str, paper: dict[str, str]) -> None:
    html = page("<latch-chat></latch-chat>", head=f"<style>{style}</style>")
    chat = on_page(html, csp="").open()
    for scheme, expected in paper.items():
        chat.page.emulate_media(color_scheme=scheme)
        chat.page.wait_for_timeout(50)
        assert chat.dialog.evaluate("(e) => getComputedStyle(e).backgroundColor") == expected, scheme


def test_text_size_is_that_of_the_page_whatever_its_root_says(on_page: Callable[..., Chat]) -> None:
    style = "<style>html { font-size: 62.5% } body { font-size: 1.6rem }</style>"
    chat = on_page(page("<latch-chat></latch-chat>", head=style), csp="").open().ask("milk")
    size = "(e) => getComputedStyle(e).fontSize"
    assert chat.replies.first.locator("p").first.evaluate(size) == "16px"


def test_page_that_styles_everything_does_not_reach_in(on_page: Callable[..., Chat]) -> None:
    style = (
        "<style>* { margin: 40px; text-transform: uppercase; letter-spacing: 1em; border: 9px solid red }"
        "body { text-align: center; line-height: 4; font-style: italic } button { display: none }</style>"
    )
    chat = on_page(page("<latch-chat></latch-chat>", head=style), csp="").open().ask("milk")
    text = chat.replies.first.locator("p").first
    for name, expected in [("textTransform", "none"), ("letterSpacing", "normal"), ("textAlign", "start")]:
        assert text.evaluate(f"(e) => getComputedStyle(e).{name}") == expected


@pytest.mark.parametrize("screen", ["desktop-light", "phone-light"])
def test_right_to_left_is_mirrored(on_page: Callable[..., Chat], screen: str) -> None:
    chat = on_page(page("<latch-chat></latch-chat>", html='lang="ar" dir="rtl"'), screen)
    width = chat.page.viewport_size["width"]
    launcher = chat.launcher.bounding_box()
    assert launcher["x"] < 40
    chat.open().ask("كيف يتكون الحليب milk?")
    chat.page.screenshot(path=str(REPORTS / f"rtl-{screen}.png"))
    bubble = chat.own.first.locator(".bubble")
    assert bubble.evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    assert chat.replies.first.locator("p").first.evaluate("(e) => getComputedStyle(e).direction") == "ltr"
    box, panel = bubble.bounding_box(), chat.dialog.bounding_box()
    assert box["x"] - panel["x"] < panel["x"] + panel["width"] - box["x"] - box["width"]
    assert panel["x"] + panel["width"] <= width
    send, text = chat.send.bounding_box(), chat.box.bounding_box()
    assert send["x"] < text["x"]


def test_hostile_text_is_shown_as_text_in_both_directions(chat: Chat, server: StandIn) -> None:
    chat.open().ask(f"hostile {HOSTILE}")
    assert chat.own.first.inner_text().endswith(f"hostile {HOSTILE}")
    assert server.turns[0][1] == f"hostile {HOSTILE}"
    answer = chat.replies.first
    assert HOSTILE in answer.inner_text()
    assert "<b>bold</b>" in answer.inner_text()
    answer.get_by_text("Sources").click()
    assert answer.locator("img, script, b, iframe").count() == 0
    links = answer.locator("a").evaluate_all("(all) => all.map((a) => a.getAttribute('href'))")
    assert links == ["tel:999", "https://example.org/?q=%3Cscript%3E"]
    assert "javascript:window.hacked=1" in answer.inner_text()
    assert chat.suggestions.all_inner_texts() == [HOSTILE]
    chat.suggestions.first.click()
    chat.own.nth(1).wait_for()
    assert chat.own.nth(1).inner_text().endswith(HOSTILE)
    # The page stays what it was: hence nothing was run (asked of every page at the end), and it is so after a reload.
    chat.visit()
    chat.replies.first.wait_for()
    assert HOSTILE in chat.replies.first.inner_text()


@pytest.mark.parametrize(
    "text", ["\u202egnp.exe", "a\u0000b milk", "\U0001f600" * 9, "שלום milk", "  milk  ", "milk\n\n\nmilk"]
)
def test_any_text_arrives_as_it_was_typed(chat: Chat, server: StandIn, text: str) -> None:
    chat.open().box.evaluate(
        "(e, text) => { e.value = text; e.dispatchEvent(new Event('input', {bubbles: true})); }", text
    )
    chat.send.click()
    chat.replies.first.wait_for()
    assert server.said() == [text.strip()]


def test_nothing_shifts_on_load_and_the_longest_task_is_reported(
    new_context: Callable[..., Any], server: StandIn
) -> None:
    tasks = []
    for _ in range(5):
        chat = Chat(new_context().new_page(), server.url).visit()
        chat.page.wait_for_timeout(300)
        assert chat.page.evaluate("seen.shift") == 0
        tasks.append(max(chat.page.evaluate("seen.tasks"), default=0))
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = {"longest_task_ms": statistics.median(tasks), "loads": len(tasks)}
    (REPORTS / "load.json").write_text(json.dumps(report), encoding="utf-8")


def test_restored_conversation_shifts_nothing(chat: Chat) -> None:
    chat.open().ask("how is milk made").ask("do I have enough")
    chat.visit()
    chat.replies.nth(1).wait_for()
    chat.page.wait_for_timeout(300)
    assert chat.page.evaluate("seen.shift") == 0


def test_time_to_the_first_reply_is_reported(chat: Chat) -> None:
    chat.open()
    chat.suggestions.first.wait_for()
    times = []
    for _ in range(15):
        chat.box.fill("how is milk made")
        times.append(chat.page.locator("latch-chat").evaluate(FIRST_REPLY))
    median = statistics.median(times)
    REPORTS.mkdir(parents=True, exist_ok=True)
    report = {"median_ms": round(median, 1), "slowest_ms": round(max(times), 1), "server": "stand-in"}
    (REPORTS / "first-reply.json").write_text(json.dumps(report), encoding="utf-8")


def test_chat_on_another_site_asks_its_server_and_nobody_else(new_context: Callable[..., Any], server: StandIn) -> None:
    site = StandIn()
    site.start()
    try:
        server.orders.origins = {site.url}
        tag = f'<script src="{server.url}/latch-chat.js" defer></script>'
        site.orders.csp = f"default-src 'none'; script-src {server.url}; connect-src {server.url}"
        site.orders.pages["/"] = f'<!doctype html><html lang="en"><title>Clinic</title>{tag}<h1>Clinic</h1></html>'
        chat = Chat(new_context(also=server.url).new_page(), site.url).visit().open().ask("how is milk made")
        assert server.said() == ["how is milk made"]
        assert site.posts() == []
        posts = [request for request in server.requests if request.method == "POST"]
        assert {request.headers["origin"] for request in posts} == {site.url}
        # The server learns the site, and not which page a person reads.
        assert {request.headers.get("referer") for request in posts} <= {f"{site.url}/", None}
        assert chat.replies.count() == 1
    finally:
        site.stop()


def test_chat_that_is_taken_off_the_page_and_put_back_goes_on(chat: Chat) -> None:
    chat.open().ask("how is milk made")
    chat.page.evaluate("window.chat = document.querySelector('latch-chat'); chat.remove();")
    chat.page.evaluate("document.body.append(window.chat)")
    chat.replies.first.wait_for()
    chat.ask("do I have enough")
    assert chat.replies.count() == 2


def test_demo_page_shows_the_snippet(chat: Chat) -> None:
    snippet = chat.page.locator("pre").inner_text()
    assert re.search(r'<script src="https://\S+/latch-chat\.js" defer></script>\s*<latch-chat', snippet)
    assert chat.page.get_by_role("heading", level=1).is_visible()
