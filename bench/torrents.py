"""Whether what a program made is right: held against our torrent, and where they differ checked piece by piece."""

import hashlib
import subprocess


class Judge:
    """Knows what is right for one case."""

    def __init__(self, reference, job, verify_data):
        self.info = info_of(reference.read_bytes())
        self.fields = decode(self.info, 0)[0]
        self.job = job
        self.verify_data = verify_data

    def verdict(self, entry, run):
        """What to say of an entry's first run."""
        if entry.kind == "limit":
            return ""
        if self.job.operation == "inspect":
            return "" if self.info_hash() in run.stdout.lower() else "does not print the info hash"
        if self.job.operation == "verify":
            return ""
        if not self.job.torrent.exists():
            return "WRONG: nothing written"
        made = self.job.torrent.read_bytes()
        return self.of_digests(made) if entry.kind == "baseline" else self.of_torrent(made)

    def info_hash(self):
        """As it is shown, v1."""
        return hashlib.sha1(self.info).hexdigest().encode()

    def of_digests(self, made):
        """The baseline writes the pieces and the root, if there are such."""
        roots = [entry[b""].get(b"pieces root", b"") for entry in self.fields.get(b"file tree", {}).values()]
        return "same hashes" if made == b"".join([self.fields.get(b"pieces", b""), *roots]) else "WRONG hashes"

    def of_torrent(self, made):
        """A torrent by somebody else."""
        try:
            info = info_of(made)
            fields = decode(info, 0)[0]
        except (ValueError, IndexError, KeyError):
            return "WRONG: not a torrent"
        if info == self.info:
            return "same info hash"
        if all(fields.get(key) == self.fields.get(key) for key in (b"piece length", b"pieces", b"file tree")):
            return "same hashes"
        if fields.get(b"piece length") != self.fields[b"piece length"]:
            return f"WRONG piece length {fields.get(b'piece length')}"
        return self.checked()

    def checked(self):
        """The order of files is free in v1, and pad files differ: their data must pass all the same."""
        command = [self.verify_data, self.job.torrent, self.job.content, "-q", "--strict"]
        code = subprocess.run(command, check=False, capture_output=True).returncode
        if code == 0:
            return "other order or padding, verified"
        lenient = subprocess.run(command[:-1], check=False, capture_output=True).returncode
        return "verified, with warnings" if lenient == 0 else f"WRONG: verify-data says {code}"


def info_of(torrent):
    """The bytes of the info dictionary inside a .torrent."""
    at = 1
    while torrent[at : at + 1] != b"e":
        key, start = decode(torrent, at)
        at = skip(torrent, start)
        if key == b"info":
            return torrent[start:at]
    raise ValueError("no info dictionary")


def skip(data, at):
    """Where the value that begins at `at` ends."""
    depth = 0
    while True:
        kind = data[at : at + 1]
        if kind in (b"l", b"d"):
            depth, at = depth + 1, at + 1
        elif kind == b"e":
            depth, at = depth - 1, at + 1
        elif kind == b"i":
            at = data.index(b"e", at) + 1
        else:
            colon = data.index(b":", at)
            at = colon + 1 + int(data[at:colon])
        if depth == 0:
            return at


def decode(data, at):
    """The value that begins at `at`, and where it ends."""
    kind = data[at : at + 1]
    if kind == b"i":
        end = data.index(b"e", at)
        return int(data[at + 1 : end]), end + 1
    if kind in (b"l", b"d"):
        items, at = [], at + 1
        while data[at : at + 1] != b"e":
            item, at = decode(data, at)
            items.append(item)
        return (items if kind == b"l" else dict(zip(items[::2], items[1::2], strict=True))), at + 1
    colon = data.index(b":", at)
    end = colon + 1 + int(data[at:colon])
    return data[colon + 1 : end], end
