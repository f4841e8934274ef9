# Completions of verify-data for fish.
complete -c verify-data -l torrents -d 'Several .torrent files; the content of each is found by name in `--data`' -x -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c verify-data -l data -d 'The folder that holds the content of `--torrents`' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c verify-data -l list -d 'Print only the names of the files in this state, one per line' -x -a 'ok bad missing suspect unproven wrong-type unreadable changed extra'
complete -c verify-data -l null -d 'End the names of `--list` with NUL instead of a line break, and escape nothing'
complete -c verify-data -l extra -d 'Report files that are not in the torrent as well'
complete -c verify-data -l magnet-missing -d 'Print a magnet link for all files but those that are ok or unproven (BEP 53)'
complete -c verify-data -s q -l quiet -d 'Print only the result'
complete -c verify-data -s j -l json -d 'Print JSON, one object per line'
complete -c verify-data -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c verify-data -l color -d 'When to use colour' -x -a 'auto always never'
complete -c verify-data -l quick -d 'Compare names and sizes only: reads no data, so it proves nothing'
complete -c verify-data -l sample -d 'Check only this share of the pieces, chosen by `--seed`' -x
complete -c verify-data -l seed -d 'Seed for `--sample`: the same seed chooses the same pieces' -x
complete -c verify-data -l fail-fast -d 'Stop at the first bad piece'
complete -c verify-data -l select -d 'Check only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several' -x
complete -c verify-data -l follow-links -d 'Follow symbolic links that lead out of DATA, as in a folder of links into a library'
complete -c verify-data -l strict -d 'Refuse torrents that are only accepted with a warning'
complete -c verify-data -l max-size -d 'Largest .torrent to read; default: 256 MiB' -x
complete -c verify-data -s t -l threads -d 'Number of hashing threads; default: one for each core' -x
complete -c verify-data -l io -d 'How to read files: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache' -x -a 'auto mmap read direct'
complete -c verify-data -s v -l verbose -d 'Say at the end how fast it was, and whether hashing or the disk was the limit'
complete -c verify-data -l hash-backend -d 'Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -x -a 'avx512 avx2 avx2-only sha-ni crates'
complete -c verify-data -s h -l help -d 'Print help (see more with \'--help\')'
complete -c verify-data -s V -l version -d 'Print version'
complete -c verify-data -n 'contains -- --torrents (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c verify-data -n 'not contains -- --torrents (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c verify-data -n 'string match -q -- "*.torrent" (commandline -opc); and not contains -- --torrents (commandline -opc)' -F
