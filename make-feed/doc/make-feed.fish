complete -c make-feed -s o -l output -d 'Where to write; default: standard output' -r -F
complete -c make-feed -s u -l update -d 'Bring the torrents into this feed; it is made if it is not there' -r -F
complete -c make-feed -l format -d 'How to write; default: as the feed of `--update` is, else rss' -r -f -a "rss\t'RSS 2.0, which every program reads'
atom\t'Atom 1.0'
json\t'JSON Feed 1.1'"
complete -c make-feed -s t -l title -d 'Name of the feed' -r
complete -c make-feed -s l -l link -d 'The page it belongs to' -r
complete -c make-feed -s d -l description -d 'A sentence about it; default: the title' -r
complete -c make-feed -l self-url -d 'Where the feed itself will be' -r
complete -c make-feed -l hub -d 'WebSub hub that tells subscribers of news' -r
complete -c make-feed -l ttl -d 'Minutes until it is worth another look' -r
complete -c make-feed -s b -l base-url -d 'Where the .torrent files will be: their names are appended' -r
complete -c make-feed -l date -d 'Date of torrents that have none inside: seconds since 1970 or RFC 3339' -r
complete -c make-feed -s k -l keep -d 'Keep the newest N items' -r
complete -c make-feed -l max-age -d 'Drop items that are older than this: `90d`, `12h`' -r
complete -c make-feed -l supersedes -d 'Take out the item with this info hash, because a torrent of this run replaces it' -r
complete -c make-feed -l reader -d 'Judge as these programs read only' -r -f -a "qbittorrent\t''
flexget\t''
sonarr\t''
autobrr\t''
transmission-rss\t''"
complete -c make-feed -l explain -d 'Say what a rule wants, and why' -r
complete -c make-feed -l progress -d 'How to show progress on standard error' -r -f -a "auto\t'A bar, if standard error is a terminal'
never\t'Nothing'
json\t'JSON lines, anywhere'"
complete -c make-feed -l color -d 'When to use colour' -r -f -a "auto\t'If standard output is a terminal and `NO_COLOR` is not set'
always\t'Even into a file'
never\t'Not even on a terminal'"
complete -c make-feed -s f -l force -d 'Replace a file that exists; with `--update`, even if items of a broken feed are lost'
complete -c make-feed -s m -l magnet -d 'Give magnet links instead of URLs of .torrent files'
complete -c make-feed -s p -l podcast -d 'Make a podcast: the media is the enclosure, the torrent stands beside it'
complete -c make-feed -s c -l check -d 'Judge feeds: one finding a line, exit 1 if a program would miss an item'
complete -c make-feed -l seen -d 'Say as well what each program takes of each item'
complete -c make-feed -l strict -d 'Refuse torrents that would be accepted with a warning; with `--check`, warnings count as well'
complete -c make-feed -s q -l quiet -d 'Say only the result'
complete -c make-feed -s j -l json -d 'Print one JSON object a line'
complete -c make-feed -s h -l help -d 'Print help (see more with \'--help\')'
complete -c make-feed -s V -l version -d 'Print version'
