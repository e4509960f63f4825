"""The web channel: what the chat widget talks to. docs/web-channel.md describes it, openapi.yml exactly so."""

from latch.channels.web.channel import WebChannel

__all__ = ["WebChannel"]
