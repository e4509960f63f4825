"""The Telegram channel: docs/telegram.md describes it. The class that Rasa loads is in channel.py."""
