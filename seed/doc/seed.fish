# Completions of seed for fish.
complete -c seed -l data -d 'Folder that holds the data of all torrents; no PATH is DATA then' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c seed -l check -d 'What is looked at before data is given' -x -a 'lazy full sizes'
complete -c seed -l state -d 'Folder for the journals of what was checked, which need not be read again' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c seed -l watch -d 'Offer the torrents of DIR as they come, until they go; may be given more than once' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c seed -l make -d 'Of other files and folders that come to DIR make torrents, and offer these'
complete -c seed -l save-torrent -d 'Write the torrents that are made to a file or folder; default: NAME.torrent in the current folder' -r -F
complete -c seed -s f -l force -d 'Replace a file that exists'
complete -c seed -l protocol -d 'Which hashes to put in: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both' -x -a 'v1 v2 hybrid'
complete -c seed -s a -l announce -d 'Tracker to put in; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)' -x
complete -c seed -l peer -d 'Additional peer, for every torrent; may be given more than once' -x
complete -c seed -l tracker -d 'Additional tracker, for every torrent and its magnet link; may be given more than once' -x
complete -c seed -s w -l web-seed -d 'Web seed: a web server that has the same files (BEP 19); for the magnet links, and the torrents that are made' -x
complete -c seed -l serve -d 'Serve all of it over HTTP, too, at the port of peers: a page, the torrents, the files, a feed; and be their tracker'
complete -c seed -l url -d 'The URL that clients know the server by, if a proxy is in front of it; default: the host that each asks for' -x
complete -c seed -l max-web -d 'Send at most SIZE of files per second over HTTP; it counts in `--max-upload` as well' -x
complete -c seed -l open-tracker -d 'Track the torrents of others, too, if they are announced here'
complete -c seed -l dht-node -d 'Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once' -x
complete -c seed -l no-dht -d 'Leave the DHT alone'
complete -c seed -l allow-private -d 'Let torrents, links, trackers and peers name addresses in private networks'
complete -c seed -l port -d 'Port to listen on for peers; default: any that is free' -x
complete -c seed -l bind -d 'Local address to listen on and connect from; default: all' -x
complete -c seed -l encryption -d 'Whether streams with peers are encrypted' -x -a 'allow require never'
complete -c seed -l no-lsd -d 'Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here'
complete -c seed -l address -d 'Public address at which peers find it, if a router forwards the port; may be given more than once' -x
complete -c seed -l memory -d 'Memory for data on its way, and for what is kept of files and pieces' -x
complete -c seed -l bill -d 'As the only seed, pay for one copy, unless at most COPIES peers are there, each of which gets all of it; default: 2' -x
complete -c seed -l hurry -d 'Give to everybody as fast as it goes, whatever it costs'
complete -c seed -l max-upload -d 'Upload at most SIZE per second, all torrents together' -x
complete -c seed -l max-upload-each -d 'Upload at most SIZE per second for each torrent' -x
complete -c seed -l max-peers -d 'Connect to at most N peers for each torrent' -x
complete -c seed -l copies -d 'Stop with a torrent once N other complete peers have been seen to serve it' -x
complete -c seed -l seed-ratio -d 'Stop with a torrent when R times the size of its content is uploaded' -x
complete -c seed -l seed-time -d 'Stop after this time; default: never' -x
complete -c seed -l metrics -d 'Write figures for Prometheus to FILE, every five seconds' -r -F
complete -c seed -s q -l quiet -d 'Print only the result'
complete -c seed -s j -l json -d 'Print JSON, one object per line'
complete -c seed -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c seed -l color -d 'When to use colour' -x -a 'auto always never'
complete -c seed -l strict -d 'Refuse torrents that are only accepted with a warning'
complete -c seed -l max-size -d 'Largest .torrent to read; default: 256 MiB' -x
complete -c seed -s t -l threads -d 'Number of hashing threads; default: one for each core' -x
complete -c seed -l hash-backend -d 'Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -x -a 'avx512 avx2 avx2-only sha-ni crates'
complete -c seed -s h -l help -d 'Print help (see more with \'--help\')'
complete -c seed -s V -l version -d 'Print version'
