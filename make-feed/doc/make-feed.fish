# Completions of make-feed for fish.
complete -c make-feed -s o -l output -d 'Where to write; default: standard output' -r -F
complete -c make-feed -s u -l update -d 'Add the torrents to this feed, which is created if it does not exist' -x -a '(string match -r -- ".*(?:/|[.](?:xml|rss|atom|json))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c make-feed -s f -l force -d 'Replace a file that exists; with `--update`, go on even if something is lost that should not be'
complete -c make-feed -l format -d 'Format of the feed; default: that of the feed to update, else rss' -x -a 'rss atom json'
complete -c make-feed -s t -l title -d 'Name of the feed' -x
complete -c make-feed -s l -l link -d 'URL of the page that the feed belongs to' -x
complete -c make-feed -s d -l description -d 'Description of the feed; default: the title' -x
complete -c make-feed -l self-url -d 'URL of the feed itself' -x
complete -c make-feed -l hub -d 'URL of a WebSub hub that notifies subscribers' -x
complete -c make-feed -l ttl -d 'How many minutes clients may wait before they look again' -x
complete -c make-feed -l language -d 'Language of the feed, such as `en` or `de-at`' -x
complete -c make-feed -l copyright -d 'Who owns the content, or its licence' -x
complete -c make-feed -l category -d 'What the feed is about; may be given several times. Of a podcast also `Arts/Books`' -x
complete -c make-feed -l image -d 'URL of a picture of the feed' -x
complete -c make-feed -l author -d 'Who the feed is by: in a podcast, Atom or JSON Feed' -x
complete -c make-feed -l explicit -d 'Whether the podcast is for adults only, which directories of podcasts want to know' -x -a 'true false'
complete -c make-feed -l item-title -d 'Title of the one torrent; default: its name' -x
complete -c make-feed -l item-description -d 'What there is to say of the one torrent; its size is put behind that' -x
complete -c make-feed -l item-link -d 'URL of the page about the one torrent, such as its release notes' -x
complete -c make-feed -l attach -d 'Attach the one torrent to the item of the feed that has this id or link' -x
complete -c make-feed -s b -l base-url -d 'URL of the .torrent files: their names are appended' -x
complete -c make-feed -s m -l magnet -d 'Link to magnet links instead of .torrent files'
complete -c make-feed -s p -l podcast -d 'Make a podcast: the media file is the enclosure, the torrent an alternate enclosure'
complete -c make-feed -l date -d 'Date of items whose torrent has none inside: seconds since 1970 or RFC 3339' -x
complete -c make-feed -s k -l keep -d 'Keep only the newest N items' -x
complete -c make-feed -l keep-per -d 'Keep the newest item of each product, or with `--keep` the newest N of each' -x
complete -c make-feed -l max-age -d 'Drop items that are older than this, such as `90d` or `12h`' -x
complete -c make-feed -l supersedes -d 'Remove the item with this info hash, because a torrent of this run replaces it' -x
complete -c make-feed -l sign -d 'Sign the feed with this secret key of `minisign`' -r -F
complete -c make-feed -l next-key -d 'Say that this key will sign from now on, so that subscribers follow it' -x
complete -c make-feed -l key -d 'The public key that must have signed: with `--check` the feeds, with `--sign` the feed that is updated' -x
complete -c make-feed -s c -l check -d 'Check feeds: prints what programs would miss or mistake, exit code 1 if a program would miss an item'
complete -c make-feed -l reader -d 'Check only for these programs; default: all that want torrents, or podcast where media files are attached' -x -a '(printf "%s\n" (string replace -r -- "^--[^=]*=" "" "$(commandline -ct)" | string replace -r -- "[^,]*\$" ""){qbittorrent,flexget,sonarr,autobrr,transmission-rss,podcast})'
complete -c make-feed -l seen -d 'Also print what each program would take from each item'
complete -c make-feed -l all -d 'Print each finding; by default those of one rule and program are summed up, except with `--json`'
complete -c make-feed -l strict -d 'Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors'
complete -c make-feed -s q -l quiet -d 'Print only the result'
complete -c make-feed -s j -l json -d 'Print JSON, one object per line'
complete -c make-feed -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c make-feed -l color -d 'When to use colour' -x -a 'auto always never'
complete -c make-feed -l explain -d 'Explain a rule of `--check`; without RULE, list all of them' -x -a 'P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 xml format title link window'
complete -c make-feed -s h -l help -d 'Print help (see more with \'--help\')'
complete -c make-feed -s V -l version -d 'Print version'
complete -c make-feed -n 'string match -qr -- "^(-c|--check)\$" (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:xml|rss|atom|json))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c make-feed -n 'not string match -qr -- "^(-c|--check)\$" (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
