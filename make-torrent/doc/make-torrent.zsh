#compdef make-torrent
_arguments -s -S \
  '(--each)--each[Make one torrent for each PATH]' \
  '(-o --output)'{-o+,--output=}'[Where to write\: a file, a folder, or `-` for standard output]:FILE:_files' \
  '(-f --force)'{-f,--force}'[Replace a file that exists]' \
  '(--skip-existing)--skip-existing[Leave a torrent alone that is there and still right; exit code 1 if it is not]' \
  '(--update)--update[The same, but make a torrent anew that is no longer right]' \
  '(--magnet)--magnet[Print a magnet link as well]' \
  '(--explain)--explain[Explain what is part of the info hash, and what is not]' \
  '(--dry-run)--dry-run[List the files, sizes and piece length, without reading data or writing a torrent]' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--protocol)--protocol=[Which hashes to put in\: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both]:WHICH:(v1 v2 hybrid)' \
  '(--align)--align[Align every file of a v1 torrent to a piece, with pad files (BEP 47)]' \
  '(-n --name)'{-n+,--name=}'[Name of the file or folder, instead of PATH'\''s own]:NAME: ' \
  '(-l --piece-length)'{-l+,--piece-length=}'[Piece length\: bytes, `1MiB`, or an exponent of 2 from 14 to 28]:SIZE: ' \
  '(--max-pieces)--max-pieces=[Choose a piece length that makes at most N pieces, padding counted]:N: ' \
  '(--max-torrent-size)--max-torrent-size=[Choose a piece length that keeps the .torrent within SIZE]:SIZE: ' \
  '*'{-a+,--announce=}'[Tracker; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)]:URL: ' \
  '*'{-w+,--web-seed=}'[Web seed\: a web server that has the same files (BEP 19); for a folder it must end in `/`]:URL: ' \
  '*--http-seed=[HTTP seed of the older kind (BEP 17)]:URL: ' \
  '*--node=[DHT node that clients can bootstrap from (BEP 5)]:HOST\:PORT: ' \
  '(-c --comment)'{-c+,--comment=}'[Comment for people to read]:TEXT: ' \
  '(--date)--date=[Creation date\: seconds since 1970, a day such as `2024-05-01` (UTC), or RFC 3339; default\: `SOURCE_DATE_EPOCH`, else none]:TIME: ' \
  '(--created-by)--created-by=[Name of the program that made it; default\: none]:TEXT: ' \
  '(-p --private)'{-p,--private}'[Private torrent\: peers come from its trackers only (BEP 27); needs `--announce`]' \
  '(-s --source)'{-s+,--source=}'[Source tag; different tags give different info hashes]:TEXT: ' \
  '(-x --cross-seed)'{-x,--cross-seed}'[Add random bytes, which make the info hash unique]' \
  '*--similar=[Info hash of a torrent that shares files with this one (BEP 38)]:HASH: ' \
  '*--collection=[Collection this torrent is part of (BEP 38)]:NAME: ' \
  '(--update-url)--update-url=[URL of newer versions of the torrent (BEP 39)]:URL: ' \
  '*--set=[Any other key\: `KEY=JSON`, or `info.KEY=JSON` inside the info hash]:KEY=JSON: ' \
  '*'{-e+,--exclude=}'[Leave out what matches; globs without `/` match names at any depth, others whole paths]:GLOB: ' \
  '*'{-i+,--include=}'[Take only files that match or are in a folder that matches; a PATH that is a file is always taken]:GLOB: ' \
  '(--exclude-hidden)--exclude-hidden[Leave out names that start with a dot]' \
  '(--exclude-junk)--exclude-junk[Leave out files that operating systems create, such as .DS_Store; `--help` lists the names]' \
  '(--ignore-files)--ignore-files[Obey .gitignore files, and leave out .git]' \
  '(--symlinks)--symlinks=[What to do with symbolic links in folders; a PATH that is a link is always followed]:HOW:(follow store skip error)' \
  '(--skip-unreadable)--skip-unreadable[Leave out what cannot be read, instead of giving up]' \
  '(--raw-names)--raw-names[Accept names that are not UTF-8, and keep their bytes]' \
  '(--portable)--portable[Refuse names that some systems cannot store, instead of warning about them]' \
  '(-t --threads)'{-t+,--threads=}'[Number of hashing threads; default\: one for each core]:N: ' \
  '(--io)--io=[How to read files\: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache]:HOW:(auto mmap read direct)' \
  '(-v --verbose)'{-v,--verbose}'[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
  '(--hash-backend)--hash-backend=[Hashing code to use\: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default\: `PIECEWORK_HASH_BACKEND`, else the fastest]:NAME:(avx512 avx2 avx2-only sha-ni crates)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:PATH:_files'
