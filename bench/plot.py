"""Measurements as a picture: bars of wall time, a group for each case."""

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
