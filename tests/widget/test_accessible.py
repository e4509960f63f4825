"""WCAG 2.2 AA: axe in every state, the keyboard alone, what is announced, sizes, zoom, contrast, motion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.widget.chat import Chat
from tests.widget.stand_in import StandIn, error

ALL_SCREENS = ["phone-light", "phone-dark", "desktop-light", "desktop-dark"]
on_all_screens = pytest.mark.parametrize("screen", ALL_SCREENS, indirect=True)
Shot = Callable[[Chat, str], None]

# What a screen reader is told by the log: added words, unless they stand in a part of their own.
LISTEN = """
(log) => {
  window.announced = [];
  new MutationObserver((changes) => {
    for (const {addedNodes} of changes) for (const node of addedNodes) {
      const element = node.nodeType === 1 ? node : node.parentElement;
      const region = element?.closest("[aria-live], [role=alert], [role=log]");
      if (region === log && node.textContent.trim()) {
        const copy = node.cloneNode(true);
        copy.querySelectorAll?.("[aria-live=off]").forEach((part) => part.remove());
        announced.push(copy.textContent.replace(/\\s+/g, " ").trim());
      }
    }
  }).observe(log, {childList: true, subtree: true, characterData: true});
}
"""

TARGETS = """
(host) => [...host.shadowRoot.querySelectorAll("button, a, summary, textarea")]
  .filter((element) => element.checkVisibility() && getComputedStyle(element).visibility !== "hidden")
  .map((element) => {
    const {width, height} = element.getBoundingClientRect();
    return [element.className || element.tagName, Math.round(width), Math.round(height)];
  })
"""


WIDER_THAN_ITS_PLACE = """
(host) => [...host.shadowRoot.querySelectorAll("*")]
  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX !== "visible")
  .filter((e) => !e.classList.contains("unseen"))
  .map((e) => e.className)
"""


@on_all_screens
def test_axe_finds_nothing_in_any_state(chat: Chat, server: StandIn, axe: str, shot: Shot) -> None:
    found: dict[str, list[str]] = {}

    def look(state: str) -> None:
        found[state] = chat.axe(axe)

    look("closed")
    chat.open()
    chat.suggestions.first.wait_for()
    look("greeting")
    chat.button("More choices").click()
    look("menu")
    chat.page.keyboard.press("Escape")
    server.orders.delay = 1.5
    chat.type("how is milk made")
    chat.page.locator("latch-chat .typing").wait_for()
    look("typing")
    chat.replies.first.wait_for()
    server.orders.delay = 0
    look("answer")
    chat.replies.first.locator("summary").click()
    look("sources")
    chat.button("This did not help").click()
    look("reasons")
    chat.button("Seems wrong").click()
    chat.page.get_by_text("Thank you.").first.wait_for()
    look("rated")
    chat.ask("how do I know it is enough")
    look("list and when to get help")
    chat.ask("not sure")
    look("doubt")
    chat.ask("she turns blue")
    look("danger")
    chat.ask("he has cold hands")
    look("same day")
    server.orders.answers = [error(500, "failed", "Sorry. Please try again.")]
    chat.type("milk")
    chat.button("Retry").wait_for()
    look("failed")
    server.orders.answers = [error(429, "too_many", "Too many.", Retry_After="60")]
    chat.button("Retry").click()
    chat.own.last.get_by_text("This one goes by itself").wait_for()
    look("limited")
    chat.box.fill("x" * 2001)
    look("too long")
    chat.box.fill("")
    chat.choose("Forget this conversation")
    chat.page.get_by_text("This conversation is forgotten").first.wait_for()
    look("forgotten")
    server.stop()
    chat.type("milk")
    chat.page.get_by_text("Waiting for the connection").first.wait_for()
    look("waiting")
    assert {state: faults for state, faults in found.items() if faults} == {}
    assert len(found) == 17


def test_keyboard_alone_does_everything(chat: Chat, server: StandIn) -> None:
    press = chat.page.keyboard.press

    def tab_to(name: str, key: str = "Tab") -> None:
        for _ in range(40):
            if chat.focused() == name:
                return
            press(key)
        raise AssertionError(f"{name} is not reached, but {chat.focused()}")

    tab_to("Ask Latch")
    press("Enter")
    chat.box.wait_for()
    assert chat.focused() == "Your question"
    tab_to("How is breast milk made?", "Shift+Tab")
    press("Enter")
    chat.replies.first.wait_for()
    assert chat.focused() == "Your question"
    tab_to("Sources 2", "Shift+Tab")
    press("Enter")
    chat.replies.first.locator("details a").first.wait_for()
    press("Tab")
    assert chat.focused().startswith("Physiology, lactation")
    tab_to("This did not help")
    press("Space")
    press("Tab")
    assert chat.focused() == "Not my question"
    press("Enter")
    assert chat.focused() == "This did not help"
    chat.page.get_by_text("Thank you.").first.wait_for()
    tab_to("What is let-down and how does it feel?")
    press("Enter")
    chat.replies.nth(1).wait_for()
    assert chat.focused() == "Your question"
    chat.page.keyboard.type("first line")
    press("Shift+Enter")
    chat.page.keyboard.type("about milk")
    press("Enter")
    chat.replies.nth(2).wait_for()
    assert server.said()[-1] == "first line\nabout milk"
    tab_to("More choices", "Shift+Tab")
    press("Enter")
    press("Escape")
    assert chat.focused() == "More choices"
    assert chat.dialog.is_visible()
    press("Enter")
    press("Tab")
    assert chat.focused() == "Start again"
    press("Enter")
    chat.suggestions.nth(4).wait_for()
    assert chat.focused() == "Your question"
    press("Escape")
    chat.dialog.wait_for(state="hidden")
    assert chat.focused() == "Ask Latch"
    press("Space")
    assert chat.focused() == "Your question"
    tab_to("Close the chat", "Shift+Tab")
    press("Enter")
    assert chat.focused() == "Ask Latch"


@pytest.mark.parametrize("screen", ["phone-light"], indirect=True)
def test_focus_does_not_go_behind_a_chat_that_covers_the_page(chat: Chat) -> None:
    chat.open()
    assert chat.dialog.get_attribute("aria-modal") == "true"
    chat.send.focus()
    chat.page.keyboard.press("Tab")
    assert chat.focused() == "More choices"
    chat.page.keyboard.press("Shift+Tab")
    assert chat.focused() == "Send"


def test_focus_may_leave_a_chat_beside_the_page(chat: Chat) -> None:
    chat.open()
    assert chat.dialog.get_attribute("aria-modal") is None
    chat.send.focus()
    chat.page.keyboard.press("Tab")
    assert chat.focused() == "Ask Latch"


def test_names_and_roles(chat: Chat) -> None:
    assert chat.launcher.get_attribute("aria-expanded") == "false"
    chat.open()
    assert chat.launcher.get_attribute("aria-expanded") == "true"
    assert chat.role("dialog", "Ask Latch").is_visible()
    assert chat.role("heading", "Ask Latch").is_visible()
    assert chat.log.get_attribute("aria-live") == "polite"
    assert chat.role("textbox", "Your question").is_visible()
    assert chat.launcher.get_attribute("aria-controls") == chat.dialog.get_attribute("id")


def test_each_reply_is_announced_once(chat: Chat) -> None:
    chat.open()
    chat.log.evaluate(LISTEN)
    chat.ask("how is milk made").ask("not sure").ask("she turns blue").ask("is it normal after 12 months")
    chat.replies.first.locator("summary").click()
    chat.replies.first.get_by_role("button", name="This did not help").click()
    chat.launcher.click()
    chat.open()
    announced = chat.page.evaluate("announced")
    assert [text[:30] for text in announced] == [
        "Latch: How is breast milk made",
        "Latch: I am not sure what you ",
        "Latch: Is nursing after 12 mon",
    ]
    assert all("Sources" not in text and "Copy" not in text for text in announced)
    # Danger has an alert of its own, which is not one any more when the chat was closed and opened.
    assert chat.role("alert").count() == 0


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_targets_are_large_enough(new_context: Callable[..., Any], server: StandIn, width: int) -> None:
    chat = Chat(new_context(viewport={"width": width, "height": 640}).new_page(), server.url).visit()
    targets = chat.page.locator("latch-chat").evaluate(TARGETS)
    chat.open().ask("how is milk made")
    chat.replies.first.locator("summary").click()
    chat.button("This did not help").click()
    chat.ask("she turns blue").ask("not sure")
    chat.button("More choices").click()
    targets += chat.page.locator("latch-chat").evaluate(TARGETS)
    assert len(targets) > 20
    assert [target for target in targets if min(target[1:]) < 24] == []
    assert [target for target in targets if min(target[1:]) < 44 and target[0] not in ("A", "SUMMARY")] == []


@pytest.mark.parametrize(
    ("width", "height"), [(320, 568), (320, 256), (568, 320), (280, 653)], ids=["320", "400%", "lying", "fold"]
)
def test_works_on_small_screens_and_at_400_percent(
    new_context: Callable[..., Any], server: StandIn, width: int, height: int
) -> None:
    context = new_context(viewport={"width": width, "height": height})
    chat = Chat(context.new_page(), server.url).visit().open().ask("how do I know it is enough").ask("she turns blue")
    assert chat.page.locator("latch-chat").evaluate(WIDER_THAN_ITS_PLACE) == []
    for part in (chat.box, chat.send, chat.button("More choices"), chat.button("Close the chat")):
        box = part.bounding_box()
        assert box["x"] >= 0
        assert box["y"] >= 0
        assert box["x"] + box["width"] <= width
        assert box["y"] + box["height"] <= height
    log = chat.page.locator("latch-chat .log").bounding_box()
    assert log["height"] >= 110
    last = chat.replies.last
    last.get_by_role("link", name="Call 112").scroll_into_view_if_needed()
    assert last.get_by_role("link", name="Call 112").bounding_box()["y"] < height
    chat.page.screenshot(path=f"{_reports()}/small-{width}x{height}.png")
    chat.button("Close the chat").click()
    assert chat.focused() == "Ask Latch"


def _reports() -> str:
    from tests.widget.conftest import REPORTS

    REPORTS.mkdir(parents=True, exist_ok=True)
    return str(REPORTS)


def test_text_grows_with_the_text_of_the_page(chat: Chat) -> None:
    chat.open().ask("how is milk made")
    size = "(e) => parseFloat(getComputedStyle(e).fontSize)"
    before = chat.replies.first.locator("p").first.evaluate(size)
    chat.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert chat.replies.first.locator("p").first.evaluate(size) == pytest.approx(2 * before)
    assert chat.box.evaluate(size) == pytest.approx(2 * before)
    box = chat.dialog.bounding_box()
    assert box["x"] >= 0
    assert box["y"] >= 0


COLOURS = ["#ffee00", "#000", "#fff", "#777", "rebeccapurple", "#e8a0b4", "oklch(70% 0.2 150)", "hsl(12 90% 45%)"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_theme_colour_is_readable(new_context: Callable[..., Any], server: StandIn, axe: str, scheme: str) -> None:
    chat = Chat(new_context(f"desktop-{scheme}").new_page(), server.url).visit().open().ask("how is milk made")
    chat.replies.first.locator("summary").click()
    chat.button("This helped").click()
    chat.page.get_by_text("Thank you.").first.wait_for()
    drawn = set()
    for colour in COLOURS:
        chat.page.locator("latch-chat").evaluate("(host, colour) => host.setAttribute('theme-color', colour)", colour)
        chat.page.wait_for_timeout(50)
        drawn.add(chat.send.evaluate("(e) => getComputedStyle(e).backgroundColor"))
        assert chat.axe(axe) == [], colour
    assert len(drawn) == len(COLOURS)


def test_nothing_moves_for_who_asked_for_less_motion(new_context: Callable[..., Any], server: StandIn) -> None:
    names = {}
    for motion in ("reduce", "no-preference"):
        chat = Chat(new_context(reduced_motion=motion).new_page(), server.url).visit().open()
        names[motion] = chat.dialog.evaluate("(e) => getComputedStyle(e).animationName")
    assert names == {"reduce": "none", "no-preference": "rise"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_leave_edges(new_context: Callable[..., Any], server: StandIn, scheme: str) -> None:
    context = new_context(f"desktop-{scheme}", forced_colors="active")
    chat = Chat(context.new_page(), server.url).visit().open().ask("she turns blue").ask("milk")
    for part in (".launcher", ".bubble", ".send", ".danger", ".call"):
        edge = chat.page.locator(f"latch-chat {part}").first.evaluate("(e) => getComputedStyle(e).borderTopWidth")
        assert float(edge.removesuffix("px")) >= 1, part
    chat.page.screenshot(path=f"{_reports()}/forced-colours-{scheme}.png")
