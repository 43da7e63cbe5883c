"""The plot: throughput and p99 against connections, a line for each side; as SVG, by hand."""

import math
from collections.abc import Mapping, Sequence
from html import escape

from bench.figures import Sample

_COLOURS = (
    *("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"),
    *("#7f7f7f", "#8c564b", "#17becf", "#bcbd22", "#000000", "#9467bd"),
)
_WIDTH, _HEIGHT, _LEFT, _TOP, _PANEL, _GAP = 1040, 440, 70, 40, 330, 80
_BOTTOM = 380

Line = Mapping[int, float]
"""Values by numbers of connections."""


def plot(sides: Mapping[str, Mapping[int, Sample]]) -> str:
    """`sides` are titles with what was measured at each number of connections."""
    rates = {title: {at: each.rate for at, each in found.items()} for title, found in sides.items()}
    tails = {
        title: {at: each.p99 for at, each in found.items() if each.p99 is not None}
        for title, found in sides.items()
    }
    second = _LEFT + _PANEL + _GAP
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}"'
        ' font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        *_panel("per second", rates, _LEFT),
        *_panel("p99, ms", tails, second),
        *_legend(list(sides), second + _PANEL + 20),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _panel(title: str, lines: Mapping[str, Line], left: int) -> list[str]:
    """Both axes are logarithmic: sides differ by a hundred times."""
    values = [value for line in lines.values() for value in line.values() if value > 0]
    places = sorted({at for line in lines.values() for at in line})
    parts = [f'<text x="{left}" y="{_TOP - 14}" font-weight="bold">{title}</text>']
    if not values:
        return parts
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high = max(high, low + 1)

    def x(at: int) -> float:
        return left + (_PANEL * math.log(at) / math.log(places[-1]) if places[-1] > 1 else 0)

    def y(value: float) -> float:
        return _BOTTOM - (_BOTTOM - _TOP) * (math.log10(value) - low) / (high - low)

    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(
            f'<line x1="{left}" x2="{left + _PANEL}" y1="{at:.1f}" y2="{at:.1f}" stroke="#ddd"/>'
        )
        label = f"{10.0 ** power:,g}"
        parts.append(f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end">{label}</text>')
    for place in places:
        parts.append(
            f'<text x="{x(place):.1f}" y="{_BOTTOM + 18}" text-anchor="middle">{place}</text>'
        )
    parts.append(f'<text x="{left}" y="{_BOTTOM + 38}">connections</text>')
    for nr, line in enumerate(lines.values()):
        points = [(x(at), y(line[at])) for at in sorted(line) if line[at] > 0]
        parts += _curve(points, _COLOURS[nr % len(_COLOURS)])
    return parts


def _curve(points: Sequence[tuple[float, float]], colour: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *dots,
    ]


def _legend(titles: Sequence[str], left: int) -> list[str]:
    parts = []
    for nr, title in enumerate(titles):
        at = _TOP + 20 * nr
        colour = _COLOURS[nr % len(_COLOURS)]
        parts.append(f'<rect x="{left}" y="{at - 9}" width="12" height="12" fill="{colour}"/>')
        parts.append(f'<text x="{left + 18}" y="{at + 1}">{escape(title)}</text>')
    return parts
