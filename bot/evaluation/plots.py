"""Bars as SVG that stands in a page: with numbers written on them, an axis with its unit, and bounds where there are.

Colours come from the page's style, so that a plot is as light or dark as the page.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_ROW, _BAR, _TOP, _BOTTOM = 24, 14, 6, 44  # heights: of a row, of its bar, and of what is above and below all rows
_WIDE, _NUMBERS = 320, 150  # widths: of the axis, and of the numbers to its right
_LETTER = 8.2  # the width of a wide letter: short labels have few narrow ones


@dataclass(frozen=True)
class Bar:
    """One bar: what it is of, its value as a number and as it is written, and the bounds of its interval."""

    label: str
    value: float
    written: str
    bounds: tuple[float, float] | None = None


def plot_bars(title: str, axis: str, bars: Sequence[Bar], top: float | None = None) -> str:
    """Horizontal bars from 0 to `top` (or what is above all of them), over an axis that says what it measures."""
    tick = _choose_tick(top or max(bar.value for bar in bars))
    ticks = [tick * i for i in range(5)]
    top = top or ticks[-1]
    left = 16 + _LETTER * max(len(bar.label) for bar in bars)
    width, below = left + _WIDE + _NUMBERS, _TOP + _ROW * len(bars)

    def place(value: float) -> float:
        return round(left + _WIDE * min(value, top) / top, 1)

    grid = "".join(
        f'<line class="grid" x1="{place(at)}" y1="{_TOP}" x2="{place(at)}" y2="{below}"/>'
        f'<text x="{place(at)}" y="{below + 16}" text-anchor="middle">{at:g}</text>'
        for at in ticks
    )
    rows = "".join(_draw_bar(bar, _TOP + _ROW * i, left, place) for i, bar in enumerate(bars))
    middle = round(left + _WIDE / 2, 1)
    return (
        f'<svg role="img" aria-label="{html.escape(title)}" viewBox="0 0 {width:.0f} {below + _BOTTOM}" '
        f'width="{width:.0f}" height="{below + _BOTTOM}">{grid}{rows}'
        f'<text x="{middle}" y="{below + 36}" text-anchor="middle">{html.escape(axis)}</text></svg>'
    )


def _draw_bar(bar: Bar, y: float, left: float, place: Callable[[float], float]) -> str:
    end, middle = place(bar.value), y + _ROW / 2
    drawn = [
        f"<title>{html.escape(f'{bar.label}: {bar.written}')}</title>",
        f'<text x="{left - 8:.1f}" y="{middle + 4}" text-anchor="end">{html.escape(bar.label)}</text>',
        f'<rect class="bar" x="{left:.1f}" y="{middle - _BAR / 2}" width="{end - left:.1f}" height="{_BAR}"/>',
    ]
    if bar.bounds:
        low, high = map(place, bar.bounds)
        drawn.append(f'<path class="bounds" d="M{low} {middle}H{high}M{low} {middle - 4}v8M{high} {middle - 4}v8"/>')
        end = max(end, high)
    drawn.append(f'<text x="{end + 6:.1f}" y="{middle + 4}">{html.escape(bar.written)}</text>')
    return f"<g>{''.join(drawn)}</g>"


def _choose_tick(top: float) -> float:
    """The least round number of which four reach the top."""
    tick = 1e-3
    while True:
        for step in (1, 2, 2.5, 5):
            if tick * step * 4 >= top:
                return tick * step
        tick *= 10
