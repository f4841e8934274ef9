#compdef seed
_arguments -s -S \
  '(--data)--data=[Folder that holds the data of all torrents; no PATH is DATA then]:DIR:_files -/' \
  '(--check)--check=[What is looked at before data is given]:HOW:(lazy full sizes)' \
  '(--state)--state=[Folder for the journals of what was checked, which need not be read again]:DIR:_files -/' \
  '*--watch=[Offer the torrents of DIR as they come, until they go; may be given more than once]:DIR:_files -/' \
  '(--make)--make[Of other files and folders that come to DIR make torrents, and offer these]' \
  '(--save-torrent)--save-torrent=[Write the torrents that are made to a file or folder; default\: NAME.torrent in the current folder]:FILE:_files' \
  '(-f --force)'{-f,--force}'[Replace a file that exists]' \
  '(--protocol)--protocol=[Which hashes to put in\: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both]:WHICH:(v1 v2 hybrid)' \
  '*'{-a+,--announce=}'[Tracker to put in; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)]:URL: ' \
  '*--peer=[Additional peer, for every torrent; may be given more than once]:HOST\:PORT: ' \
  '*--tracker=[Additional tracker, for every torrent and its magnet link; may be given more than once]:URL: ' \
  '*'{-w+,--web-seed=}'[Web seed\: a web server that has the same files (BEP 19); for the magnet links, and the torrents that are made]:URL: ' \
  '(--serve)--serve[Serve all of it over HTTP, too, at the port of peers\: a page, the torrents, the files, a feed; and be their tracker]' \
  '(--url)--url=[The URL that clients know the server by, if a proxy is in front of it; default\: the host that each asks for]:URL: ' \
  '(--max-web)--max-web=[Send at most SIZE of files per second over HTTP; it counts in `--max-upload` as well]:SIZE: ' \
  '(--open-tracker)--open-tracker[Track the torrents of others, too, if they are announced here]' \
  '*--dht-node=[Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once]:HOST\:PORT: ' \
  '(--no-dht)--no-dht[Leave the DHT alone]' \
  '(--allow-private)--allow-private[Let torrents, links, trackers and peers name addresses in private networks]' \
  '(--port)--port=[Port to listen on for peers; default\: any that is free]:PORT: ' \
  '(--bind)--bind=[Local address to listen on and connect from; default\: all]:ADDR: ' \
  '(--encryption)--encryption=[Whether streams with peers are encrypted]:WHEN:(allow require never)' \
  '(--no-lsd)--no-lsd[Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here]' \
  '*--address=[Public address at which peers find it, if a router forwards the port; may be given more than once]:ADDR[\:PORT]: ' \
  '(--memory)--memory=[Memory for data on its way, and for what is kept of files and pieces]:SIZE: ' \
  '(--bill)--bill=[As the only seed, pay for one copy, unless at most COPIES peers are there, each of which gets all of it; default\: 2]:COPIES: ' \
  '(--hurry)--hurry[Give to everybody as fast as it goes, whatever it costs]' \
  '(--max-upload)--max-upload=[Upload at most SIZE per second, all torrents together]:SIZE: ' \
  '(--max-upload-each)--max-upload-each=[Upload at most SIZE per second for each torrent]:SIZE: ' \
  '(--max-peers)--max-peers=[Connect to at most N peers for each torrent]:N: ' \
  '(--copies)--copies=[Stop with a torrent once N other complete peers have been seen to serve it]:N: ' \
  '(--seed-ratio)--seed-ratio=[Stop with a torrent when R times the size of its content is uploaded]:R: ' \
  '(--seed-time)--seed-time=[Stop after this time; default\: never]:TIME: ' \
  '(--metrics)--metrics=[Write figures for Prometheus to FILE, every five seconds]:FILE:_files' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--strict)--strict[Refuse torrents that are only accepted with a warning]' \
  '(--max-size)--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE: ' \
  '(-t --threads)'{-t+,--threads=}'[Number of hashing threads; default\: one for each core]:N: ' \
  '(--hash-backend)--hash-backend=[Hashing code to use\: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default\: `PIECEWORK_HASH_BACKEND`, else the fastest]:NAME:(avx512 avx2 avx2-only sha-ni crates)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:PATH:_files'
