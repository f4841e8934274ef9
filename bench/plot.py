"""Measurements as pictures: bars of wall time, a group for each case; copies over time, a panel for each kind of leechers."""

from html import escape
from statistics import median

WIDTH, BAR, GAP, HEAD = 860, 18, 5, 46
LABELS, NUMBERS = 250, 110  # columns left and right of the bars
COLOURS = {"ours": "#2a9d8f", "baseline": "#e9a23b", "limit": "#8d99ae", "rival": "#6c7a96"}


def of_cases(cases):
    """An SVG that is readable on light and dark ground: all colours are of middle brightness."""
    parts, top = [], GAP
    for case in cases:
        rows = [row for row in case["rows"] if row["seconds"]] if case["operation"] != "limit" else []
        if rows:
            parts.append(group(case, rows, top))
            top += HEAD + len(rows) * (BAR + GAP)
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {top}" width="{WIDTH}" height="{top}"'
    font = 'font-family="system-ui, sans-serif" font-size="12" fill="#7f8694">'
    return "\n".join([frame, font, *parts, "</svg>\n"])


def group(case, rows, top):
    """A case: its title, and a bar for each program, as long as it took."""
    walls = [median(row["seconds"]) for row in rows]
    scale = (WIDTH - LABELS - NUMBERS) / max(walls)
    title = f'<text x="0" y="{top + 28}" font-size="14" font-weight="600">{escape(case["title"])}</text>'
    tops = [top + HEAD + at * (BAR + GAP) for at in range(len(rows))]
    ours = walls[0] if rows[0] is case["rows"][0] else None
    bars = [bar(row, wall, ours, scale, at) for row, wall, at in zip(rows, walls, tops, strict=True)]
    return "\n".join([title, *bars])


def bar(row, wall, ours, scale, top):
    """A program's name, its bar, its seconds and how many times ours that is."""
    middle, length = top + BAR - 5, max(1, wall * scale)
    wrong = " (wrong)" if row["verdict"].startswith("WRONG") else ""
    said = f"{wall:.3g} s" + (f", {wall / ours:.1f}×" if ours and wall != ours else "") + wrong
    return (
        f'<text x="{LABELS - 8}" y="{middle}" text-anchor="end">{escape(row["label"])}</text>'
        f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="2" fill="{COLOURS[row["kind"]]}"/>'
        f'<text x="{LABELS + length + 6:.1f}" y="{middle}">{said}</text>'
    )


PANEL, MARGIN, LEGEND = 190, 44, 18
LINES = ["#2a9d8f", "#d1495b", "#e9a23b", "#6c7a96", "#9a6fb0", "#4f86c6"]


def of_lines(panels):
    """By panel, by name: points of seconds and copies. All panels have the same scale; a line ends when the last leecher is done."""
    names = list(dict.fromkeys(name for lines in panels.values() for name in lines))
    points = [point for lines in panels.values() for line in lines.values() for point in line]
    longest, most = max(x for x, _ in points), max(1, max(y for _, y in points))
    width, step = (WIDTH - 3 * MARGIN) / 2, PANEL + HEAD + LEGEND
    height = LEGEND + GAP + -(-len(panels) // 2) * step
    parts = [legend(names)]
    for at, (title, lines) in enumerate(panels.items()):
        left, top = MARGIN + at % 2 * (width + MARGIN), LEGEND + at // 2 * step + HEAD
        parts.append(axes(title, left, top, width, longest, most))
        for name, line in lines.items():
            places = [(left + x / longest * width, top + PANEL - y / most * PANEL) for x, y in line]
            parts.append(trace(places, LINES[names.index(name) % len(LINES)]))
    frame = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    return "\n".join([frame, 'font-family="system-ui, sans-serif" font-size="12" fill="#7f8694">', *parts, "</svg>\n"])


def legend(names):
    """Whose line has which colour."""
    each = WIDTH / max(1, len(names))
    entry = '<rect x="{x:.0f}" y="6" width="14" height="4" fill="{colour}"/><text x="{text:.0f}" y="13">{name}</text>'
    places = ((at * each, LINES[at % len(LINES)], escape(name)) for at, name in enumerate(names))
    return "\n".join(entry.format(x=x, colour=colour, text=x + 20, name=name) for x, colour, name in places)


def axes(title, left, top, width, longest, most):
    """A panel's frame: its title, seconds below, copies on the left, and a line where one copy is."""
    bottom, one = top + PANEL, top + PANEL - PANEL / most
    return "\n".join([
        f'<text x="{left}" y="{top - 10}" font-size="14" font-weight="600">{escape(title)}</text>',
        f'<path d="M{left} {top}V{bottom}H{left + width:.0f}" fill="none" stroke="#7f8694"/>',
        f'<path d="M{left} {one:.1f}h{width:.0f}" stroke="#7f8694" stroke-dasharray="2 4"/>',
        f'<text x="{left - 6}" y="{one + 4:.1f}" text-anchor="end">1</text>',
        f'<text x="{left - 6}" y="{top + 8}" text-anchor="end">{most:.1f}</text>',
        f'<text x="{left + width:.0f}" y="{bottom + 16}" text-anchor="end">{longest:.0f} s</text>',
    ])


def trace(places, colour):
    """A line through places, with a point at its end."""
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in places)
    x, y = places[-1]
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/><circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
