"""The data that is hashed: the same bytes on every machine, made once and kept."""

import os
import random
import shutil
import sys

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
WRITE = 16 * MIB  # large writes get large folios in the page cache, which is how downloads and copies look to mmap
FILES_A_FOLDER = 100


class Data:
    """A folder in which what a case wants is made when it is first asked for."""

    def __init__(self, folder, quick):
        self.folder = folder / ("quick" if quick else "full")
        self.scratch = self.folder / "scratch"
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        self.quick = quick

    def expected(self, name):
        """About how many bytes, and in how many files, without making them."""
        small = KIB // 2
        tiny, million = self.size(200_000, 2_000), self.size(1_000_000, 5_000)
        return {
            "mixed": (self.size(2 * GIB, 4 * MIB), self.size(20_000, 200)),
            "tiny": (tiny * small, tiny),
            "million": (million * small, million),
            "one": (0, 1),
        }.get(name, (self.size(4 * GIB, 24 * MIB), 1))

    def size(self, full, quick):
        """Of the two, what was asked for."""
        return quick if self.quick else full

    def big(self):
        """One file of 4 GiB."""
        length = self.size(4 * GIB, 24 * MIB)
        return self.kept("big", "big.bin", lambda path: write(path, blocks(1, length), WRITE))

    def big_small_pages(self):
        """The same, written again before each use in 4 KiB writes, so that the page cache holds it in 4 KiB pages."""
        source = self.big()
        folder = self.folder / "small-pages"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        with source.open("rb") as file:
            write(folder / source.name, iter(lambda: file.read(WRITE), b""), 4 * KIB)
        return folder / source.name

    def mixed(self):
        """20,000 files of 2 GiB together: most small, a few large, as lengths of files are (lognormal, sigma 1.5)."""
        count, total = self.size(20_000, 200), self.size(2 * GIB, 4 * MIB)
        chance = random.Random(2)
        shares = [chance.lognormvariate(0, 1.5) for _ in range(count)]
        scale = total / sum(shares)
        return self.kept("mixed", "mixed", lambda path: plant(path, 3, [int(share * scale) for share in shares]))

    def tiny(self):
        """200,000 files of up to 1 KiB."""
        return self.tiny_files("tiny", self.size(200_000, 2_000))

    def million(self):
        """A million files of up to 1 KiB."""
        return self.tiny_files("million", self.size(1_000_000, 5_000))

    def tiny_files(self, name, count):
        """So many files of up to 1 KiB."""
        chance = random.Random(4)
        lengths = [chance.randrange(1, KIB) for _ in range(count)]
        return self.kept(name, name, lambda path: plant(path, 5, lengths))

    def one(self):
        """One small file."""
        return self.kept("one", "one.bin", lambda path: write(path, blocks(6, 100 * KIB), WRITE))

    def one_damaged(self):
        """A copy of it in which one bit is wrong."""

        def make(path):
            content = bytearray(self.one().read_bytes())
            content[len(content) // 2] ^= 1
            path.write_bytes(content)

        return self.kept("damaged", "one.bin", make)

    def kept(self, folder, name, make):
        """What `make` made, now or in an earlier run that got to its end."""
        folder = self.folder / folder
        done = folder / "done"
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            (folder / "content").mkdir(parents=True)
            print(f"making {name}", file=sys.stderr)
            make(folder / "content" / name)
            os.sync()
            done.touch()
        return folder / "content" / name


def blocks(seed, length):
    """So many bytes by chance, which nothing can compress and no hash can skip."""
    chance = random.Random(seed)
    for at in range(0, length, MIB):
        yield chance.randbytes(min(MIB, length - at))


def write(path, parts, size):
    """A file of the parts, in writes of one size, on the disk when this returns."""
    with path.open("wb", buffering=0) as file:
        pending = bytearray()
        for part in parts:
            pending += part
            while len(pending) >= size:
                cut = len(pending) - len(pending) % size
                for at in range(0, cut, size):
                    file.write(memoryview(pending)[at : at + size])
                pending = pending[cut:]
        file.write(pending)
        os.fsync(file.fileno())


def plant(root, seed, lengths):
    """Files of the given lengths, a hundred to a folder."""
    chance = random.Random(seed)
    for number, length in enumerate(lengths):
        folder = root / f"{number // FILES_A_FOLDER:05}"
        if number % FILES_A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"{number:07}.dat").write_bytes(chance.randbytes(length))


def files(path):
    """All files at a path, in the order of a torrent."""
    if path.is_file():
        return [path]
    found = [os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names]
    return sorted(found)
