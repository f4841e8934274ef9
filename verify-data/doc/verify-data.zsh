#compdef verify-data

autoload -U is-at-least

_verify-data() {
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
'*--torrents=[Several torrents, each of which finds its content by name in \`--data\`]:FILE:_files' \
'--data=[The folder that holds the content of \`--torrents\`]:DIR:_files' \
'(-j --json --magnet-missing)--list=[Print the names of files\: all those that are in a state, one a line]:STATE:((ok\:"Proven whole"
bad\:"Damaged, short, long, of the wrong type, unreadable or changed"
missing\:"Not there"
unproven\:"Nothing wrong found, but not proven"
extra\:"There, but not in the torrent"))' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A bar, if standard error is a terminal"
never\:"Nothing"
json\:"JSON lines, anywhere"))' \
'--color=[When to use colour]:WHEN:((auto\:"If standard output is a terminal and \`NO_COLOR\` is not set"
always\:"Even into a file"
never\:"Not even on a terminal"))' \
'--sample=[Read only this share of the pieces, chosen by \`--seed\`]:N%:_default' \
'--seed=[Seed of \`--sample\`\: the same seed chooses the same pieces]:N:_default' \
'*--select=[Only these files\: globs, or indices as \`inspect-torrent --files\` shows them; commas separate several]:GLOB|INDEX:_default' \
'--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE:_default' \
'-t+[Threads that hash; default\: one for each core]:N:_default' \
'--threads=[Threads that hash; default\: one for each core]:N:_default' \
'--hash-backend=[Code that hashes; default\: \`PIECEWORK_HASH_BACKEND\`, else the fastest]:NAME:_default' \
'--io=[How to read files\: \`auto\` maps them and fills the page cache in the order of the files, \`direct\` reads past the page cache]:HOW:(auto mmap read direct)' \
'--null[End the names of \`--list\` with NUL, and escape nothing]' \
'--extra[Report files beside the torrent'\''s that it does not know]' \
'(-j --json)--magnet-missing[Print a magnet link that selects the files that are not whole (BEP 53)]' \
'-q[Say only the result]' \
'--quiet[Say only the result]' \
'-j[Print one JSON object a line]' \
'--json[Print one JSON object a line]' \
'(--sample --fail-fast)--quick[Compare names and sizes only; proves nothing]' \
'--fail-fast[Stop at the first piece that is bad]' \
'--strict[Refuse torrents that would be accepted with a warning]' \
'-v[End with a line that says how fast it was, and what the limit was]' \
'--verbose[End with a line that says how fast it was, and what the limit was]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'::torrent -- The torrent; `-` is standard input:_files' \
'::content -- The content itself or the folder that holds it; default\: the current folder:_files' \
&& ret=0
}

(( $+functions[_verify-data_commands] )) ||
_verify-data_commands() {
    local commands; commands=()
    _describe -t commands 'verify-data commands' commands "$@"
}

if [ "$funcstack[1]" = "_verify-data" ]; then
    _verify-data "$@"
else
    compdef _verify-data verify-data
fi
