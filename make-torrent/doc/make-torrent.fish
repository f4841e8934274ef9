complete -c make-torrent -s o -l output -d 'Where to write: a file, a folder, or `-` for standard output' -r -F
complete -c make-torrent -l progress -d 'How to show progress on standard error' -r -f -a "auto\t'A bar, if standard error is a terminal'
never\t'Nothing'
json\t'JSON lines, anywhere'"
complete -c make-torrent -l color -d 'When to use colour' -r -f -a "auto\t'If standard output is a terminal and `NO_COLOR` is not set'
always\t'Even into a file'
never\t'Not even on a terminal'"
complete -c make-torrent -l protocol -d 'Which hashes: v1 for every client, v2 (BEP 52) for new ones, hybrid for both' -r -f -a "v1\t'SHA-1 pieces'
v2\t'SHA-256 trees'
hybrid\t'Both'"
complete -c make-torrent -s n -l name -d 'Name of the file or folder, instead of PATH\'s own' -r
complete -c make-torrent -s l -l piece-length -d 'Piece length: bytes, `1MiB`, or an exponent of 2 from 14 to 28' -r
complete -c make-torrent -l max-pieces -d 'Choose a piece length that makes at most N pieces, padding counted' -r
complete -c make-torrent -l max-torrent-size -d 'Choose a piece length that keeps the .torrent within SIZE' -r
complete -c make-torrent -s a -l announce -d 'Tracker; each `-a` is a tier, commas separate trackers of one tier (BEP 12)' -r
complete -c make-torrent -s w -l web-seed -d 'Web seed (BEP 19); for a folder it must end in `/`' -r
complete -c make-torrent -l http-seed -d 'HTTP seed of the older kind (BEP 17)' -r
complete -c make-torrent -l node -d 'DHT node to begin with (BEP 5)' -r
complete -c make-torrent -s c -l comment -d 'Comment' -r
complete -c make-torrent -l date -d 'Creation date: seconds since 1970 or RFC 3339; default: `SOURCE_DATE_EPOCH`, else none' -r
complete -c make-torrent -l created-by -d 'Name of the program that made it; default: none' -r
complete -c make-torrent -s s -l source -d 'Source tag, which makes the info hash differ between trackers' -r
complete -c make-torrent -l similar -d 'Torrent that shares files with this one, by info hash (BEP 38)' -r
complete -c make-torrent -l collection -d 'Collection this torrent is part of (BEP 38)' -r
complete -c make-torrent -l update-url -d 'Where a newer version of the torrent will be (BEP 39)' -r
complete -c make-torrent -l set -d 'Any other key: `KEY=JSON`, or `info.KEY=JSON` inside the info hash' -r
complete -c make-torrent -s e -l exclude -d 'Leave out what matches; without `/` names at any depth, with `/` whole paths' -r
complete -c make-torrent -s i -l include -d 'Take only files that match, or lie in a folder that does; a PATH that is a file is taken anyway' -r
complete -c make-torrent -l symlinks -d 'What to do with symbolic links in folders; a PATH that is one is followed' -r -f -a "follow\t'Take what they lead to'
store\t'Put the links into the torrent (BEP 47)'
skip\t'Leave them out'
error\t'Refuse to go on'"
complete -c make-torrent -s t -l threads -d 'Threads that hash; default: one for each core' -r
complete -c make-torrent -l hash-backend -d 'Code that hashes; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -r
complete -c make-torrent -l io -d 'How to read files: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache' -r -f -a "auto\t''
mmap\t''
read\t''
direct\t''"
complete -c make-torrent -l each -d 'One torrent for each PATH'
complete -c make-torrent -s f -l force -d 'Replace a file that exists'
complete -c make-torrent -l magnet -d 'Print a magnet link as well'
complete -c make-torrent -l explain -d 'Print what went into the info hash, and what did not'
complete -c make-torrent -l dry-run -d 'List files, sizes and piece length without reading data'
complete -c make-torrent -s q -l quiet -d 'Say only the result'
complete -c make-torrent -s j -l json -d 'Print one JSON object a line'
complete -c make-torrent -l align -d 'Start every file with a piece in v1, by pad files (BEP 47)'
complete -c make-torrent -s p -l private -d 'Peers from the trackers only (BEP 27); needs a tracker'
complete -c make-torrent -s x -l cross-seed -d 'Random bytes, which make the info hash unique'
complete -c make-torrent -l exclude-hidden -d 'Leave out names that start with a dot'
complete -c make-torrent -l exclude-junk -d 'Leave out what systems leave behind; `--help` lists the names'
complete -c make-torrent -l ignore-files -d 'Obey .gitignore files, and leave out .git'
complete -c make-torrent -l skip-unreadable -d 'Go on without what cannot be read'
complete -c make-torrent -l raw-names -d 'Take names that are not UTF-8, byte for byte'
complete -c make-torrent -l portable -d 'Refuse names that some system cannot hold, instead of warning'
complete -c make-torrent -s v -l verbose -d 'End with a line that says how fast it was, and what the limit was'
complete -c make-torrent -s h -l help -d 'Print help (see more with \'--help\')'
complete -c make-torrent -s V -l version -d 'Print version'
