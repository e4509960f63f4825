from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from latch.evaluation.markup import Markup, element, items, joined, page, section, table


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


@given(st.text())
def test_any_text_comes_out_as_text(text: str) -> None:
    parser = _Text()
    parser.feed(element("p", text))
    parser.close()
    assert parser.tags == ["p"]
    assert "".join(parser.found) == text


def test_what_is_marked_up_already_stays() -> None:
    assert element("p", Markup("<b>x</b>"), "<") == "<p><b>x</b>&lt;</p>"
    assert joined(["a<", Markup("<br>")]) == "a&lt;<br>"


def test_what_holds_nothing_is_left_out() -> None:
    assert table(("a",), []) == ""
    assert items([]) == ""
    assert section("title", Markup("")) == ""


def test_a_page_names_its_language_and_its_title() -> None:
    text = page("a < b", "p { color: red }", element("p", "x"))
    assert '<html lang="en">' in text
    assert "<title>a &lt; b</title>" in text
