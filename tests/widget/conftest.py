"""A real browser on the widget: most tests meet a stand-in for the server, a few the server itself.

Every test ends with the same questions: was the content security policy kept, did the page ask anybody else, is there a
cookie or anything in local storage, did a script fail, did the widget keep the contract?
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server import Server
from tests.widget.chat import Chat
from tests.widget.stand_in import WIDGET, StandIn

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports" / "widget"
AXE = ROOT / "widget" / "node_modules" / "axe-core" / "axe.min.js"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

SCREENS = {
    "phone-light": {"viewport": {"width": 375, "height": 667}, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": {"width": 375, "height": 667}, "color_scheme": "dark", "has_touch": True},
    "desktop-light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "desktop-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
}

# Told before any script of the page runs.
WATCH = """
window.seen = {violations: [], shift: 0, tasks: []};
addEventListener("securitypolicyviolation", (e) => seen.violations.push(`${e.violatedDirective} ${e.blockedURI}`));
new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (!e.hadRecentInput) seen.shift += e.value; }))
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver((list) => list.getEntries().forEach((e) => seen.tasks.push(e.duration)))
  .observe({type: "longtask", buffered: true});
"""


def missing() -> str:
    """Return what the tests in a browser need and do not find, or nothing."""
    try:
        import playwright  # noqa: F401
    except ImportError:
        return "Playwright is not installed"
    if not chromium():
        return "no Chromium is installed (apt-get install chromium), or set LATCH_CHROMIUM to one"
    if not WIDGET.exists() or not AXE.exists():
        return "the widget is not built (make widget)"
    return ""


def chromium() -> str | None:
    """Return the path of an installed Chromium."""
    return os.environ.get("LATCH_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say plainly, at the end, that the tests in a browser did not run."""
    lacking = missing()
    if lacking and not os.environ.get("CI"):
        terminalreporter.write_line(f"NOT RUN: the tests of the widget in a real browser: {lacking}.", yellow=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return the browser, for one module: Playwright's loop would be in the way of other tests' own."""
    lacking = missing()
    if lacking and os.environ.get("CI"):
        pytest.fail(f"The tests of the widget cannot run: {lacking}.")
    if lacking:
        pytest.skip(f"the tests of the widget in a real browser: {lacking}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # A browser that root starts needs to be told so.
        options = ["--no-sandbox", "--disable-dev-shm-usage"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=chromium(), args=options)
        yield browser
        browser.close()


@pytest.fixture
def server() -> Iterator[StandIn]:
    """Return the stand-in, started."""
    stand_in = StandIn()
    stand_in.start()
    yield stand_in
    stand_in.stop()
    assert stand_in.faults == []


@pytest.fixture
def server_url(latch_server: Server) -> str:
    """Return the address of the real server, with a trained model."""
    return latch_server.client.url


@pytest.fixture(params=["desktop-light"])
def screen(request: pytest.FixtureRequest) -> str:
    """Return the name of the screen; a test asks for others with `on_screens`."""
    return str(request.param)


@pytest.fixture
def new_context(browser: Any) -> Iterator[Callable[..., Any]]:
    """Return what opens a window of its own; at the end, every page in it is asked what it did."""
    contexts: list[tuple[Any, dict[str, list[str]]]] = []

    def opened(screen: str = "desktop-light", also: str = "", **options: Any) -> Any:
        context = browser.new_context(**{**SCREENS[screen], "reduced_motion": "reduce", **options})
        context.add_init_script(WATCH)
        seen: dict[str, list[str]] = {"requests": [], "errors": [], "also": [also.removeprefix("http://")]}
        context.on("request", lambda request: seen["requests"].append(request.url))
        context.on("weberror", lambda error: seen["errors"].append(str(error.error)))
        contexts.append((context, seen))
        return context

    yield opened
    try:
        for context, seen in contexts:
            _ask_what_it_did(context, seen)
    finally:
        for context, _ in contexts:
            context.close()


def _ask_what_it_did(context: Any, seen: dict[str, list[str]]) -> None:
    own = {page.url.split("/")[2] for page in context.pages if page.url.startswith("http")} | set(seen["also"])
    for page in context.pages:
        if not page.url.startswith("http"):
            continue
        assert page.evaluate("seen.violations") == []
        assert page.evaluate("document.cookie") == ""
        assert page.evaluate("localStorage.length") == 0
        assert page.evaluate("window.hacked") is None
    assert context.cookies() == []
    assert seen["errors"] == []
    assert [url for url in seen["requests"] if url.split("/")[2] not in own] == []


@pytest.fixture
def context(new_context: Callable[..., Any], screen: str) -> Any:
    """Return a browser window of the screen's size and colours."""
    return new_context(screen)


@pytest.fixture
def chat(context: Any, server: StandIn) -> Chat:
    """Return the widget on the demo page, closed."""
    return Chat(context.new_page(), server.url).visit()


@pytest.fixture
def shot(screen: str) -> Callable[[Chat, str], None]:
    """Return what keeps a picture in reports/widget/."""

    def take(chat: Chat, name: str) -> None:
        REPORTS.mkdir(parents=True, exist_ok=True)
        chat.page.screenshot(path=str(REPORTS / f"{name}-{screen}.png"))

    return take


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe."""
    return AXE.read_text(encoding="utf-8")
