"""The widget as a person meets it: found by role and name, never by its own classes where that can be helped."""

from __future__ import annotations

import re
from typing import Any

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Chat:
    """The widget on one page."""

    def __init__(self, page: Any, url: str) -> None:
        self.page = page
        self.url = url
        page.set_default_timeout(5000)

    def visit(self, path: str = "/") -> Chat:
        self.page.goto(f"{self.url}{path}")
        self.launcher.wait_for(state="attached")
        return self

    def open(self) -> Chat:
        self.launcher.click()
        self.box.wait_for()
        return self

    def role(self, role: str, name: str | re.Pattern[str] | None = None) -> Any:
        return self.page.locator("latch-chat").get_by_role(role, name=name)

    @property
    def launcher(self) -> Any:
        return self.page.locator("latch-chat .launcher")

    @property
    def dialog(self) -> Any:
        return self.role("dialog")

    @property
    def box(self) -> Any:
        return self.role("textbox")

    @property
    def send(self) -> Any:
        return self.page.locator("latch-chat .send")

    @property
    def log(self) -> Any:
        return self.role("log")

    @property
    def replies(self) -> Any:
        return self.log.locator("article.latch")

    @property
    def own(self) -> Any:
        return self.log.locator("article.you")

    @property
    def status(self) -> Any:
        return self.role("status")

    @property
    def suggestions(self) -> Any:
        return self.role("group", "Suggested questions").get_by_role("button")

    def suggestion(self, title: str) -> Any:
        return self.role("group", "Suggested questions").get_by_role("button", name=title, exact=True)

    def button(self, name: str) -> Any:
        return self.page.locator("latch-chat").get_by_role("button", name=name, exact=True)

    def ask(self, text: str) -> Chat:
        """Type a question and wait for one more reply."""
        count = self.replies.count()
        self.type(text)
        self.replies.nth(count).wait_for()
        return self

    def type(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def choose(self, name: str) -> None:
        """Choose from the menu."""
        self.button("More choices").click()
        self.button(name).click()

    def focused(self) -> str:
        """Return what has the focus: accessible name, or text, or tag."""
        return str(
            self.page.evaluate(
                """() => {
                  let at = document.activeElement;
                  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                  const label = at?.labels?.[0]?.textContent ?? "";
                  const name = at?.getAttribute("aria-label") || label || at?.innerText || at?.tagName || "";
                  return name.replace(/\\s+/g, " ").trim();
                }"""
            )
        )

    def stored(self) -> int:
        return int(self.page.evaluate("sessionStorage.length"))

    def axe(self, source: str) -> list[str]:
        """Return what axe finds on the whole page, one line a finding."""
        self.page.evaluate(source)
        found = self.page.evaluate(
            "(tags) => axe.run(document, {runOnly: tags}).then((result) => result.violations)", AXE_RULES
        )
        return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
