"""What Telegram alone needs words for. Answers, danger replies and phone lines come from the model."""

from __future__ import annotations

from collections.abc import Mapping

WHICH_SUBJECT = "Which subject?"
OTHER_SUBJECTS = "Other subjects"
BACK = "Back"
MORE = "More"
TOO_FAST = "That was very fast. Please wait a moment and send it again."
FAILED = "Sorry, something went wrong on our side. Please send it again."
OLD_BUTTON = "This button no longer works. Please type your question."
FORGOTTEN = (
    "I have deleted what I kept of this conversation. The messages in this chat are yours: delete them in Telegram."
)
PRIVACY = (
    "Telegram itself stores this chat and knows who you are; Latch cannot change that. What Latch notes bears no name "
    "or number; /forget deletes it."
)

# Name and description, as Telegram shows them in the bot's menu.
COMMANDS: Mapping[str, str] = {
    "start": "Begin",
    "help": "What you can ask, and how",
    "topics": "All questions, by subject",
    "sources": "Where the last answer comes from",
    "country": "Choose your country, for phone numbers",
    "privacy": "What is kept",
    "forget": "Delete this conversation",
}
HELP = "\n".join(("You can also use:", *(f"- /{name}: {what}" for name, what in COMMANDS.items() if name != "start")))

# Folder names that do not read well as they are.
_SUBJECTS = {
    "breast_cancer_breastfeeding": "Breast cancer and breastfeeding",
    "distracted_baby": "The distracted baby",
    "nipple_tuning": "A child who plays with the nipple",
    "twins_mixed_feeding": "Twins and mixed feeding",
}


def subject(category: str) -> str:
    """Return the name of a subject as a button shows it."""
    return _SUBJECTS.get(category) or category.replace("_", " ").capitalize()


def only_text(media: str, with_words: bool) -> str:
    """Return what is said to a message that holds photos, voice or the like."""
    if with_words:
        return f"I can read text only, no {media}. I go by your words."
    return f"I can read text only, no {media}. Please type your question."
