"""The `latch` command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from latch import ask, run, unanswered
from latch.assistant import DEFAULT_MODELS
from latch.light import without_tensorflow


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    parser = argparse.ArgumentParser(prog="latch", description="Curated, sourced answers about breastfeeding.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask.add_arguments(commands.add_parser("ask", help="ask the bot something", description=ask.__doc__))
    commands.add_parser("chat", help="talk to the bot in the terminal")
    serving = commands.add_parser("serve", help="run the HTTP server and the action server")
    fetching = commands.add_parser("telegram", help="run the same with Telegram by long polling: no public address")
    working = commands.add_parser("worker", help="run the HTTP server alone: one worker of a group")
    working.add_argument("--model", type=Path, default=DEFAULT_MODELS, help="model file, or folder with models")
    for command in (serving, fetching, working):
        command.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        command.add_argument("--port", type=int, default=5005, help="port to listen on (default: %(default)s)")
    commands.add_parser("unanswered", help="print the questions that had no answer, where they are kept for editors")
    grouped = commands.add_parser("cluster", help="run proxy, PostgreSQL and several workers on this machine")
    grouped.add_argument("--workers", type=int, default=2, help="how many (default: %(default)s)")
    grouped.add_argument("--https", type=int, default=8443, help="the proxy's port (default: %(default)s)")
    grouped.add_argument("--http", type=int, default=8080, help="the port that leads there (default: %(default)s)")
    commands.add_parser("migrate", help="make the table of conversations where it is missing")
    commands.add_parser("expire", help="delete the conversations whose time is over")
    commands.add_parser("check", help="check the content of data/", add_help=False)
    options, rest = parser.parse_known_args(arguments)
    if options.command == "check":
        from latch.content.check import main as check

        return check(rest)
    if rest:
        parser.error(f"unrecognised: {' '.join(rest)}")
    if options.command == "chat":
        return run.chat()
    if options.command == "unanswered":
        return unanswered.run()
    if options.command == "serve":
        return run.serve(options.host, options.port)
    if options.command == "telegram":
        return run.telegram(options.host, options.port)
    if options.command == "worker":
        run.worker(options.host, options.port, options.model)
    if options.command == "cluster":
        from latch.cluster import console

        return console.main(options.workers, options.https, options.http)
    if options.command in ("migrate", "expire"):
        from latch.storage import upkeep

        return upkeep.migrate() if options.command == "migrate" else upkeep.expire()
    without_tensorflow()
    return ask.run(options)


if __name__ == "__main__":
    sys.exit(main())
