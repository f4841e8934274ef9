#compdef inspect-torrent

autoload -U is-at-least

_inspect-torrent() {
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
'*--print=[Print these fields, one value per line]:FIELD:((info-hash\:"v1 info hash, else v2, in hexadecimal digits"
info-hash-v1\:"SHA-1 info hash"
info-hash-v2\:"SHA-256 info hash"
magnet\:"Magnet link"
name\:"Name of the file or folder"
protocol\:"v1, v2 or hybrid"
size\:"Bytes of all files"
padded-size\:"The same with pad files"
torrent-size\:"Bytes of the .torrent"
piece-length\:"Bytes of a piece"
pieces\:"Number of pieces"
file-count\:"Number of files"
files\:"Paths of the files (list)"
trackers\:"Trackers of all tiers (list)"
web-seeds\:"Web seeds, BEP 19 (list)"
http-seeds\:"HTTP seeds, BEP 17 (list)"
nodes\:"DHT nodes (list)"
private\:"true or false"
comment\:"Comment"
created-by\:"Program that made it"
creation-date\:"Creation date, RFC 3339"
source\:"Source tag"
update-url\:"Where a newer version will be"
similar\:"Info hashes of torrents that share files, BEP 38 (list)"
collections\:"Collections it is part of, BEP 38 (list)"))' \
'*--peer=[Add a peer to the magnet link (\`x.pe\`)]:HOST:PORT:_default' \
'--select=[Select files in the magnet link (\`so\`, BEP 53), such as \`0,2,4-6\`]:INDEX:_default' \
'()--explain=[Explain the code of a finding, and name the BEP or client behind it; without CODE, list all codes]::CODE:_default' \
'()*--diff=[Show the differences between two torrents; exit code 1 if there are any]:A:_default:A:_default' \
'--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE:_default' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"On a terminal, unless \`NO_COLOR\` is set; elsewhere if \`CLICOLOR_FORCE\` is set"
always\:"Even if it is not a terminal"
never\:"No colour"))' \
'--files[Show the files as a tree, with index and size]' \
'--pieces[Show the hashes of all pieces]' \
'--null[End the values of \`--print\` with NUL instead of a line break, and escape nothing]' \
'--raw[Dump the bencode as JSON, without loss]' \
'(-j --json --redact --strict)--from-raw[Convert the JSON of \`--raw\` back to the same bytes]' \
'--magnet[Print a magnet link]' \
'--check[Look for mistakes\: prints one finding per line, exit code 1 if one is an error]' \
'--strict[Refuse torrents that are only accepted with a warning; with \`--check\`, count warnings as errors]' \
'--redact[Mask passkeys and credentials in everything that is printed]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::inputs -- Torrents\: files, `-`, magnet links, info hashes:_default' \
&& ret=0
}

(( $+functions[_inspect-torrent_commands] )) ||
_inspect-torrent_commands() {
    local commands; commands=()
    _describe -t commands 'inspect-torrent commands' commands "$@"
}

if [ "$funcstack[1]" = "_inspect-torrent" ]; then
    _inspect-torrent "$@"
else
    compdef _inspect-torrent inspect-torrent
fi
