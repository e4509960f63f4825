"""What the pages say is there: commands, paths, links, quoted files, faults, limits and the transcript."""

from __future__ import annotations

import fnmatch
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from latch import helplines
from latch.content.rules import answers, examples
from latch.text import sentences

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
README = ROOT / "README.md"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
README_LINES = 120

# Made on the machine, so not in a clean clone.
MADE = (".venv*", ".tools*", "models/*", "var/*", "reports/*")
# What stands in backticks and looks like a path: it has a slash, or the name of a file that we write.
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]*|[\w-]+\.(?:md|yml|py|toml|txt|svg)|\.gitignore|Makefile|LICENSE")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def without_blocks(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)


def in_backticks(page: Path) -> list[str]:
    return re.findall(r"`([^`]+)`", without_blocks(page.read_text(encoding="utf-8")))


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


def flat(text: str) -> str:
    return " ".join(text.split())


def texts(value: object) -> Iterator[str]:
    """Yield every string in a parsed file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


@pytest.mark.parametrize("page", PAGES, ids=named)
class TestEveryPage:
    def test_names_only_make_targets_that_exist(self, page: Path) -> None:
        commands = re.findall(r"(?:`|^ +)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(commands) <= targets()

    def test_names_only_paths_that_exist(self, page: Path) -> None:
        paths = [word for word in in_backticks(page) if PATH.fullmatch(word)]
        paths = [path for path in paths if not any(fnmatch.fnmatch(path, made) for made in MADE)]
        assert [path for path in paths if not (ROOT / path).exists()] == []

    def test_names_only_commands_and_options_of_latch_that_exist(self, page: Path) -> None:
        source = "".join((ROOT / "latch" / name).read_text() for name in ("cli.py", "ask.py", "content/check.py"))
        calls = [flat(word) for word in in_backticks(page) if re.match(r"(\.venv/bin/)?latch [a-z]", flat(word))]
        commands = {call.split()[1] for call in calls}
        options = {option for call in calls for option in re.findall(r"--[a-z]+", call)}
        assert [name for name in commands if f'add_parser("{name}"' not in source] == []
        assert [option for option in options if f'"{option}"' not in source] == []

    def test_names_only_modules_and_classes_that_exist(self, page: Path) -> None:
        dotted = [word for word in in_backticks(page) if re.fullmatch(r"latch(\.\w+)+", word)]
        assert [name for name in dotted if not module_holds(name)] == []

    def test_links_only_to_files_that_exist(self, page: Path) -> None:
        links = re.findall(r"\]\(([^)#]+)", without_blocks(page.read_text(encoding="utf-8")))
        relative = [link for link in links if not link.startswith(("http://", "https://"))]
        assert [link for link in relative if not (page.parent / link).exists()] == []

    def test_quotes_files_as_they_are(self, page: Path) -> None:
        quotes = re.findall(r"`([\w./-]+\.yml)`[^`]*```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        blocks = page.read_text(encoding="utf-8").count("```yaml")
        assert len(quotes) == blocks, "a yaml block follows the path of the file that it quotes"
        for path, quote in quotes:
            assert quote in (ROOT / path).read_text(encoding="utf-8"), f"the quote of {path} is not what stands there"

    def test_counts_no_topics(self, page: Path) -> None:
        if page.name in ("README.md", "CONTRIBUTING.md"):
            text = page.read_text(encoding="utf-8")
            assert not re.search(r"\b\d+ (topics|categories|subjects|intents|answers|facts|sources)\b", without(text))


def without(text: str) -> str:
    """Return the text without the limits of the contract, which tests below compare with the code."""
    return text.replace(f"{answers.RELATED[0]} or {answers.RELATED[1]} other topics", "").replace(
        f"{answers.RELATED[0]} or {answers.RELATED[1]} related topics", ""
    )


def module_holds(name: str) -> bool:
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:end])
        if path.with_suffix(".py").is_file() or (path / "__init__.py").is_file():
            if end == len(parts):
                return True
            source = path.with_suffix(".py")
            return source.is_file() and bool(re.search(rf"^(class|def) {parts[end]}\b", source.read_text(), re.M))
    return False


class TestReadme:
    def test_is_short(self) -> None:
        assert len(README.read_text(encoding="utf-8").splitlines()) <= README_LINES

    def test_gives_the_two_commands(self) -> None:
        text = README.read_text(encoding="utf-8")
        assert "    make chat" in text
        assert "    make test" in text

    def test_says_what_the_texts_are(self) -> None:
        text = flat(README.read_text(encoding="utf-8"))
        for statement in (
            "drawn from published sources and have NOT been reviewed by a clinician",
            "information, not a diagnosis",
            "In an emergency, call your local emergency number",
        ):
            assert statement in text

    def test_names_every_target_with_a_description(self) -> None:
        described = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        text = README.read_text(encoding="utf-8")
        assert [target for target in described if f"make {target}" not in text] == []

    def test_layout_names_paths_that_exist(self) -> None:
        rows = re.findall(r"^ {4}(\S.*)$", README.read_text(encoding="utf-8"), re.MULTILINE)
        paths = [word for row in rows for word in row.split() if PATH.fullmatch(word)]
        assert "data/topics/" in paths
        assert [path for path in paths if not (ROOT / path).exists()] == []

    def test_says_how_to_add_a_topic_in_six_lines(self) -> None:
        section = README.read_text(encoding="utf-8").split("## Add a topic")[1].split("##")[0]
        assert re.findall(r"^(\d)\. ", section, re.MULTILINE) == list("123456")

    def test_transcript_says_what_the_data_say(self) -> None:
        block = re.search(r"```text\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
        assert block
        files = [*(ROOT / "data" / "topics").rglob("*.yml"), *(ROOT / "data" / "articles").glob("*.yml")]
        files += [path for folder in ("conversation", "outside") for path in (ROOT / "data" / folder).glob("*.yml")]
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        said = {
            flat(line)
            for path in files
            for text in texts(yaml.load(path.read_text(encoding="utf-8"), loader))
            for line in text.splitlines()
        }
        lines = [line for line in block.group(1).splitlines() if line and not line.startswith((">", "[...]"))]
        answered = [line.removeprefix("* ") for line in lines if not line.startswith(("Sources:", "- "))]
        # A danger reply is put together of sentences: what to do, whom to call, which country.
        told = {sentence for path in (ROOT / "data" / "safety").glob("*/*.yml") for sentence in _said_in_danger(path)}
        told |= {form for forms in helplines._CALLS.values() for form in forms} | {helplines.COUNTRY_OF_NUMBER}
        assert [line for line in answered if line not in said and not set(sentences(line)) <= told] == []
        assert answered


def _said_in_danger(path: Path) -> list[str]:
    say = yaml.safe_load(path.read_text(encoding="utf-8"))["sign"]["say"]
    return [sentence for text in say.values() for sentence in sentences(text)]


class TestContributing:
    def test_shows_a_whole_topic(self) -> None:
        text = CONTRIBUTING.read_text(encoding="utf-8")
        quote = re.search(r"`(data/topics/[\w/]+\.yml)`, whole:\n\n```yaml\n(.*?)```", text, re.DOTALL)
        assert quote
        assert quote.group(2) == (ROOT / quote.group(1)).read_text(encoding="utf-8")

    def test_names_only_faults_that_the_check_can_find(self) -> None:
        source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "latch" / "content").rglob("*.py"))
        table = CONTRIBUTING.read_text(encoding="utf-8").split("| The fault says |")[1].split("\n\n")[0]
        faults = [fault for row in table.splitlines()[2:] for fault in re.findall(r"`([^`]+)`", row.split("|")[1])]
        assert [fault for fault in faults if fault not in source] == []
        assert faults

    @pytest.mark.parametrize(
        "limit",
        [
            f"at most {answers.TITLE_CHARACTERS} characters",
            f"at most {answers.SENTENCE_WORDS} words",
            f"at most {answers.ANSWER_WORDS} words",
            f"({answers.SHORT_WORDS} in the short form)",
            f"at most {answers.HELP_SENTENCE_WORDS} words",
            f"{answers.RELATED[0]} or {answers.RELATED[1]} other topics",
            f"At least {examples.AT_LEAST} a topic",
            f"longer than {examples.LONG_WORDS} words",
            f"Shorten it to {examples.MOST_WORDS} words",
        ],
    )
    def test_gives_the_limits_of_the_code(self, limit: str) -> None:
        assert limit in flat(CONTRIBUTING.read_text(encoding="utf-8"))


def test_every_page_in_docs_is_linked_from_another() -> None:
    for page in (ROOT / "docs").glob("*.md"):
        others = [other for other in PAGES if other != page]
        links = {
            (other.parent / link).resolve()
            for other in others
            for link in re.findall(r"\]\(([^)#]+)", other.read_text(encoding="utf-8"))
        }
        assert page.resolve() in links, f"no page links to {named(page)}"


def test_pictures_are_well_formed() -> None:
    pictures = list((ROOT / "docs").glob("*.svg"))
    assert pictures
    for picture in pictures:
        assert ElementTree.parse(picture).getroot().tag.endswith("svg")


def test_the_checksum_of_the_weights_is_the_one_that_is_checked() -> None:
    checked = re.search(
        r'WEIGHTS_SHA256 = "(\w{64})"', (ROOT / "latch" / "encoder" / "export.py").read_text(encoding="utf-8")
    )
    assert checked
    assert checked.group(1) in (ROOT / "THIRD-PARTY.md").read_text(encoding="utf-8")


def test_the_licence_is_the_standard_text() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert text.rstrip().endswith("limitations under the License.")
