"""Small pieces of a page: everything that is not marked up already is escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def shown(value: object) -> str:
    """Return a value as HTML."""
    return value if isinstance(value, Markup) else escape(str(value))


def element(name: str, *content: object, style: str = "") -> Markup:
    """Return an element with this content; `style` is its class."""
    chosen = f' class="{escape(style, quote=True)}"' if style else ""
    return Markup(f"<{name}{chosen}>{''.join(map(shown, content))}</{name}>")


def joined(parts: Iterable[object]) -> Markup:
    """Return the parts one after the other."""
    return Markup("".join(map(shown, parts)))


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table that scrolls by itself where it is wider than the page; nothing where it has no row."""
    lines = [element("tr", *(element("td", cell) for cell in row)) for row in rows]
    if not lines:
        return Markup("")
    head = element("thead", element("tr", *(element("th", text) for text in heads)))
    return element("div", element("table", head, element("tbody", *lines)), style="scroll")


def section(title: str, *content: object) -> Markup:
    """Return a section with its heading; nothing where it holds nothing."""
    return element("section", element("h2", title), *content) if any(content) else Markup("")


def folded(summary: object, *content: object, is_open: bool = False) -> Markup:
    """Return content that a reader opens and closes; what is closed is not printed."""
    tag = "details open" if is_open else "details"
    return Markup(f"<{tag}><summary>{shown(summary)}</summary>{joined(content)}</details>")


def items(texts: Iterable[object]) -> Markup:
    """Return a list; nothing where it has no item."""
    lines = [element("li", text) for text in texts]
    return element("ul", *lines) if lines else Markup("")


def page(title: str, style: str, *content: object) -> str:
    """Return a whole document that asks for nothing from elsewhere; `style` is CSS."""
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n"
        f"<body>\n<main>\n{joined(content)}\n</main>\n</body>\n</html>\n"
    )
