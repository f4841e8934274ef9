complete -c fetch -s o -l output -d 'The folder that the files go into' -r -F
complete -c fetch -l select -d 'Only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several' -r
complete -c fetch -l peer -d 'A peer to ask, for every SOURCE; may stand more than once' -r
complete -c fetch -l tracker -d 'A tracker more, for every SOURCE; may stand more than once' -r
complete -c fetch -l web-seed -d 'A web seed more, for every SOURCE (BEP 19); may stand more than once' -r
complete -c fetch -l port -d 'The port that peers find us at; default: one that is free' -r
complete -c fetch -l bind -d 'The address of this machine to use' -r
complete -c fetch -l max-download -d 'Receive at most SIZE a second, over all SOURCEs' -r
complete -c fetch -l max-upload -d 'Send at most SIZE a second, over all SOURCEs' -r
complete -c fetch -l memory -d 'Memory for blocks that are on their way' -r
complete -c fetch -l seed-ratio -d 'Stay when complete until R times the content was uploaded' -r
complete -c fetch -l seed-time -d 'Stay this long when complete' -r
complete -c fetch -l deadline -d 'Give up if not complete after this time; default: never' -r
complete -c fetch -l stall-timeout -d 'Give up if nothing comes for this time; 0: never' -r
complete -c fetch -l metadata-timeout -d 'Give up if nobody gives a magnet\'s metadata for this time; 0: never' -r
complete -c fetch -l progress -d 'How to show progress on standard error' -r -f -a "auto\t'A progress bar if standard error is a terminal'
never\t'No progress'
json\t'One JSON object per line, even if standard error is not a terminal'"
complete -c fetch -l color -d 'When to use colour' -r -f -a "auto\t'If standard output is a terminal and `NO_COLOR` is not set'
always\t'Even if standard output is not a terminal'
never\t'No colour'"
complete -c fetch -l max-size -d 'Largest .torrent to read; default: 256 MiB' -r
complete -c fetch -s t -l threads -d 'Threads that hash; default: one for each core' -r
complete -c fetch -l hash-backend -d 'Code that hashes; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -r
complete -c fetch -s f -l force -d 'Replace or repair files that exist with other content'
complete -c fetch -l recheck -d 'Believe no journal: hash all that is there'
complete -c fetch -l print-torrent -d 'Print the torrent itself and fetch nothing else: turns a magnet link into a .torrent'
complete -c fetch -l dry-run -d 'Say what would be fetched, and whether it fits the disk'
complete -c fetch -s q -l quiet -d 'Print only the result'
complete -c fetch -s j -l json -d 'Print JSON, one object per line'
complete -c fetch -l strict -d 'Refuse torrents that would be accepted with a warning'
complete -c fetch -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fetch -s V -l version -d 'Print version'
