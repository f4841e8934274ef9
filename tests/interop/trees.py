"""Trees of files for the judges: a few by name, each a case that some creator got wrong, and any number at random."""

import random
from dataclasses import dataclass

BLOCK = 16 * 1024

# Names at which a sort by whole path and a sort by components part ways, and names that creators drop or alter.
NAMES = [
    "X", "X.txt", "X-1", "X 2", "X!", "X,y", "a", "a.b", "B", "readme", "Season 1", "Season 1.nfo", ".hidden", "..dots",
    "two  spaces", "ünï", "日本語", "e\u0301", "é", "🎈", "%41", "a'b\"c", "#1", "~", "-o", "pad",
]  # fmt: skip

# Legal too, but libtorrent would not look for them under these names (twins by case, control characters, backslashes),
# and others may not either: these are for our own judge.
WILD_NAMES = [
    "x", "README", "new\nline", "tab\there", "\x1b[31m", "\x7f", "\u202ereversed", "back\\slash", "end.", "end ",
    " start", "CON", "a:b", "what?",
]  # fmt: skip


@dataclass(frozen=True)
class Tree:
    """Files by path; a single file stands under the empty path."""

    name: str
    files: dict[str, bytes]

    def plant(self, parent, order=None):
        """Write the tree below `parent`, its files in the given order, and return its root."""
        root = parent / self.name
        for path in order or self.files:
            file = root / path if path else root
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(self.files[path])
        return root


def content(size, seed=0):
    """Bytes without a pattern, the same on every run."""
    return random.Random(f"{seed}/{size}").randbytes(size)


def tree(name, sizes):
    """A tree whose files have the given sizes."""
    return Tree(name, {path: content(size, path) for path, size in sizes.items()})


# libtorrent's own creator sorts these by whole path and then refuses its own hybrid.
LIBTORRENT_FAILS_ON = [
    tree("dotted", {"a/b": 20_000, "a.txt": 40_000}),
    tree("season", {"Season 1/e1.mkv": 100_000, "Season 1.nfo": 500}),
    tree("hyphen", {"x/1": 3 * BLOCK, "x-extra/2": BLOCK + 1}),
    tree("space", {"x/1": 1, "x y/2": 2 * BLOCK}),
]

SINGLE_FILE = tree("pieces.bin", {"": 64 * BLOCK - 1})
FOLDER_OF_ONE = tree("folder-of-one", {"only.bin": 5 * BLOCK + 7})

SINGLE_FILES = [
    tree("one-byte.bin", {"": 1}),
    tree("one block.bin", {"": BLOCK}),
    tree(".single", {"": 5 * BLOCK + 1}),
    SINGLE_FILE,
]

FOLDERS = [
    FOLDER_OF_ONE,
    tree("folder-of-one-deep", {"a/b/c/only.bin": 2 * BLOCK}),
    tree("among-empties", {"0": 0, "a/empty": 0, "m": 3 * BLOCK + 1, "z": 0}),
    tree("whole-pieces", {"a": 16 * BLOCK, "b": 32 * BLOCK, "c": 16 * BLOCK}),
    tree("edges", {f"{size:07}": size for edge in (BLOCK, 2 * BLOCK) for size in (edge - 1, edge, edge + 1)}),
    Tree("twins", {"a": content(70_000), "b/same": content(70_000), "c": content(5), "d": content(5)}),
    tree("odd names", {f"{name} folder/{name}": 999 for name in NAMES}),
]

MANY_FILES = tree("ten-thousand", {f"{i % 100:02}/{i:05}": i % 300 for i in range(10_000)})

NAMED = LIBTORRENT_FAILS_ON + SINGLE_FILES + FOLDERS + [MANY_FILES]

# Every creator agrees on these: nothing hidden, nothing empty, the same order by components as by whole path.
UNDISPUTED = [
    tree("plain", {"a/b": 70_000, "a/c": 5, "b/a": 3 * BLOCK, "c": BLOCK + 1}),
    tree("spaces and letters", {"Disc 1/01 ä.flac": 99_999, "Disc 2/01 日本.flac": 77_777, "cover.jpg": 1_234}),
    tree("sizes", {f"{size:07}": size for size in (1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 50 * BLOCK + 3)}),
    Tree("thousand", {f"{i // 50:02}/{i:04}": content(i) for i in range(1, 1_000)}),
    SINGLE_FILE,
    FOLDER_OF_ONE,
]


def random_tree(seed, piece_length, names=tuple(NAMES)):
    """A nested tree of some files, their sizes about the edges of blocks and pieces; the same for the same seed."""
    rng = random.Random(seed)
    files = {}
    grow(rng, names, piece_length, "", files)
    if not any(files.values()):
        files["never all empty"] = content(1, seed)
    return Tree(f"tree {seed}", files)


def grow(rng, names, piece_length, folder, files, depth=0):
    """Fill one folder, and at times folders inside it."""
    for name in rng.sample(names, rng.randint(1, 6)):
        if depth < 3 and rng.random() < 0.3:
            grow(rng, names, piece_length, f"{folder}{name}/", files, depth + 1)
        else:
            files[folder + name] = rng.randbytes(random_size(rng, piece_length))


def random_size(rng, piece_length):
    """A size that is likely to be an edge case."""
    edge = rng.choice([BLOCK, 2 * BLOCK, 3 * BLOCK, piece_length, 2 * piece_length, 3 * piece_length])
    return rng.choice([0, 1, 100, edge - 1, edge, edge + 1, rng.randint(1, edge)])
