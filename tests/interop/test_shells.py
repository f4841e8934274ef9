"""Man pages as mandoc reads them, and completions as bash, fish and zsh offer them."""

import os
import pty
import re
import select
import subprocess
import time

import pytest

from conftest import REPOSITORY

TOOLS = ["fetch", "inspect-torrent", "make-feed", "make-torrent", "seed", "verify-data"]
# What is typed, and what must and must not be offered, in a folder with these files.
FILES = ["one.torrent", "two words.torrent", "notes.txt", "link.magnet", "f.xml", "g.rss", "h.atom", "i.json", "sub/three.torrent", "torrents.d/four.torrent"]
OFFERS = [
    ("fetch ", ["one.torrent", "two words.torrent", "link.magnet", "sub/", "torrents.d/"], ["notes.txt", "f.xml", "slogin", "--force"]),
    ("fetch li", ["link.magnet"], ["one.torrent"]),
    ("fetch o", ["one.torrent"], ["two words.torrent", "notes.txt", "od", "openssl"]),
    ("fetch sub/", ["three.torrent"], ["one.torrent"]),
    ("fetch --color ", ["auto", "always", "never"], ["one.torrent", "notes.txt"]),
    ("fetch --color=", ["auto", "always", "never"], ["one.torrent", "notes.txt"]),
    ("fetch one.torrent --see", ["--seed-ratio", "--seed-time"], ["--select"]),
    ("fetch --hash-backend ", ["crates"], ["notes.txt"]),
    ("inspect-torrent ", ["one.torrent", "link.magnet", "sub/"], ["notes.txt", "f.xml", "slogin"]),
    ("inspect-torrent --diff ", ["one.torrent", "sub/"], ["notes.txt", "link.magnet"]),
    ("inspect-torrent --diff one.torrent ", ["one.torrent", "sub/"], ["notes.txt", "link.magnet"]),
    ("inspect-torrent --explain W-unso", ["W-unsorted"], ["notes.txt"]),
    ("inspect-torrent --print ", ["info-hash", "name"], ["notes.txt"]),
    ("inspect-torrent --print name,", ["info-hash", "size"], ["notes.txt", "one.torrent"]),
    ("inspect-torrent --print name,si", ["size"], ["info-hash", "name"]),
    ("inspect-torrent --print=name,size,", ["info-hash", "files"], ["notes.txt"]),
    ("make-feed ", ["one.torrent", "sub/"], ["notes.txt", "slogin"]),
    ("make-feed --format ", ["atom", "json", "rss"], ["notes.txt"]),
    ("make-feed --check ", ["f.xml", "g.rss", "h.atom", "i.json", "sub/"], ["one.torrent", "notes.txt", "link.magnet"]),
    ("make-feed -c ", ["f.xml", "sub/"], ["one.torrent", "notes.txt"]),
    ("make-feed --check --all ", ["f.xml", "sub/"], ["one.torrent", "notes.txt"]),
    ("make-feed --update ", ["f.xml", "g.rss", "h.atom", "i.json", "sub/"], ["one.torrent", "notes.txt"]),
    ("make-feed --update f.xml ", ["one.torrent", "sub/"], ["notes.txt", "g.rss"]),
    ("make-feed -o ", ["f.xml", "sub/"], []),
    ("make-feed --reader sonarr,", ["flexget", "autobrr"], ["f.xml"]),
    ("make-torrent ", ["one.torrent", "notes.txt", "sub/"], ["slogin"]),
    ("make-torrent -o ", ["notes.txt", "sub/"], []),
    ("make-torrent --protocol ", ["hybrid", "v1", "v2"], ["notes.txt"]),
    ("seed ", ["one.torrent", "notes.txt", "sub/"], ["slogin", "--force"]),
    ("seed --protocol ", ["hybrid", "v1", "v2"], ["notes.txt"]),
    ("seed --data ", ["sub/"], ["notes.txt", "one.torrent"]),
    ("verify-data ", ["one.torrent", "sub/"], ["notes.txt", "link.magnet", "slogin"]),
    ("verify-data one.torrent ", ["notes.txt", "sub/"], ["slogin"]),
    ("verify-data --torrents ", ["one.torrent", "sub/"], ["notes.txt", "link.magnet"]),
    ("verify-data --torrents one.torrent ", ["one.torrent", "two words.torrent", "sub/"], ["notes.txt", "link.magnet"]),
    ("verify-data --torrents one.torrent --data ", ["sub/"], ["notes.txt", "two words.torrent"]),
    ("verify-data --data sub --torrents one.torrent sub/three.torrent ", ["two words.torrent"], ["notes.txt"]),
    ("verify-data --data ", ["sub/", "torrents.d/"], ["notes.txt", "one.torrent"]),
    ("verify-data --hash-backend ", ["crates"], ["notes.txt"]),
]


def script(tool, shell):
    """The completions of a tool."""
    return REPOSITORY / tool / "doc" / f"{tool}.{shell}"


@pytest.mark.parametrize("tool", TOOLS)
def test_mandoc_finds_nothing_wrong(tool):
    page = REPOSITORY / tool / "doc" / f"{tool}.1"
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], capture_output=True, text=True)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("tool", TOOLS)
def test_tables_and_examples_are_shown_line_by_line(tool):
    page = REPOSITORY / tool / "doc" / f"{tool}.1"
    shown = subprocess.run(["mandoc", "-T", "utf8", "-O", "width=80", page], capture_output=True, text=True, check=True)
    lines = [re.sub(".\b", "", line) for line in shown.stdout.splitlines()]
    assert max(map(len, lines)) <= 80
    examples = [line for line in lines if line.startswith(f"       {tool} ")]
    assert len(examples) >= 3, lines


def bash(typed, folder):
    """What bash fills in."""
    tool, words = typed.split()[0], re.split(r"[ ]|(=)", typed)
    words = [word for word in words if word is not None]
    quoted = " ".join(f"'{word}'" for word in words)
    function = f"_{tool.replace('-', '_')}"
    code = f"source {script(tool, 'bash')}; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; {function}; "
    code += "complete -p " + tool + " >/dev/null || exit; for it in \"${COMPREPLY[@]}\"; do [ -d \"$it\" ] && it+=/; echo \"$it\"; done"
    done = subprocess.run(["bash", "--norc", "-c", code], cwd=folder, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return [re.sub("^(sub/(?=.)|.*,)", "", offer) for offer in done.stdout.splitlines()]


def fish(typed, folder):
    """What fish offers: the line that it would make, and after a tab what that means."""
    code = f"source {script(typed.split()[0], 'fish')}; complete -C '{typed}'"
    environment = {**os.environ, "HOME": str(folder.parent)}
    done = subprocess.run(["fish", "--no-config", "-c", code], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    offered = [line.split("\t")[0] for line in done.stdout.splitlines()]
    return [re.sub("^(sub/(?=.)|.*,)", "", re.sub("^--[a-z]*=", "", offer)).replace("\\ ", " ") for offer in offered]


def zsh(typed, folder):
    """The list that zsh shows for a tab, a candidate a line."""
    functions = folder.parent / "functions"
    functions.mkdir(exist_ok=True)
    for tool in TOOLS:
        (functions / f"_{tool}").write_text(script(tool, "zsh").read_text())
    setup = [
        f"fpath=({functions} $fpath); autoload -U compinit; compinit -u -D; PS1=; setopt list_packed no_list_beep",
        "zstyle ':completion:*' force-list always; zstyle ':completion:*' insert-tab false",
        # One a line, and marks around the list.
        "zstyle ':completion:*' list-separator '#'; LISTMAX=0; setopt no_menu_complete no_auto_menu",
        "stty cols 60 rows 200 -echo; bindkey '^I' list-choices; print REA''DY",
    ]
    terminal, end = pty.openpty()
    environment = {**os.environ, "TERM": "dumb", "HOME": str(folder.parent), "ZDOTDIR": str(folder.parent)}
    with subprocess.Popen(["zsh", "-f", "-i"], cwd=folder, env=environment, stdin=end, stdout=end, stderr=end, start_new_session=True) as shell:
        os.close(end)
        os.write(terminal, ("; ".join(setup) + "\n").encode())
        said_until(terminal, "READY")
        os.write(terminal, f"{typed}\t".encode())
        said = said_until(terminal, None)
        shell.kill()
    os.close(terminal)
    return [word for line in said.splitlines() for word in re.split(r"\s{2,}|#", line.replace("\\ ", " "))] + said.split()


def said_until(terminal, mark):
    """What a terminal shows until a mark, or until it is silent for a while."""
    said, deadline = "", time.monotonic() + 30
    while time.monotonic() < deadline and (mark is None or mark not in said):
        patience = 1.5 if mark is None and said else 10
        if not select.select([terminal], [], [], patience)[0]:
            break
        said += os.read(terminal, 65536).decode(errors="replace")
    return said


@pytest.mark.parametrize("shell", [bash, fish, zsh])
@pytest.mark.parametrize("typed, offered, absent", OFFERS, ids=[typed for typed, _, _ in OFFERS])
def test_completions_offer_what_fits(shell, typed, offered, absent, tmp_path):
    folder = tmp_path / "folder"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    offers = shell(typed, folder)
    assert not set(offered) - set(offers), offers
    assert not set(absent) & set(offers), offers
