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
'--progress=[How to show progress on standard error]:HOW:((auto\:"A bar, if standard error is a terminal"
never\:"Nothing"
json\:"JSON lines, anywhere"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even into a file"
never\:"Not even on a terminal"))' \
'--protocol=[Which hashes\: v1 for every client, v2 (BEP 52) for new ones, hybrid for both]:WHICH:((v1\:"SHA-1 pieces"
v2\:"SHA-256 trees"
hybrid\:"Both"))' \
'-n+[Name of the file or folder, instead of PATH'\''s own]:NAME:_default' \
'--name=[Name of the file or folder, instead of PATH'\''s own]:NAME:_default' \
'(--max-pieces --max-torrent-size)-l+[Piece length\: bytes, \`1MiB\`, or an exponent of 2 from 14 to 28]:SIZE:_default' \
'(--max-pieces --max-torrent-size)--piece-length=[Piece length\: bytes, \`1MiB\`, or an exponent of 2 from 14 to 28]:SIZE:_default' \
'--max-pieces=[Choose a piece length that makes at most N pieces, padding counted]:N:_default' \
'--max-torrent-size=[Choose a piece length that keeps the .torrent within SIZE]:SIZE:_default' \
'*-a+[Tracker; each \`-a\` is a tier, commas separate trackers of one tier (BEP 12)]:URL:_default' \
'*--announce=[Tracker; each \`-a\` is a tier, commas separate trackers of one tier (BEP 12)]:URL:_default' \
'*-w+[Web seed (BEP 19); for a folder it must end in \`/\`]:URL:_default' \
'*--web-seed=[Web seed (BEP 19); for a folder it must end in \`/\`]:URL:_default' \
'*--http-seed=[HTTP seed of the older kind (BEP 17)]:URL:_default' \
'*--node=[DHT node to begin with (BEP 5)]:HOST:PORT:_default' \
'-c+[Comment]:TEXT:_default' \
'--comment=[Comment]:TEXT:_default' \
'--date=[Creation date\: seconds since 1970 or RFC 3339; default\: \`SOURCE_DATE_EPOCH\`, else none]:TIME:_default' \
'--created-by=[Name of the program that made it; default\: none]:TEXT:_default' \
'-s+[Source tag, which makes the info hash differ between trackers]:TEXT:_default' \
'--source=[Source tag, which makes the info hash differ between trackers]:TEXT:_default' \
'*--similar=[Torrent that shares files with this one, by info hash (BEP 38)]:HASH:_default' \
'*--collection=[Collection this torrent is part of (BEP 38)]:NAME:_default' \
'--update-url=[Where a newer version of the torrent will be (BEP 39)]:URL:_default' \
'*--set=[Any other key\: \`KEY=JSON\`, or \`info.KEY=JSON\` inside the info hash]:KEY=JSON:_default' \
'*-e+[Leave out what matches; without \`/\` names at any depth, with \`/\` whole paths]:GLOB:_default' \
'*--exclude=[Leave out what matches; without \`/\` names at any depth, with \`/\` whole paths]:GLOB:_default' \
'*-i+[Take only files that match, or lie in a folder that does; a PATH that is a file is taken anyway]:GLOB:_default' \
'*--include=[Take only files that match, or lie in a folder that does; a PATH that is a file is taken anyway]:GLOB:_default' \
'--symlinks=[What to do with symbolic links in folders; a PATH that is one is followed]:HOW:((follow\:"Take what they lead to"
store\:"Put the links into the torrent (BEP 47)"
skip\:"Leave them out"
error\:"Refuse to go on"))' \
'-t+[Threads that hash; default\: one for each core]:N:_default' \
'--threads=[Threads that hash; default\: one for each core]:N:_default' \
'--hash-backend=[Code that hashes; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'--io=[How to read files\: \`auto\` maps them and fills the page cache in the order of the files, \`direct\` reads past the page cache]:HOW:(auto mmap read direct)' \
'--each[One torrent for each PATH]' \
'-f[Replace a file that exists]' \
'--force[Replace a file that exists]' \
'--magnet[Print a magnet link as well]' \
'--explain[Print what went into the info hash, and what did not]' \
'(--explain --magnet)--dry-run[List files, sizes and piece length without reading data]' \
'-q[Say only the result]' \
'--quiet[Say only the result]' \
'-j[Print one JSON object a line]' \
'--json[Print one JSON object a line]' \
'--align[Start every file with a piece in v1, by pad files (BEP 47)]' \
'-p[Peers from the trackers only (BEP 27); needs a tracker]' \
'--private[Peers from the trackers only (BEP 27); needs a tracker]' \
'-x[Random bytes, which make the info hash unique]' \
'--cross-seed[Random bytes, which make the info hash unique]' \
'--exclude-hidden[Leave out names that start with a dot]' \
'--exclude-junk[Leave out what systems leave behind; \`--help\` lists the names]' \
'--ignore-files[Obey .gitignore files, and leave out .git]' \
'--skip-unreadable[Go on without what cannot be read]' \
'--raw-names[Take names that are not UTF-8, byte for byte]' \
'--portable[Refuse names that some system cannot hold, instead of warning]' \
'-v[End with a line that says how fast it was, and what the limit was]' \
'--verbose[End with a line that says how fast it was, and what the limit was]' \
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
