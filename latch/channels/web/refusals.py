"""RefusalError: a request that is not answered, and the one sentence that says what to do."""

from __future__ import annotations

MALFORMED = "malformed"
SESSION_EXPIRED = "session_expired"
ORIGIN = "origin"
UNKNOWN_BUTTON = "unknown_button"
UNKNOWN_REPLY = "unknown_reply"
TOO_LONG = "too_long"
CONTENT_TYPE = "content_type"
TOO_MANY = "too_many"
BUSY = "busy"
FAILED = "failed"
NOT_READY = "not_ready"

_STATUS = {
    MALFORMED: 400,
    SESSION_EXPIRED: 401,
    ORIGIN: 403,
    UNKNOWN_BUTTON: 404,
    UNKNOWN_REPLY: 404,
    TOO_LONG: 413,
    CONTENT_TYPE: 415,
    TOO_MANY: 429,
    FAILED: 500,
    BUSY: 503,
    NOT_READY: 503,
}
_SENTENCES = {
    MALFORMED: "This message could not be read. Please send it again.",
    SESSION_EXPIRED: "This conversation has ended. Please start a new one.",
    ORIGIN: "This chat is not set up for this website. Please tell the website's owner.",
    UNKNOWN_BUTTON: "This button no longer works. Please type your question.",
    UNKNOWN_REPLY: "This answer can no longer be rated. Thank you for trying.",
    TOO_LONG: "Your message is too long. Please shorten it and send it again.",
    CONTENT_TYPE: "This request must be JSON. Please send it as application/json.",
    TOO_MANY: "That was very fast. Please wait a moment and send it again.",
    FAILED: "Sorry, something went wrong on our side. Please send it again.",
    BUSY: (
        "Many people are asking at the moment. Please send it again in a moment. "
        "In an emergency, call your local emergency number now."
    ),
    NOT_READY: "The chat is not ready at the moment. Please send it again in a moment.",
}


class RefusalError(Exception):
    """A request is refused. `wait`: after so many whole seconds it may be sent again."""

    def __init__(self, code: str, sentence: str | None = None, wait: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = _STATUS[code]
        self.sentence = sentence or _SENTENCES[code]
        self.wait = wait

    def body(self) -> dict[str, dict[str, str]]:
        """Return the body of the answer."""
        return {"error": {"code": self.code, "message": self.sentence}}
