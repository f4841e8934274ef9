#compdef fetch
_arguments -s -S \
  '(-o --output)'{-o+,--output=}'[Folder to write into; or, if it has an extension and is not there, the name for a torrent of a single file]:DIR|FILE:_files' \
  '*--select=[Fetch only these files\: globs, or indices as `inspect-torrent --files` shows them; commas separate several]:GLOB|INDEX: ' \
  '(--clean-names)--clean-names[Replace in names what some file system cannot hold (`/`, `\:`, `?`, …), and shorten long ones]' \
  '*--rename=[Give a file another path, below the torrent'\''s folder; may be given more than once]:INDEX=PATH: ' \
  '(--strip-folder)--strip-folder[Write the files into DIR itself, without the torrent'\''s own folder]' \
  '(-f --force)'{-f,--force}'[Replace or repair files that exist with other content]' \
  '(--recheck)--recheck[Ignore the journal and hash all existing data]' \
  '*--peer=[Additional peer, for every SOURCE; may be given more than once]:HOST\:PORT: ' \
  '*--tracker=[Additional tracker, for every SOURCE\: a server that knows peers; may be given more than once]:URL: ' \
  '*--web-seed=[Additional web seed, for every SOURCE\: a web server that has the files (BEP 19); may be given more than once]:URL: ' \
  '*--header=[Header for the web servers of SOURCE, `--tracker` and `--web-seed`; may be given more than once]:NAME\: VALUE: ' \
  '(--user-agent)--user-agent=[Name to go by at all web servers; default\: Piecework and its version]:TEXT: ' \
  '*--dht-node=[Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once]:HOST\:PORT: ' \
  '(--no-dht)--no-dht[Leave the DHT alone]' \
  '(--allow-private)--allow-private[Let torrents, links, trackers and peers name addresses in private networks]' \
  '(--port)--port=[Port to listen on for peers; default\: any that is free]:PORT: ' \
  '(--bind)--bind=[Local address to listen on and connect from; default\: all]:ADDR: ' \
  '(--encryption)--encryption=[Whether streams with peers are encrypted]:WHEN:(allow require never)' \
  '(--no-lsd)--no-lsd[Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here]' \
  '(--max-download)--max-download=[Download at most SIZE per second, all torrents together]:SIZE: ' \
  '(--max-upload)--max-upload=[Upload at most SIZE per second, all torrents together]:SIZE: ' \
  '(--memory)--memory=[Memory for data that is not yet on disk, and for what is kept of files and pieces]:SIZE: ' \
  '(--seed-ratio)--seed-ratio=[Seed until R times the size of the content is uploaded]:R: ' \
  '(--seed-time)--seed-time=[Seed for this long]:TIME: ' \
  '(--deadline)--deadline=[Give up if not complete after this time; default\: never]:TIME: ' \
  '(--stall-timeout)--stall-timeout=[Give up if no data arrives for this time; 0\: never]:TIME: ' \
  '(--metadata-timeout)--metadata-timeout=[Give up on a magnet link if its metadata does not arrive in this time; 0\: never]:TIME: ' \
  '(--print-torrent)--print-torrent[Print the .torrent instead of fetching its content\: turns a magnet link into a .torrent]' \
  '(--dry-run)--dry-run[Print what would be fetched, and whether it fits on the disk]' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--key)--key=[Refuse torrents that this key of `minisign` has not signed]:KEY: ' \
  '(--strict)--strict[Refuse torrents that are only accepted with a warning]' \
  '(--max-size)--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE: ' \
  '(-t --threads)'{-t+,--threads=}'[Number of hashing threads; default\: one for each core]:N: ' \
  '(--hash-backend)--hash-backend=[Hashing code to use\: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default\: `PIECEWORK_HASH_BACKEND`, else the fastest]:NAME:(avx512 avx2 avx2-only sha-ni crates)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:SOURCE:_files -g "*.(torrent|magnet)(-.)"'
