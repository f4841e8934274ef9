# Completions of make-torrent for fish.
complete -c make-torrent -l each -d 'Make one torrent for each PATH'
complete -c make-torrent -s o -l output -d 'Where to write: a file, a folder, or `-` for standard output' -r -F
complete -c make-torrent -s f -l force -d 'Replace a file that exists'
complete -c make-torrent -l skip-existing -d 'Leave a torrent alone that is there and still right; exit code 1 if it is not'
complete -c make-torrent -l update -d 'The same, but make a torrent anew that is no longer right'
complete -c make-torrent -l magnet -d 'Print a magnet link as well'
complete -c make-torrent -l explain -d 'Explain what is part of the info hash, and what is not'
complete -c make-torrent -l dry-run -d 'List the files, sizes and piece length, without reading data or writing a torrent'
complete -c make-torrent -s q -l quiet -d 'Print only the result'
complete -c make-torrent -s j -l json -d 'Print JSON, one object per line'
complete -c make-torrent -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c make-torrent -l color -d 'When to use colour' -x -a 'auto always never'
complete -c make-torrent -l protocol -d 'Which hashes to put in: v1 works in every client, v2 (BEP 52) in newer ones, hybrid in both' -x -a 'v1 v2 hybrid'
complete -c make-torrent -l align -d 'Align every file of a v1 torrent to a piece, with pad files (BEP 47)'
complete -c make-torrent -s n -l name -d 'Name of the file or folder, instead of PATH\'s own' -x
complete -c make-torrent -s l -l piece-length -d 'Piece length: bytes, `1MiB`, or an exponent of 2 from 14 to 28' -x
complete -c make-torrent -l max-pieces -d 'Choose a piece length that makes at most N pieces, padding counted' -x
complete -c make-torrent -l max-torrent-size -d 'Choose a piece length that keeps the .torrent within SIZE' -x
complete -c make-torrent -s a -l announce -d 'Tracker; each `-a` is a tier of its own, commas separate trackers of the same tier (BEP 12)' -x
complete -c make-torrent -s w -l web-seed -d 'Web seed: a web server that has the same files (BEP 19); for a folder it must end in `/`' -x
complete -c make-torrent -l http-seed -d 'HTTP seed of the older kind (BEP 17)' -x
complete -c make-torrent -l node -d 'DHT node that clients can bootstrap from (BEP 5)' -x
complete -c make-torrent -s c -l comment -d 'Comment for people to read' -x
complete -c make-torrent -l date -d 'Creation date: seconds since 1970, a day such as `2024-05-01` (UTC), or RFC 3339; default: `SOURCE_DATE_EPOCH`, else none' -x
complete -c make-torrent -l created-by -d 'Name of the program that made it; default: none' -x
complete -c make-torrent -s p -l private -d 'Private torrent: peers come from its trackers only (BEP 27); needs `--announce`'
complete -c make-torrent -s s -l source -d 'Source tag; different tags give different info hashes' -x
complete -c make-torrent -s x -l cross-seed -d 'Add random bytes, which make the info hash unique'
complete -c make-torrent -l similar -d 'Info hash of a torrent that shares files with this one (BEP 38)' -x
complete -c make-torrent -l collection -d 'Collection this torrent is part of (BEP 38)' -x
complete -c make-torrent -l update-url -d 'URL of newer versions of the torrent (BEP 39)' -x
complete -c make-torrent -l set -d 'Any other key: `KEY=JSON`, or `info.KEY=JSON` inside the info hash' -x
complete -c make-torrent -s e -l exclude -d 'Leave out what matches; globs without `/` match names at any depth, others whole paths' -x
complete -c make-torrent -s i -l include -d 'Take only files that match or are in a folder that matches; a PATH that is a file is always taken' -x
complete -c make-torrent -l exclude-hidden -d 'Leave out names that start with a dot'
complete -c make-torrent -l exclude-junk -d 'Leave out files that operating systems create, such as .DS_Store; `--help` lists the names'
complete -c make-torrent -l ignore-files -d 'Obey .gitignore files, and leave out .git'
complete -c make-torrent -l symlinks -d 'What to do with symbolic links in folders; a PATH that is a link is always followed' -x -a 'follow store skip error'
complete -c make-torrent -l skip-unreadable -d 'Leave out what cannot be read, instead of giving up'
complete -c make-torrent -l raw-names -d 'Accept names that are not UTF-8, and keep their bytes'
complete -c make-torrent -l portable -d 'Refuse names that some systems cannot store, instead of warning about them'
complete -c make-torrent -s t -l threads -d 'Number of hashing threads; default: one for each core' -x
complete -c make-torrent -l io -d 'How to read files: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache' -x -a 'auto mmap read direct'
complete -c make-torrent -s v -l verbose -d 'Say at the end how fast it was, and whether hashing or the disk was the limit'
complete -c make-torrent -l hash-backend -d 'Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -x -a 'avx512 avx2 avx2-only sha-ni crates'
complete -c make-torrent -s h -l help -d 'Print help (see more with \'--help\')'
complete -c make-torrent -s V -l version -d 'Print version'
