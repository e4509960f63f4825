"""Menus: the topics by subject, page by page, and the countries, as messages with buttons."""

from __future__ import annotations

from collections.abc import Sequence

from latch.channels.telegram import lines
from latch.channels.telegram.rendering import COUNTRY, SUBJECT, Part, keyboard, named, plain, short, topic_payload
from latch.helplines import COUNTRY_OF_NUMBER, Country, Helplines
from latch.responses import Book

TOPICS_A_PAGE = 8


def subjects(book: Book) -> Part:
    """Return the menu of all subjects that have topics."""
    buttons = [(lines.subject(name), f"{SUBJECT}:{short(name)}:0") for name in _by_subject(book)]
    return _menu(lines.WHICH_SUBJECT, buttons)


def page(payload: str, book: Book) -> Part | None:
    """Return the menu that a button of a menu leads to, None where the model has none such."""
    _, _, rest = payload.partition(":")
    if not rest:
        return subjects(book)
    shortened, _, number = rest.rpartition(":")
    by_subject = _by_subject(book)
    name = named(shortened, by_subject)
    if name is None or not (number.isascii() and number.isdigit()):
        return None
    first = int(number) * TOPICS_A_PAGE
    titles = by_subject[name][first : first + TOPICS_A_PAGE]
    if not titles:
        return None
    buttons = [(title, topic_payload(topic)) for topic, title in titles]
    if first + TOPICS_A_PAGE < len(by_subject[name]):
        buttons.append((f"{lines.MORE} »", f"{SUBJECT}:{shortened}:{int(number) + 1}"))
    if first:
        buttons.append((f"« {lines.BACK}", f"{SUBJECT}:{shortened}:{int(number) - 1}"))
    buttons.append((lines.OTHER_SUBJECTS, f"{SUBJECT}:"))
    pages = -(-len(by_subject[name]) // TOPICS_A_PAGE)
    heading = lines.subject(name) + (f" ({int(number) + 1}/{pages})" if pages > 1 else "")
    return _menu(heading, buttons)


def countries(helplines: Helplines) -> Part:
    """Return the menu of the countries that phone lines are known in."""
    found = sorted(helplines.countries.values(), key=lambda one: (bool(one.members), country_name(one)))
    return _menu(COUNTRY_OF_NUMBER, [(country_name(one), f"{COUNTRY}:{one.code}") for one in found])


def country_of(payload: str, helplines: Helplines) -> Country | None:
    """Return the country that a payload means."""
    return helplines.countries.get(payload.partition(":")[2])


def country_name(country: Country) -> str:
    """Return the name of a country as it stands alone."""
    return country.name.removeprefix("the ")


def _by_subject(book: Book) -> dict[str, list[tuple[str, str]]]:
    """Return the topics (id, title) of every subject, in the order of the model."""
    found: dict[str, list[tuple[str, str]]] = {}
    known = book.subjects()
    for topic, title in book.titles().items():
        found.setdefault(known[topic], []).append((topic, title))
    return found


def _menu(heading: str, buttons: Sequence[tuple[str, str]]) -> Part:
    (only,) = plain(heading, keyboard(buttons))
    return only
