"""CaptureChannel: keeps whole messages as the NLG made them, for `latch ask` and for tests."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel


class CaptureChannel(OutputChannel):
    """Collects messages; `messages` holds them in the order said."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """Return the channel's name."""
        return "capture"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message."""
        self.messages.append(message)
