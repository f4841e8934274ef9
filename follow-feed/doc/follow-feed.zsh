#compdef follow-feed
_arguments -s -S \
  '(-l --list)'{-l+,--list=}'[Also follow the feeds that this file lists, one a line]:FILE:_files' \
  '(-s --save)'{-s+,--save=}'[Save .torrent files in this folder, by the titles of their items]:DIR:_files -/' \
  '(-w --watch)'{-w+,--watch=}'[Put .torrent and .magnet files into this folder, which a torrent client watches]:DIR:_files -/' \
  '(--fetch)--fetch=[Fetch the content of new items into this folder, as `fetch` does, several at a time]:DIR:_files -/' \
  '*--exec[Run a command for each new item\: all that follows, or until `;`]:CMD: ' \
  '(--exec-timeout)--exec-timeout=[How long a command may run]:DURATION: ' \
  '*--match=[Take only items whose title matches one of these regular expressions, in any case]:REGEX: ' \
  '*--not=[Take no item whose title matches this regular expression]:REGEX: ' \
  '(--max-size)--max-size=[Take no torrent whose content is larger]:SIZE: ' \
  '(--max-age)--max-age=[Take no item that was published longer ago, such as `30d`]:DURATION: ' \
  '(--max-items)--max-items=[Take at most this many items of a feed in one pass, the oldest first; the others wait for the next]:N: ' \
  '(--min-free)--min-free=[Let items wait as long as less than this would stay free beside their content]:SIZE: ' \
  '(--first-run)--first-run=[What to take of a feed that is new to us\: `none`, `latest`, `all`, a number, or an age such as `7d`]:WHICH: ' \
  '(--once-per)--once-per=[Of items for which the groups of this regular expression match the same, take one]:REGEX: ' \
  '(--again)--again=[Beside `--once-per`\: take one more if its title matches this, such as `repack|proper`; with groups, one for each match]:REGEX: ' \
  '(--newest-per)--newest-per=[Of items for which the groups of this regular expression match the same, take the newest]:REGEX: ' \
  '(--revised)--revised=[What to do when a known item has another torrent; default\: `take`, and with `--fetch` `tell`]:WHAT:(take tell ignore)' \
  '(--every)--every=[How often to ask a feed, if it does not want to be asked less often]:DURATION: ' \
  '(--patience)--patience=[For how long a feed that does not answer is no error]:DURATION: ' \
  '(--catch-up)--catch-up=[Where items were missed, read up to N pages of older ones, if the feed has them]:N: ' \
  '(--max-new)--max-new=[Take nothing if more new items than this look like known ones\: a publisher may have renamed them all]:N: ' \
  '(--accept-surge)--accept-surge[Take the items that `--max-new` has stopped]' \
  '(--retry)--retry=[How often to try an item, within a week]:N: ' \
  '(--pause)--pause=[How long to wait before a host is asked again]:DURATION: ' \
  '(--timeout)--timeout=[How long an answer may take, with all of its body]:DURATION: ' \
  '(--strict)--strict[Count it as an answer of no (exit code 1) if items were missed]' \
  '(--key)--key=[The key of `minisign` that must have signed the feeds that are typed here; in a list, `key=KEY` stands behind each URL]:KEY: ' \
  '(--trust)--trust=[Trust this key from now on, whatever was pinned for these feeds; the next pass asks at once]:KEY: ' \
  '(--max-silence)--max-silence=[Say so (exit code 1, once a day) if the publisher of a signed feed has signed nothing for longer, such as `60d`]:DURATION: ' \
  '*--cookie-file=[Cookies, as curl, wget and browsers'\'' extensions write them; each goes only to its domain]:FILE:_files' \
  '(--netrc)--netrc=[Users and passwords, as in `~/.netrc`; each goes only to its host]:FILE:_files' \
  '*--header-file=[Headers, each beneath a line with the site that it is for, such as `https\://pub.example`]:FILE:_files' \
  '(--user-agent)--user-agent=[Who to say we are]:TEXT: ' \
  '(--state)--state=[Where to remember; default\: `STATE_DIRECTORY`, else `piecework/follow-feed` in `XDG_STATE_HOME`]:DIR:_files -/' \
  '(-n --dry-run)'{-n,--dry-run}'[Take nothing, and print what would be done with each item]' \
  '(--explain)--explain[Ask nobody, and print for each item that is known what became of it and by which rule]' \
  '(--check)--check[Ask the feeds, and print what would be taken of each if it were new, and what other programs would miss of it]' \
  '(--list-state)--list-state[Print where it stands with each feed]' \
  '*--mark[Mark items as `new`, `taken` or `skipped`\: by the beginning of a hash, a guid, a URL, or a title with `*` and `?`]:STATE: :STATE: ' \
  '(--forget)--forget=[Forget items, as if they had never been seen]:ITEM: ' \
  '(--recheck)--recheck=[Ask again at once, and try again what was given up; with `--recheck=all`, also what was left for good\: at the first run, as a duplicate]:all:( all)' \
  '(--adopt)--adopt[Go on with a file of what is remembered that is broken\: what the feed has counts as seen]' \
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
  '(--stall-timeout)--stall-timeout=[Give up if no data arrives for this time; 0\: never]:TIME: ' \
  '(--metadata-timeout)--metadata-timeout=[Give up on a magnet link if its metadata does not arrive in this time; 0\: never]:TIME: ' \
  '(--deadline)--deadline=[End the pass after this time; what is not complete is gone on with in the next one]:TIME: ' \
  '(-t --threads)'{-t+,--threads=}'[Number of hashing threads; default\: one for each core]:N: ' \
  '(--hash-backend)--hash-backend=[Hashing code to use\: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default\: `PIECEWORK_HASH_BACKEND`, else the fastest]:NAME: ' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:URL:{ if [[ -n ${words[(r)(--exec)]} ]]; then  ; else  ; fi }'
