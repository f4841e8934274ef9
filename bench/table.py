"""Measurements as Markdown."""

from statistics import median

MIB = 1 << 20
MANY_FILES = 1_000


def document(kept, cases):
    """The page of all results."""
    facts = [f"- {name}: {value}" for name, value in kept["machine"].items()]
    versions = [f"- {name}: {version}" for name, version in kept["versions"].items()]
    missing = [f"- not found: {', '.join(kept['missing'])}"] if kept["missing"] else []
    lines = [INTRODUCTION, "## Machine\n", *facts, "\n## Programs\n", *versions, *missing, ""]
    return "\n".join([*lines, *map(of_case, cases)])


def of_case(case):
    """A heading, the command, the circumstances and the table."""
    amount = f"{case['files']:,} file{'' if case['files'] == 1 else 's'}, {case['bytes'] / MIB:,.1f} MiB"
    facts = "; ".join(filter(None, [amount, case["state"], case["load"], case["when"], case.get("piecework")]))
    rows = limit_rows(case) if case["operation"] == "limit" else rows_of(case)
    return f"## {case['title']}\n\n`{case['command']}`\n\n{rows}\n\n{facts}.\n"


def rows_of(case):
    """One row for each program, ours first."""
    pace = "µs a file" if case["files"] >= MANY_FILES else "GB/s"
    head = ["", "wall s", "best", "CPU s", "peak MiB", "own MiB", pace, "wall ×", "CPU ×", "runs", "result"]
    ours = case["rows"][0]
    return markdown([head, *(cells(row, ours, case) for row in case["rows"])])


def cells(row, ours, case):
    """A row; the ratios say how many times as much as our tool it takes."""
    if not row["seconds"]:
        return [row["label"], *[""] * 9, row["failure"]]
    wall, processor = median(row["seconds"]), median(row["processor"])
    return [
        row["label"],
        seconds(wall),
        seconds(min(row["seconds"])),
        seconds(processor),
        f"{row['peak'] / MIB:.1f}",
        f"{row['anonymous'] / MIB:.1f}" if row["anonymous"] else "–",
        pace_of(wall, case),
        ratio(wall, ours["seconds"]),
        ratio(processor, ours["processor"]),
        str(len(row["seconds"])),
        row["failure"] or row["verdict"],
    ]


def limit_rows(case):
    """What the machine can do: rates, by the programs' own clocks."""
    rated = [row for row in case["rows"] if row["rates"]]
    body = [[row["label"], f"{median(row['rates']) / 1e9:.2f}", f"{max(row['rates']) / 1e9:.2f}"] for row in rated]
    failed = [[row["label"], "", row["failure"]] for row in case["rows"] if not row["rates"]]
    return markdown([["", "GB/s", "best"], *body, *failed])


def markdown(rows):
    """Cells as a table whose columns are as wide as they need to be."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = [[cell.ljust(width) for cell, width in zip(row, widths, strict=True)] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in padded]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def seconds(value):
    """Three digits that matter, whatever the size."""
    return f"{value:.2f}" if value >= 1 else f"{value:.3f}" if value >= 0.1 else f"{value:.4f}"


def pace_of(wall, case):
    """Time for a file where there are many, else the rate, unless so little is read that it would say nothing."""
    if case["files"] >= MANY_FILES:
        return f"{wall / case['files'] * 1e6:.2f}"
    return f"{case['bytes'] / wall / 1e9:.2f}" if case["bytes"] >= MIB else "–"


def ratio(theirs, ours):
    """How many times as much as the median of our runs; nothing to compare with if ours failed."""
    return f"{theirs / median(ours):.2f}" if ours and median(ours) else "–"


INTRODUCTION = """# Results

Made by `bench/run`; [README.md](README.md) says what is measured and how. Wall and CPU are medians of the timed runs;
`×` is the ratio to our tool in the same rounds: 4.00 means that it takes four times as long. `peak` counts mapped pages
of the page cache (`ru_maxrss`), `own` doesn't (largest `RssAnon` that was seen; – if the run was too short to look).
GB/s are 10⁹ bytes of content a second. Read ratios within a table, not seconds across tables.
"""
