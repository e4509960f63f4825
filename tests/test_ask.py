"""`latch ask`: the whole trained bot, message by message."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from latch import ask, cli
from latch.ask import Answer
from latch.assistant import Assistant
from latch.model import EXPECTED, checksum
from tests.conftest import Conversation

Start = Callable[[], Conversation]
Ask = Callable[..., str]

KEYS = {
    "message": str,
    "intent": str,
    "confidence": float,
    "topics": list,
    "doubt": bool,
    "offered": list,
    "out_of_scope": bool,
    "dangers": list,
    "language": (str, type(None)),
    "replies": list,
}
NAMED = {
    "how is milk produced": "how_milk_is_made",
    "is nursing after 12 months normal": "nursing_past_one_normal",
    "breastfeeding with breast cancer": "breastfeeding_with_breast_cancer",
}
BAD = {
    "empty": "",
    "blank": " \t ",
    "emoji": "😢😢👶🏽",
    "digits": "12345",
    "control characters": "\x00\x01\x1b\x07",
    "lone surrogates": "\ud800\udfff",
    "only format characters": "\u200b\u202e\ufeff",
    "no known word": "qwpfgj zxcvlu",
    "one long word": "x" * 10_000,
}
STRANGE = {
    "ten thousand characters": "my baby cries and I do not know why. " * 280,
    "a surrogate in a question": "what is \ud800 colostrum?",
    "braces": "{{baby}} ${HOME} %s {0}",
    "a command that does not exist": "/abracadabra",
    "a slash": "/",
    "a broken payload": '/greet{"babies": ',
}


def _ids(answer: Answer) -> list[str]:
    return [topic["id"] for topic in answer["topics"]]


def _texts(answer: Answer) -> list[str]:
    return [reply["text"] for reply in answer["replies"]]


@pytest.fixture
def ask_bot(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Return what runs the command with the loaded bot and returns what it prints."""
    monkeypatch.setattr(Assistant, "load", lambda model: assistant)

    def run(*arguments: str, lines: str = "") -> str:
        parser = argparse.ArgumentParser()
        ask.add_arguments(parser)
        out = io.StringIO()
        assert ask.run(parser.parse_args(arguments), io.StringIO(lines), out) == 0
        return out.getvalue()

    return run


def _answers(printed: str) -> list[Answer]:
    return [json.loads(line) for line in printed.splitlines()]


@pytest.mark.parametrize(("message", "topic"), NAMED.items())
def test_a_question_gives_its_topic_and_its_sources_on_request(
    conversation: Conversation, message: str, topic: str
) -> None:
    answer = conversation.say(message)
    assert _ids(answer) == [topic]
    assert "\nSource" in _texts(answer)[0]
    sources = answer["replies"][0]["sources"]
    assert sources
    shown = _texts(conversation.say("where does this come from?"))[0]
    assert all(source["url"] in shown for source in sources)
    assert all(source["url"].startswith("http") for source in sources)


def test_every_title_gives_its_topic(assistant: Assistant, start: Start) -> None:
    titles = assistant.topics()
    assert len(titles) >= 40
    given = {topic: _ids(start().say(title)) for topic, title in titles.items()}
    assert {topic: found for topic, found in given.items() if found != [topic]} == {}


def test_every_button_gives_its_topic(conversation: Conversation) -> None:
    for button in conversation.say("how is milk produced")["replies"][0]["buttons"]:
        assert _ids(conversation.say(button["payload"])) == [button["payload"][1:]]


def test_the_command_prints_what_a_person_would_see(ask_bot: Ask) -> None:
    printed = ask_bot("is nursing after 12 months normal")
    assert printed.startswith("Yes")
    assert "\nSources: " in printed
    assert "\n  > " in printed
    assert "{" not in printed


def test_json_has_the_documented_keys_and_types(ask_bot: Ask) -> None:
    lines = ["how is milk produced", "hello", "", "what is the capital of australia", "who can I talk to"]
    answers = _answers(ask_bot("--json", lines="\n".join(lines) + "\n"))
    assert [answer["message"] for answer in answers] == lines
    for answer in answers:
        assert list(answer) == list(KEYS)
        for key, kind in KEYS.items():
            assert isinstance(answer[key], kind), f"{key}: {answer[key]!r}"
        assert 0 <= answer["confidence"] <= 1
        assert answer["dangers"] == []
        for reply in answer["replies"]:
            _check_reply(reply)


def _check_reply(reply: dict[str, Any]) -> None:
    assert list(reply) == ["text", "buttons", "sources"]
    assert isinstance(reply["text"], str)
    for button in reply["buttons"]:
        assert list(button) == ["title", "payload"]
        assert button["payload"].startswith("/")
    for source in reply["sources"]:
        assert sorted(source) == ["publisher", "title", "url", "year"]
        assert source["year"] is None or isinstance(source["year"], int)


def test_a_topic_is_named_with_its_category_and_its_buttons(conversation: Conversation) -> None:
    answer = conversation.say("how is milk produced")
    assert answer["topics"] == [{"id": "how_milk_is_made", "category": "milk_production"}]
    assert answer["offered"] == [button["payload"][1:] for button in answer["replies"][0]["buttons"]]
    assert not answer["doubt"]
    assert not answer["out_of_scope"]


def test_a_question_from_outside_is_out_of_scope(conversation: Conversation) -> None:
    answer = conversation.say("what is the capital of australia")
    assert answer["out_of_scope"]
    assert answer["topics"] == []


def test_each_line_is_a_conversation_of_its_own(ask_bot: Ask) -> None:
    _, after = _answers(ask_bot("--json", lines="how is milk produced\nwhere does this come from?\n"))
    assert "http" not in _texts(after)[0]


def test_an_empty_line_begins_the_next_conversation(ask_bot: Ask) -> None:
    lines = "how is milk produced\nwhere does this come from?\n\nwhere does this come from?\n"
    answers = _answers(ask_bot("--json", "--conversation", lines=lines))
    assert len(answers) == 3
    assert "http" in _texts(answers[1])[0]
    assert "http" not in _texts(answers[2])[0]


@pytest.mark.parametrize("name", BAD)
def test_what_holds_no_words_is_told_kindly(conversation: Conversation, name: str) -> None:
    answer = conversation.say(BAD[name])
    assert len(answer["replies"]) == 1
    assert answer["topics"] == []
    assert not answer["doubt"]
    assert any(word in _texts(answer)[0] for word in ("words", "empty", "Nothing came through"))
    assert _ids(conversation.say("how is milk produced")) == ["how_milk_is_made"]


def test_another_script_is_told_to_be_another_language(conversation: Conversation) -> None:
    answer = conversation.say("母乳喂养")
    assert answer["language"] == ""
    assert answer["topics"] == []
    assert "English" in _texts(answer)[0]
    assert _ids(conversation.say("how is milk produced")) == ["how_milk_is_made"]


def test_a_danger_in_the_middle_of_a_very_long_message_is_found(conversation: Conversation) -> None:
    around = "we had a quiet week and I wanted to tell you about it. " * 60
    answer = conversation.say(f"{around}My baby is not breathing. {around}")
    assert "baby_not_breathing" in [danger["sign"] for danger in answer["dangers"]]


@pytest.mark.parametrize("name", STRANGE)
def test_strange_input_gets_a_reply_and_the_conversation_goes_on(conversation: Conversation, name: str) -> None:
    texts = _texts(conversation.say(STRANGE[name]))
    assert texts
    assert all(text.strip() for text in texts)
    assert not any("Traceback" in text or "Exception" in text for text in texts)
    assert _ids(conversation.say("how is milk produced")) == ["how_milk_is_made"]


def test_without_an_action_server_there_is_still_help_and_the_topic_is_kept(conversation: Conversation) -> None:
    conversation.say("how is milk produced")
    assert "midwife" in _texts(conversation.say("who can I talk to"))[0]
    assert _texts(conversation.say("that helped"))[0]
    assert _texts(conversation.say("that didn't help"))[0]
    assert conversation.slot("last_topic") == "how_milk_is_made"
    assert "http" in _texts(conversation.say("where does this come from?"))[0]


def test_two_questions_in_one_message_are_answered_in_order(conversation: Conversation) -> None:
    answer = conversation.say("What is colostrum? And how do I wean my toddler gently?")
    assert _ids(answer) == ["what_is_colostrum", "wean_toddler_gently"]
    assert len(answer["replies"]) == 2


def test_a_follow_up_gives_the_last_answer_in_another_form(conversation: Conversation) -> None:
    first = _texts(conversation.say("how is milk produced"))[0]
    shorter = conversation.say("shorter please")
    assert _ids(shorter) == ["how_milk_is_made"]
    assert len(_texts(shorter)[0]) < len(first)
    more = conversation.say("tell me more")
    assert _ids(more) == ["how_milk_is_made"]
    assert _texts(more)[0] not in (first, _texts(shorter)[0])


@pytest.mark.parametrize("message", ["how is milk produced", "hello", "", "who can I talk to", "thanks", "xyzzy"])
def test_the_same_message_again_and_again_never_gets_the_same_text_twice_running(
    conversation: Conversation, message: str
) -> None:
    said = [_texts(conversation.say(message))[-1] for _ in range(4)]
    assert all(first != second for first, second in zip(said, said[1:]))


def test_restart_forgets_the_conversation(conversation: Conversation) -> None:
    conversation.say("how is milk produced")
    conversation.say("/restart")
    assert "http" not in _texts(conversation.say("where does this come from?"))[0]


def test_back_takes_the_last_question_back(conversation: Conversation) -> None:
    conversation.say("how is milk produced")
    conversation.say("is nursing after 12 months normal")
    conversation.say("/back")
    assert conversation.slot("last_topic") == "how_milk_is_made"


def test_a_missing_model_is_one_line_that_names_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask", "hello", "--model", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "make train" in printed.err


def test_a_model_that_is_none_is_one_line_that_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.tar.gz"
    broken.write_bytes(b"not an archive")
    monkeypatch.setenv(EXPECTED, checksum(broken))
    assert cli.main(["ask", "hello", "--model", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    assert printed.err.count("\n") == 1
    assert "make train" in printed.err


def test_a_model_from_elsewhere_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(EXPECTED, raising=False)
    (tmp_path / "model.tar.gz").write_bytes(b"somebody's code")
    assert cli.main(["ask", "hello", "--model", str(tmp_path)]) == 1
    assert EXPECTED in capsys.readouterr().err


def test_without_a_message_the_command_says_how_to_ask(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["ask"]) == 2
    assert "latch ask" in capsys.readouterr().err


def test_a_model_runs_alone_and_reads_lines_of_any_bytes(model: Path, tmp_path: Path) -> None:
    """In a folder without data or endpoints; standard output holds answers alone."""
    lines = [
        b"how is milk produced",
        b"\xff\xfe\x80",
        b"caf\xe9 na\xefve",
        b"\xed\xa0\x80",
        b"who can I talk to",
        b"hello",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "latch", "ask", "--json", "--model", str(model.resolve())],
        cwd=tmp_path,
        env={**os.environ, EXPECTED: checksum(model)},
        input=b"\n".join(lines),
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    answers = _answers(done.stdout.decode("ascii"))
    assert len(answers) == len(lines)
    assert _ids(answers[0]) == ["how_milk_is_made"]
    assert answers[-1]["intent"] == "greet"
    assert all(answer["replies"] for answer in answers)
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
