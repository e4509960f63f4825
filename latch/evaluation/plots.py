"""Pictures as SVG that stands inside a page: its text is the page's, its colours follow the page's theme."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from html import escape
from math import floor
from typing import TYPE_CHECKING

from latch.evaluation.statistics import Share

if TYPE_CHECKING:
    from matplotlib.axes import Axes  # type: ignore[import-untyped]
    from matplotlib.figure import Figure  # type: ignore[import-untyped]

# Matplotlib knows no CSS variables, so it draws in colours that stand for them and are replaced in its SVG.
INK = "#010203"
FAINT = "#010204"
FIRST = "#010205"
SECOND = "#010206"
_VARIABLES = {INK: "var(--ink)", FAINT: "var(--faint)", FIRST: "var(--first)", SECOND: "var(--second)"}

WIDTH = 7.2  # inches; the page scales it to its column
ROW = 0.3
LONGEST_LABEL = 44


def bars(shares: Mapping[str, Share], name: str) -> str:
    """Return shares, each with its interval, one below the other; `name` says what is shown to who cannot see it."""
    figure, axes = _figure(max(1.4, 0.75 + ROW * len(shares)))
    labels = list(shares)[::-1]
    for row, label in enumerate(labels):
        one = shares[label]
        axes.plot([100 * one["low"], 100 * one["high"]], [row, row], color=FIRST, linewidth=2, alpha=0.55)
        axes.plot([100 * one["share"]], [row], "o", color=FIRST, markersize=6, clip_on=False)
        axes.annotate(
            f"{100 * one['share']:.0f} % of {one['of']:.0f}", (101, row), va="center", fontsize=8.5, color=INK,
            annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(labels)))
    axes.set_yticklabels([_short(label) for label in labels])
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.set_xlim(0, 100)
    axes.set_xlabel("%, with its 95 % interval")
    return _svg(figure, name)


def coverage_against_error(curve: Sequence[Mapping[str, float]], now: Mapping[str, float], name: str) -> str:
    """Return the share of wrong answers by the share of messages answered, as the threshold moves, and as it is now."""
    figure, axes = _figure(3.4)
    axes.plot(_percent(curve, "coverage"), _percent(curve, "error"), "o-", color=FIRST, markersize=3.5)
    for point in curve:
        if round(100 * point["threshold"]) % 20 == 0 and point["coverage"] > 0:
            _label(axes, point, f"{point['threshold']:.1f}", INK)
    axes.plot([100 * now["coverage"]], [100 * now["error"]], "o", color=SECOND, markersize=9)
    axes.annotate(
        "Latch as it is", (100 * now["coverage"], 100 * now["error"]), xytext=(4, -16), textcoords="offset points",
        fontsize=8.5, color=SECOND,
    )  # fmt: skip
    axes.set_xlim(0, 103)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("% of messages that get an answer")
    axes.set_ylabel("% of these answers that are wrong")
    return _svg(figure, name)


def reliability(bins: Sequence[Mapping[str, float]], name: str) -> str:
    """Return the share that is right by confidence, beside the line on which both are equal."""
    figure, axes = _figure(3.4)
    axes.plot([0, 100], [0, 100], "--", color=FAINT, linewidth=1.5)
    axes.plot(_percent(bins, "confidence"), _percent(bins, "right"), "o-", color=FIRST)
    for one in bins:
        axes.annotate(
            f"{one['count']:.0f}", (100 * one["confidence"], 100 * one["right"]), xytext=(6, -11),
            textcoords="offset points", fontsize=8.5, color=INK,
        )  # fmt: skip
    axes.set_xlim(0, 103)
    axes.set_ylim(0, 105)
    axes.set_xlabel("% confidence of the likeliest topic")
    axes.set_ylabel("% of them right")
    return _svg(figure, name)


def histogram(values: Sequence[float], limits: Mapping[str, float], name: str) -> str:
    """Return how many values lie in each stretch of 1, and named limits as lines."""
    figure, axes = _figure(2.8)
    highest = int(max((*values, *limits.values()))) + 1
    axes.hist(values, bins=range(min(0, floor(min(values))), highest + 1), color=FIRST, rwidth=0.9)
    for label, limit in limits.items():
        axes.axvline(limit, color=SECOND, linewidth=1.5, linestyle="--")
        axes.annotate(
            label, (limit, 0.97), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points",
            va="top", fontsize=8.5, color=SECOND,
        )  # fmt: skip
    axes.set_xlabel("US school grade of the answer")
    axes.set_ylabel("answers")
    return _svg(figure, name)


def lines(curves: Mapping[str, Mapping[int, float]], across: str, up: str, name: str) -> str:
    """Return one or two curves, each with its name at its end; both axes are logarithmic."""
    figure, axes = _figure(3.4)
    for colour, (label, curve) in zip((FIRST, SECOND), curves.items()):
        places = sorted(curve)
        axes.plot(places, [curve[place] for place in places], "o-", color=colour, markersize=4)
        axes.annotate(
            label, (places[-1], curve[places[-1]]), xytext=(6, 0), textcoords="offset points", va="center",
            fontsize=8.5, color=colour, annotation_clip=False,
        )  # fmt: skip
    axes.set_xscale("log")
    axes.set_yscale("log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter("{x:g}" if axis is axes.yaxis else "")
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    return _svg(figure, name)


def _label(axes: Axes, point: Mapping[str, float], text: str, colour: str) -> None:
    axes.annotate(
        text, (100 * point["coverage"], 100 * point["error"]), xytext=(-4, 8), textcoords="offset points",
        ha="right", fontsize=8.5, color=colour,
    )  # fmt: skip


def _figure(height: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), facecolor="none")
    axes = figure.add_subplot(facecolor="none")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(FAINT)
    axes.tick_params(colors=INK, labelsize=9, color=FAINT)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)
    axes.grid(axis="x", color=FAINT, linewidth=0.5, alpha=0.5)
    axes.set_axisbelow(True)
    return figure, axes


def _svg(figure: Figure, name: str) -> str:
    """Return the drawing as an `svg` element without anything that is not drawn."""
    import matplotlib  # type: ignore[import-untyped]

    out = io.StringIO()
    # Text stays text, and names within the drawing are the drawing's own: several stand in one page.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        figure.savefig(out, format="svg", bbox_inches="tight", transparent=True)
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    drawn = re.sub(r"<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"<!--.*?-->", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"<style.*?</style>", "", drawn, flags=re.DOTALL)
    # Within a page an svg element needs no namespaces; without them the page names no address at all.
    drawn = re.sub(r' xmlns(:xlink)?="[^"]*"', "", drawn).replace("xlink:href", "href")
    drawn = re.sub(r'<g id="[^"]*"', "<g", drawn)
    drawn = re.sub(r"font: [^;\"]*?(\d+(?:\.\d+)?)px [^;\"]*", r"font-size: \1px; font-family: inherit", drawn)
    for colour, variable in _VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    return re.sub(r"<svg ", f'<svg role="img" aria-label="{escape(name, quote=True)}" ', drawn, count=1)


def _percent(rows: Sequence[Mapping[str, float]], key: str) -> list[float]:
    return [100 * row[key] for row in rows]


def _short(label: str) -> str:
    plain = label.replace("_", " ")
    return plain if len(plain) <= LONGEST_LABEL else f"{plain[: LONGEST_LABEL - 1]}…"
