#compdef make-torrent

autoload -U is-at-least

_make-torrent() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'-o+[Where to write\: a file, a folder, or \`-\` for standard output]:FILE:_files' \
'--output=[Where to write\: a file, a folder, or \`-\` for standard output]:FILE:_files' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even if standard output is not a terminal"
never\:"No colour"))' \
'--protocol=[Which hashes to put in\: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both]:WHICH:((v1\:"SHA-1 pieces"
v2\:"SHA-256 trees"
hybrid\:"Both"))' \
'-n+[Name of the file or folder, instead of PATH'\''s own]:NAME:_default' \
'--name=[Name of the file or folder, instead of PATH'\''s own]:NAME:_default' \
'(--max-pieces --max-torrent-size)-l+[Piece length\: bytes, \`1MiB\`, or an exponent of 2 from 14 to 28]:SIZE:_default' \
'(--max-pieces --max-torrent-size)--piece-length=[Piece length\: bytes, \`1MiB\`, or an exponent of 2 from 14 to 28]:SIZE:_default' \
'--max-pieces=[Choose a piece length that makes at most N pieces, padding counted]:N:_default' \
'--max-torrent-size=[Choose a piece length that keeps the .torrent within SIZE]:SIZE:_default' \
'*-a+[Tracker; each \`-a\` is a tier of its own, commas separate trackers of the same tier (BEP 12)]:URL:_default' \
'*--announce=[Tracker; each \`-a\` is a tier of its own, commas separate trackers of the same tier (BEP 12)]:URL:_default' \
'*-w+[Web seed (BEP 19); for a folder it must end in \`/\`]:URL:_default' \
'*--web-seed=[Web seed (BEP 19); for a folder it must end in \`/\`]:URL:_default' \
'*--http-seed=[HTTP seed of the older kind (BEP 17)]:URL:_default' \
'*--node=[DHT node that clients can bootstrap from (BEP 5)]:HOST:PORT:_default' \
'-c+[Comment]:TEXT:_default' \
'--comment=[Comment]:TEXT:_default' \
'--date=[Creation date\: seconds since 1970, a day such as \`2024-05-01\` (UTC), or RFC 3339; default\: \`SOURCE_DATE_EPOCH\`, else none]:TIME:_default' \
'--created-by=[Name of the program that made it; default\: none]:TEXT:_default' \
'-s+[Source tag; different tags give different info hashes]:TEXT:_default' \
'--source=[Source tag; different tags give different info hashes]:TEXT:_default' \
'*--similar=[Info hash of a torrent that shares files with this one (BEP 38)]:HASH:_default' \
'*--collection=[Collection this torrent is part of (BEP 38)]:NAME:_default' \
'--update-url=[URL of newer versions of the torrent (BEP 39)]:URL:_default' \
'*--set=[Any other key\: \`KEY=JSON\`, or \`info.KEY=JSON\` inside the info hash]:KEY=JSON:_default' \
'*-e+[Leave out what matches; globs without \`/\` match names at any depth, others whole paths]:GLOB:_default' \
'*--exclude=[Leave out what matches; globs without \`/\` match names at any depth, others whole paths]:GLOB:_default' \
'*-i+[Take only files that match or are in a folder that matches; a PATH that is a file is always taken]:GLOB:_default' \
'*--include=[Take only files that match or are in a folder that matches; a PATH that is a file is always taken]:GLOB:_default' \
'--symlinks=[What to do with symbolic links in folders; a PATH that is a link is always followed]:HOW:((follow\:"Take what they point to"
store\:"Store the links themselves in the torrent (BEP 47)"
skip\:"Leave them out"
error\:"Give up"))' \
'-t+[Number of hashing threads; default\: one for each core]:N:_default' \
'--threads=[Number of hashing threads; default\: one for each core]:N:_default' \
'--hash-backend=[Hashing code to use\: \`avx512\`, \`avx2\`, \`avx2-only\`, \`sha-ni\` or \`crates\`, if this CPU has it; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'--io=[How to read files\: \`auto\` maps them and fills the page cache in the order of the files, \`direct\` reads past the page cache]:HOW:(auto mmap read direct)' \
'--each[Make one torrent for each PATH]' \
'-f[Replace a file that exists]' \
'--force[Replace a file that exists]' \
'(-f --force)--skip-existing[Leave a torrent alone that is there and still right; exit code 1 if it is not]' \
'(-f --force --skip-existing)--update[The same, but make a torrent anew that is no longer right]' \
'--magnet[Print a magnet link as well]' \
'--explain[Explain what is part of the info hash, and what is not]' \
'(--explain --magnet)--dry-run[List the files, sizes and piece length, without reading data or writing a torrent]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'--align[Align every file of a v1 torrent to a piece, with pad files (BEP 47)]' \
'-p[Private torrent\: peers come from its trackers only (BEP 27); needs \`--announce\`]' \
'--private[Private torrent\: peers come from its trackers only (BEP 27); needs \`--announce\`]' \
'-x[Add random bytes, which make the info hash unique]' \
'--cross-seed[Add random bytes, which make the info hash unique]' \
'--exclude-hidden[Leave out names that start with a dot]' \
'--exclude-junk[Leave out files that operating systems create, such as .DS_Store; \`--help\` lists the names]' \
'--ignore-files[Obey .gitignore files, and leave out .git]' \
'--skip-unreadable[Leave out what cannot be read, instead of giving up]' \
'--raw-names[Accept names that are not UTF-8, and keep their bytes]' \
'--portable[Refuse names that some systems cannot store, instead of warning about them]' \
'-v[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
'--verbose[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::paths -- Files and folders; `-` is standard input:_files' \
&& ret=0
}

(( $+functions[_make-torrent_commands] )) ||
_make-torrent_commands() {
    local commands; commands=()
    _describe -t commands 'make-torrent commands' commands "$@"
}

if [ "$funcstack[1]" = "_make-torrent" ]; then
    _make-torrent "$@"
else
    compdef _make-torrent make-torrent
fi
