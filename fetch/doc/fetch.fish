# Completions of fetch for fish.
complete -c fetch -s o -l output -d 'Folder to write into; or, if it has an extension and is not there, the name for a torrent of a single file' -r -F
complete -c fetch -l select -d 'Fetch only these files: globs, or indices as `inspect-torrent --files` shows them; commas separate several' -x
complete -c fetch -l clean-names -d 'Replace in names what some file system cannot hold (`/`, `:`, `?`, …), and shorten long ones'
complete -c fetch -l rename -d 'Give a file another path, below the torrent\'s folder; may be given more than once' -x
complete -c fetch -l strip-folder -d 'Write the files into DIR itself, without the torrent\'s own folder'
complete -c fetch -s f -l force -d 'Replace or repair files that exist with other content'
complete -c fetch -l recheck -d 'Ignore the journal and hash all existing data'
complete -c fetch -l peer -d 'Additional peer, for every SOURCE; may be given more than once' -x
complete -c fetch -l tracker -d 'Additional tracker, for every SOURCE: a server that knows peers; may be given more than once' -x
complete -c fetch -l web-seed -d 'Additional web seed, for every SOURCE: a web server that has the files (BEP 19); may be given more than once' -x
complete -c fetch -l header -d 'Header for the web servers of SOURCE, `--tracker` and `--web-seed`; may be given more than once' -x
complete -c fetch -l user-agent -d 'Name to go by at all web servers; default: Piecework and its version' -x
complete -c fetch -l dht-node -d 'Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once' -x
complete -c fetch -l no-dht -d 'Leave the DHT alone'
complete -c fetch -l allow-private -d 'Let torrents, links, trackers and peers name addresses in private networks'
complete -c fetch -l port -d 'Port to listen on for peers; default: any that is free' -x
complete -c fetch -l bind -d 'Local address to listen on and connect from; default: all' -x
complete -c fetch -l encryption -d 'Whether streams with peers are encrypted' -x -a 'allow require never'
complete -c fetch -l no-lsd -d 'Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here'
complete -c fetch -l max-download -d 'Download at most SIZE per second, all torrents together' -x
complete -c fetch -l max-upload -d 'Upload at most SIZE per second, all torrents together' -x
complete -c fetch -l memory -d 'Memory for data that is not yet on disk, and for what is kept of files and pieces' -x
complete -c fetch -l seed-ratio -d 'Seed until R times the size of the content is uploaded' -x
complete -c fetch -l seed-time -d 'Seed for this long' -x
complete -c fetch -l deadline -d 'Give up if not complete after this time; default: never' -x
complete -c fetch -l stall-timeout -d 'Give up if no data arrives for this time; 0: never' -x
complete -c fetch -l metadata-timeout -d 'Give up on a magnet link if its metadata does not arrive in this time; 0: never' -x
complete -c fetch -l print-torrent -d 'Print the .torrent instead of fetching its content: turns a magnet link into a .torrent'
complete -c fetch -l dry-run -d 'Print what would be fetched, and whether it fits on the disk'
complete -c fetch -s q -l quiet -d 'Print only the result'
complete -c fetch -s j -l json -d 'Print JSON, one object per line'
complete -c fetch -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c fetch -l color -d 'When to use colour' -x -a 'auto always never'
complete -c fetch -l key -d 'Refuse torrents that this key of `minisign` has not signed' -x
complete -c fetch -l strict -d 'Refuse torrents that are only accepted with a warning'
complete -c fetch -l max-size -d 'Largest .torrent to read; default: 256 MiB' -x
complete -c fetch -s t -l threads -d 'Number of hashing threads; default: one for each core' -x
complete -c fetch -l hash-backend -d 'Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -x -a 'avx512 avx2 avx2-only sha-ni crates'
complete -c fetch -s h -l help -d 'Print help (see more with \'--help\')'
complete -c fetch -s V -l version -d 'Print version'
complete -c fetch -f -a '(string match -r -- ".*(?:/|[.](?:torrent|magnet))\$" (complete -C "\'\' "(commandline -ct)))'
