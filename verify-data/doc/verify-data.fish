complete -c verify-data -l torrents -d 'Several torrents, each of which finds its content by name in `--data`' -r -F
complete -c verify-data -l data -d 'The folder that holds the content of `--torrents`' -r -F
complete -c verify-data -l list -d 'Print the names of files: all those that are in a state, one a line' -r -f -a "ok\t'Proven whole'
bad\t'Damaged, short, long, of the wrong type, unreadable or changed'
missing\t'Not there'
unproven\t'Nothing wrong found, but not proven'
extra\t'There, but not in the torrent'"
complete -c verify-data -l progress -d 'How to show progress on standard error' -r -f -a "auto\t'A bar, if standard error is a terminal'
never\t'Nothing'
json\t'JSON lines, anywhere'"
complete -c verify-data -l color -d 'When to use colour' -r -f -a "auto\t'If standard output is a terminal and `NO_COLOR` is not set'
always\t'Even into a file'
never\t'Not even on a terminal'"
complete -c verify-data -l sample -d 'Read only this share of the pieces, chosen by `--seed`' -r
complete -c verify-data -l seed -d 'Seed of `--sample`: the same seed chooses the same pieces' -r
complete -c verify-data -l select -d 'Only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several' -r
complete -c verify-data -l max-size -d 'Largest .torrent to read; default: 256 MiB' -r
complete -c verify-data -s t -l threads -d 'Threads that hash; default: one for each core' -r
complete -c verify-data -l hash-backend -d 'Code that hashes; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -r
complete -c verify-data -l io -d 'How to read files: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache' -r -f -a "auto\t''
mmap\t''
read\t''
direct\t''"
complete -c verify-data -l null -d 'End the names of `--list` with NUL, and escape nothing'
complete -c verify-data -l extra -d 'Report files beside the torrent\'s that it does not know'
complete -c verify-data -l magnet-missing -d 'Print a magnet link that selects the files that are not whole (BEP 53)'
complete -c verify-data -s q -l quiet -d 'Say only the result'
complete -c verify-data -s j -l json -d 'Print one JSON object a line'
complete -c verify-data -l quick -d 'Compare names and sizes only; proves nothing'
complete -c verify-data -l fail-fast -d 'Stop at the first piece that is bad'
complete -c verify-data -l strict -d 'Refuse torrents that would be accepted with a warning'
complete -c verify-data -s v -l verbose -d 'End with a line that says how fast it was, and what the limit was'
complete -c verify-data -s h -l help -d 'Print help (see more with \'--help\')'
complete -c verify-data -s V -l version -d 'Print version'
