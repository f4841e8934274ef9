# Completions of follow-feed for fish.
complete -c follow-feed -s l -l list -d 'Also follow the feeds that this file lists, one a line' -r -F
complete -c follow-feed -s s -l save -d 'Save .torrent files in this folder, by the titles of their items' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c follow-feed -s w -l watch -d 'Put .torrent and .magnet files into this folder, which a torrent client watches' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c follow-feed -l fetch -d 'Fetch the content of new items into this folder, as `fetch` does, several at a time' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c follow-feed -l exec -d 'Run a command for each new item: all that follows, or until `;`' -x
complete -c follow-feed -l exec-timeout -d 'How long a command may run' -x
complete -c follow-feed -l match -d 'Take only items whose title matches one of these regular expressions, in any case' -x
complete -c follow-feed -l not -d 'Take no item whose title matches this regular expression' -x
complete -c follow-feed -l max-size -d 'Take no torrent whose content is larger' -x
complete -c follow-feed -l max-age -d 'Take no item that was published longer ago, such as `30d`' -x
complete -c follow-feed -l max-items -d 'Take at most this many items of a feed in one pass, the oldest first; the others wait for the next' -x
complete -c follow-feed -l min-free -d 'Let items wait as long as less than this would stay free beside their content' -x
complete -c follow-feed -l first-run -d 'What to take of a feed that is new to us: `none`, `latest`, `all`, a number, or an age such as `7d`' -x
complete -c follow-feed -l once-per -d 'Of items for which the groups of this regular expression match the same, take one' -x
complete -c follow-feed -l again -d 'Beside `--once-per`: take one more if its title matches this, such as `repack|proper`; with groups, one for each match' -x
complete -c follow-feed -l newest-per -d 'Of items for which the groups of this regular expression match the same, take the newest' -x
complete -c follow-feed -l revised -d 'What to do when a known item has another torrent; default: `take`, and with `--fetch` `tell`' -x -a 'take tell ignore'
complete -c follow-feed -l every -d 'How often to ask a feed, if it does not want to be asked less often' -x
complete -c follow-feed -l patience -d 'For how long a feed that does not answer is no error' -x
complete -c follow-feed -l catch-up -d 'Where items were missed, read up to N pages of older ones, if the feed has them' -x
complete -c follow-feed -l max-new -d 'Take nothing if more new items than this look like known ones: a publisher may have renamed them all' -x
complete -c follow-feed -l accept-surge -d 'Take the items that `--max-new` has stopped'
complete -c follow-feed -l retry -d 'How often to try an item, within a week' -x
complete -c follow-feed -l pause -d 'How long to wait before a host is asked again' -x
complete -c follow-feed -l timeout -d 'How long an answer may take, with all of its body' -x
complete -c follow-feed -l strict -d 'Count it as an answer of no (exit code 1) if items were missed'
complete -c follow-feed -l key -d 'The key of `minisign` that must have signed the feeds that are typed here; in a list, `key=KEY` stands behind each URL' -x
complete -c follow-feed -l trust -d 'Trust this key from now on, whatever was pinned for these feeds; the next pass asks at once' -x
complete -c follow-feed -l max-silence -d 'Say so (exit code 1, once a day) if the publisher of a signed feed has signed nothing for longer, such as `60d`' -x
complete -c follow-feed -l cookie-file -d 'Cookies, as curl, wget and browsers\' extensions write them; each goes only to its domain' -r -F
complete -c follow-feed -l netrc -d 'Users and passwords, as in `~/.netrc`; each goes only to its host' -r -F
complete -c follow-feed -l header-file -d 'Headers, each beneath a line with the site that it is for, such as `https://pub.example`' -r -F
complete -c follow-feed -l user-agent -d 'Who to say we are' -x
complete -c follow-feed -l state -d 'Where to remember; default: `STATE_DIRECTORY`, else `piecework/follow-feed` in `XDG_STATE_HOME`' -x -a '(__fish_complete_directories (commandline -ct))'
complete -c follow-feed -s n -l dry-run -d 'Take nothing, and print what would be done with each item'
complete -c follow-feed -l explain -d 'Ask nobody, and print for each item that is known what became of it and by which rule'
complete -c follow-feed -l check -d 'Ask the feeds, and print what would be taken of each if it were new, and what other programs would miss of it'
complete -c follow-feed -l list-state -d 'Print where it stands with each feed'
complete -c follow-feed -l mark -d 'Mark items as `new`, `taken` or `skipped`: by the beginning of a hash, a guid, a URL, or a title with `*` and `?`' -x
complete -c follow-feed -l forget -d 'Forget items, as if they had never been seen' -x
complete -c follow-feed -l recheck -d 'Ask again at once, and try again what was given up; with `--recheck=all`, also what was left for good: at the first run, as a duplicate' -x -a ' all'
complete -c follow-feed -l adopt -d 'Go on with a file of what is remembered that is broken: what the feed has counts as seen'
complete -c follow-feed -l dht-node -d 'Node of the DHT to begin with, in which peers are found without a tracker; may be given more than once' -x
complete -c follow-feed -l no-dht -d 'Leave the DHT alone'
complete -c follow-feed -l allow-private -d 'Let torrents, links, trackers and peers name addresses in private networks'
complete -c follow-feed -l port -d 'Port to listen on for peers; default: any that is free' -x
complete -c follow-feed -l bind -d 'Local address to listen on and connect from; default: all' -x
complete -c follow-feed -l encryption -d 'Whether streams with peers are encrypted' -x -a 'allow require never'
complete -c follow-feed -l no-lsd -d 'Do not look for peers in the networks of this machine by multicast (BEP 14), nor tell them what is here'
complete -c follow-feed -l max-download -d 'Download at most SIZE per second, all torrents together' -x
complete -c follow-feed -l max-upload -d 'Upload at most SIZE per second, all torrents together' -x
complete -c follow-feed -l memory -d 'Memory for data that is not yet on disk, and for what is kept of files and pieces' -x
complete -c follow-feed -l stall-timeout -d 'Give up if no data arrives for this time; 0: never' -x
complete -c follow-feed -l metadata-timeout -d 'Give up on a magnet link if its metadata does not arrive in this time; 0: never' -x
complete -c follow-feed -l deadline -d 'End the pass after this time; what is not complete is gone on with in the next one' -x
complete -c follow-feed -s t -l threads -d 'Number of hashing threads; default: one for each core' -x
complete -c follow-feed -l hash-backend -d 'Hashing code to use: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default: `PIECEWORK_HASH_BACKEND`, else the fastest' -x
complete -c follow-feed -s q -l quiet -d 'Print only the result'
complete -c follow-feed -s j -l json -d 'Print JSON, one object per line'
complete -c follow-feed -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c follow-feed -l color -d 'When to use colour' -x -a 'auto always never'
complete -c follow-feed -s h -l help -d 'Print help (see more with \'--help\')'
complete -c follow-feed -s V -l version -d 'Print version'
