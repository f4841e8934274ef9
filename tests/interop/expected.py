"""What verify-data has to say of data on disk, by an independent model that compares bytes instead of hashes.

Slow and obvious on purpose. It takes the original tree and looks at what lies on disk now, so it need not be told how
the data came to be damaged.
"""

import os
import stat
from dataclasses import dataclass, field

MOST_LINKS = 40
BY_LOOKS = ["missing", "short", "long", "wrong-type"]


@dataclass
class File:
    """A file of the torrent, what is left of it, and what is to be said of it."""

    path: str
    start: int
    original: bytes
    found: bytes = b""
    state: str = "ok"
    bad: list[list[int]] = field(default_factory=list)

    @property
    def end(self):
        """Where the file ends among the torrent's bytes."""
        return self.start + len(self.original)

    @property
    def proven(self):
        """How many of its bytes are as they were, as far as pieces tell."""
        return len(self.original) - sum(length for _, length in self.bad)


def of(tree, place, data, piece_length, aligned):
    """All files in the order of the torrent, compared with what lies at `place` below `data` (as path components)."""
    files = laid_out(tree, piece_length, aligned)
    for file in files:
        look_at(file, data, [*place, *filter(None, file.path.split("/"))])
    pieces = list(pieces_of(files, piece_length))
    for piece, members in pieces:
        if verdict(piece, members) != "good":
            for file in members:
                spoil(file, *overlap(file, piece))
    accuse(pieces)
    return files


def laid_out(tree, piece_length, aligned):
    """The files where the torrent has them: by path components as bytes; `aligned` ones each start a piece."""
    files, start = [], 0
    for path in sorted(tree.files, key=lambda path: os.fsencode(path).split(b"/")):
        files.append(File(path, start, tree.files[path]))
        start = files[-1].end
        if aligned:
            start += -start % piece_length
    return files


def pieces_of(files, piece_length):
    """Every piece, as a range of the torrent's bytes, and the files that have bytes in it."""
    members = {}
    for file in files:
        for number in range(file.start // piece_length, -(-file.end // piece_length) if file.original else 0):
            members.setdefault(number, []).append(file)
    for number, its in members.items():
        yield (number * piece_length, (number + 1) * piece_length), its


# What lies on disk


def look_at(file, data, components):
    """Finds what lies in the file's place, and what that alone says of its state."""
    found = resolve(data, components)
    if found is None:
        file.state = "missing"
    elif not found or not stat.S_ISREG(os.lstat(found).st_mode):
        file.state = "wrong-type"
    else:
        with open(found, "rb") as opened:
            file.found = opened.read()
        if len(file.found) != len(file.original):
            file.state = "short" if len(file.found) < len(file.original) else "long"


def resolve(data, components):
    """Follows links as long as they stay below `data`. None where there is nothing, False where a link leads out."""
    done, todo, links = [], list(components), 0
    while todo:
        name = todo.pop(0)
        if name == "..":
            if not done:
                return False
            done.pop()
            continue
        path = os.path.join(data, *done, name)
        try:
            is_link = stat.S_ISLNK(os.lstat(path).st_mode)
        except (FileNotFoundError, NotADirectoryError):
            return None
        if not is_link:
            done.append(name)
            continue
        target, links = os.readlink(path), links + 1
        if target.startswith("/") or links > MOST_LINKS:
            return False
        todo = [part for part in target.split("/") if part not in ("", ".")] + todo
    return os.path.join(data, *done)


# What follows from it


def overlap(file, piece):
    """The bytes of a file that lie in a piece, counted from the start of the file."""
    return max(file.start, piece[0]) - file.start, min(file.end, piece[1]) - file.start


def verdict(piece, members):
    """`hole` if bytes of the piece are not there, `wrong` if some are not what they were, else `good`."""
    parts = [(file, *overlap(file, piece)) for file in members]
    if any(len(file.found) < end for file, _, end in parts):
        return "hole"
    if any(file.found[start:end] != file.original[start:end] for file, start, end in parts):
        return "wrong"
    return "good"


def spoil(file, start, end):
    """Adds to a file's bad bytes. Pieces come in order, so that neighbours are the last and the new."""
    if file.bad and sum(file.bad[-1]) == start:
        file.bad[-1][1] += end - start
    else:
        file.bad.append([start, end - start])


def accuse(pieces):
    """Files that look right but have bad bytes: damaged if the piece is theirs alone, else suspect, unless somebody is known to be bad."""
    wrong = [members for piece, members in pieces if verdict(piece, members) == "wrong"]
    known = {file.path for _, members in pieces for file in members if file.state in BY_LOOKS}
    known |= {members[0].path for members in wrong if len(members) == 1}
    for members in wrong:
        if len(members) == 1:
            convict(members, "damaged")
    for members in wrong:
        if not any(file.path in known for file in members):
            convict(members, "suspect")
    for _, members in pieces:
        convict([file for file in members if file.bad], "unproven")


def convict(files, state):
    """Gives the state to those that have none yet."""
    for file in files:
        if file.state == "ok":
            file.state = state
