"""Ways to damage a tree on disk. Each takes a file of it that is there, chosen at random."""

import os
import random
import socket
import stat

MOST_AT_ONCE = 4


def at_random(seed, root, ways):
    """Damage the tree at `root` in some of these ways, the same for the same seed; returns what was done."""
    root, rng, done = os.fspath(root), random.Random(seed), []
    for _ in range(rng.randint(1, MOST_AT_ONCE)):
        files = regular_files(root)
        if files:
            way, file = rng.choice(ways), rng.choice(files)
            way(file, root, rng)
            done.append(f"{way.__name__} {os.path.relpath(file, root)}")
    return done


def regular_files(root):
    """What can be damaged still."""
    below = [os.path.join(folder, name) for folder, _, names in os.walk(root) for name in names]
    return sorted(path for path in [root, *below] if stat.S_ISREG(os.lstat(path).st_mode))


# The content


def flip(file, root, rng):
    """One bit of one byte."""
    size = os.path.getsize(file)
    if size:
        with open(file, "r+b") as opened:
            at = rng.randrange(size)
            opened.seek(at)
            byte = opened.read(1)[0] ^ 1 << rng.randrange(8)
            opened.seek(at)
            opened.write(bytes([byte]))


def cut(file, root, rng):
    """Anywhere, at the very start too."""
    size = os.path.getsize(file)
    if size:
        os.truncate(file, rng.choice([0, size - 1, rng.randrange(size)]))


def extend(file, root, rng):
    """By a byte or more than a block."""
    with open(file, "ab") as opened:
        opened.write(rng.randbytes(rng.choice([1, 100, 20_000])))


def exchange(file, root, rng):
    """With another file of the tree."""
    other = rng.choice(regular_files(root))
    if other != file:
        spare = beside(root, rng)
        os.rename(file, spare)
        os.rename(other, file)
        os.rename(spare, other)


# The name


def delete(file, root, rng):
    """Away with it."""
    os.unlink(file)


def rename(file, root, rng):
    """Nobody looks for it there."""
    os.rename(file, f"{file}.renamed-{rng.random()}")


# The type


def make_folder(file, root, rng):
    """A folder in its place."""
    os.unlink(file)
    os.mkdir(file)


def make_fifo(file, root, rng):
    """Whoever opens it for reading waits for ever."""
    os.unlink(file)
    os.mkfifo(file)


def make_socket(file, root, rng):
    """Bound through a short name, because an address has room for few characters."""
    os.unlink(file)
    folder = os.open(os.path.dirname(file), os.O_PATH | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(f"/proc/self/fd/{folder}/.socket")
    os.rename(".socket", file, src_dir_fd=folder)
    os.close(folder)


def link_out(file, root, rng):
    """The content is right, but lies where nobody was asked to look."""
    outside = os.path.join(os.path.dirname(os.path.dirname(root)), f"outside-{rng.random()}")
    os.rename(file, outside)
    os.symlink(rng.choice([outside, os.path.relpath(outside, os.path.dirname(file))]), file)


def link_in(file, root, rng):
    """The content is right, and lies elsewhere in the tree."""
    inside = beside(root, rng)
    os.rename(file, inside)
    os.symlink(os.path.relpath(inside, os.path.dirname(file)), file)


def link_nowhere(file, root, rng):
    """A link that dangles."""
    os.unlink(file)
    os.symlink("nowhere", file)


def link_folder_out(file, root, rng):
    """The folder that holds the file is a link that leads out, to a folder that has it all."""
    folder = os.path.dirname(file)
    if file != root and folder != root:
        link_out(folder, root, rng)


def beside(root, rng):
    """A path that is free: in the tree, or next to the only file."""
    return os.path.join(root, f"moved-{rng.random()}") if os.path.isdir(root) else f"{root}.moved-{rng.random()}"


OF_CONTENT = [flip, cut, extend, exchange]
OF_NAME = [delete, rename]
OF_TYPE = [make_folder, make_fifo, make_socket, link_out, link_in, link_nowhere, link_folder_out]
EVERY = [*OF_CONTENT, *OF_CONTENT, *OF_NAME, *OF_TYPE]
