"""inspect-torrent judges the torrents and magnet links of other projects as their class demands, and reads of them what
libtorrent and Transmission read. Where these two fall short, a table says so and why."""

import time

import pytest

import corpora
import facts

ACCEPTED = ["must-accept", "lenient"]
A_SECOND = 1.0

# By file: the keys of which libtorrent says something else, and why we don't.
LIBTORRENT_DIFFERS = {
    "b0355f278482d664": ({"paths"}, "a name that is not UTF-8: it writes `_`, our JSON has the bytes in hexadecimal"),
}

# The same for Transmission 3.00.
TRANSMISSION_DIFFERS = {
    "09fac67e562fc141": ({"v1"}, "keys not in order: it hashes what it would have written"),
    "fbc2964839a731de": ({"v1"}, "keys not in order: it hashes what it would have written"),
    "f8f0a6a982cd679a": ({"web_seeds"}, "it keeps web seeds that stand there twice"),
    "5a7aaa1aaab16f98": ({"web_seeds"}, "it drops web seeds with a space"),
    "248ab1036a429f7b": ({"web_seeds"}, "it drops web seeds without a host: the Internet Archive writes `/8/items/`"),
    "bdb1cf470fb05b9a": ({"web_seeds"}, "the same: `/34/items/`"),
    "83e38d6da10b429d": ({"web_seeds"}, "it drops web seeds that are magnet links"),
    "4c8fdad0414b4767": ({"trackers"}, "it drops trackers of the web, `wss:`"),
}
TRANSMISSION_REFUSES = {
    "d223ffc4da39b2a3": "a symbolic link needs no length, but it wants one of every file",
}
A_V2_HALF = "it is older than BEP 52, and reads no hybrid either"


def rows(*classes):
    """One test for each row of these classes."""
    return pytest.mark.parametrize("row", corpora.torrents(*classes), ids=corpora.by_id)


@rows("must-accept")
def test_is_accepted_for_what_it_is(row, inspect):
    said = inspect.json(row["path"])
    expected = {
        "info_hash_v1": row["v1"],
        "info_hash_v2": row["v2"],
        "file_count": row["files"],
        "size": row["total_size"],
        "padded_size": row["padded_size"],
        "piece_length": row["piece_length"],
        "pieces": row["pieces"],
    }
    assert {key: said.get(key) for key in expected} == expected


@rows(*ACCEPTED)
def test_libtorrent_agrees(row, inspect):
    ours = facts.of_inspect_torrent(inspect.json(row["path"]))
    theirs = facts.of_libtorrent(row["path"].read_bytes())
    keys, why = LIBTORRENT_DIFFERS.get(row["id"], (set(), ""))
    assert set(facts.differing(ours, theirs)) == keys, why


@rows(*ACCEPTED)
def test_transmission_agrees(row, inspect):
    ours = facts.of_inspect_torrent(inspect.json(row["path"]))
    theirs = facts.of_transmission(row["path"])
    if theirs is None:
        why = A_V2_HALF if row["v2"] else TRANSMISSION_REFUSES.get(row["id"])
        assert why is not None, "transmission-show refuses it, and nobody has said why"
    else:
        keys, why = TRANSMISSION_DIFFERS.get(row["id"], (set(), ""))
        assert set(facts.differing(ours, theirs)) == keys, why


@rows("must-reject")
def test_is_refused_at_once(row, inspect):
    began = time.monotonic()
    outcome = inspect("--json", row["path"])
    assert time.monotonic() - began < A_SECOND
    said = [line for line in outcome.stderr.splitlines() if not line.startswith("hint: ")]
    assert (outcome.code, outcome.stdout, len(said)) == (3, "", 1), outcome


@rows("lenient")
def test_is_accepted_with_a_warning(row, inspect):
    outcome = inspect("--json", row["path"])
    assert outcome.code == 0, outcome
    warnings = inspect.json(row["path"])["warnings"]
    assert warnings
    assert [warning for warning in warnings if warning["code"] not in outcome.stderr] == []
    strict = inspect("--json", "--strict", row["path"])
    assert (strict.code, strict.stdout) == (3, ""), strict


@rows("unsafe-names")
def test_is_marked_as_unsafe(row, inspect):
    said = inspect.json(row["path"])
    assert "E-unsafe-name" in [warning["code"] for warning in said["warnings"]]
    assert any("unsafe" in file for file in said["files"])
    check = inspect("--check", row["path"])
    assert check.code == 1 and "E-unsafe-name" in check.stdout, check


@rows("disputed")
@pytest.mark.parametrize("options", [["--json"], ["--files"], ["--pieces"], ["--check"], ["--raw"]], ids="".join)
def test_disputed_one_ends_in_an_answer(row, options, inspect):
    outcome = inspect(*options, row["path"])
    assert outcome.code in (0, 1, 3), outcome
    assert outcome.code == 0 or outcome.stderr or outcome.stdout


# White space around a link is none of it here, for a link may stand in a file; libtorrent takes it for a part.
LINKS = [row for row in corpora.magnets() if row["uri"] == row["uri"].strip()]


@pytest.mark.parametrize("row", LINKS, ids=lambda row: row["uri"].removeprefix("magnet:?")[:60])
def test_magnet_link(row, inspect):
    """The rows are what libtorrent says."""
    if row["libtorrent"] == "reject":
        outcome = inspect("--json", row["uri"])
        assert (outcome.code, outcome.stdout, outcome.stderr.count("\n")) == (3, "", 1), outcome
    else:
        said = inspect.json(row["uri"])
        assert said.get("info_hash_v1") == row["v1"]
        assert said.get("info_hash_v2") == row["v2"]
        assert said.get("name", "") == row["name"]
        assert [url for tier in said.get("trackers", []) for url in tier] == row["trackers"]
        assert said.get("web_seeds", []) == row["web_seeds"]
        assert said.get("peers", []) == [facts.address(*peer) for peer in row["peers"]]
