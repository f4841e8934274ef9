#compdef make-feed
_arguments -s -S \
  '(-o --output)'{-o+,--output=}'[Where to write; default\: standard output]:FILE:_files' \
  '(-u --update)'{-u+,--update=}'[Add the torrents to this feed, which is created if it does not exist]:FILE:_files -g "*.(xml|rss|atom|json)(-.)"' \
  '(-f --force)'{-f,--force}'[Replace a file that exists; with `--update`, go on even if something is lost that should not be]' \
  '(--format)--format=[Format of the feed; default\: that of the feed to update, else rss]:FORMAT:(rss atom json)' \
  '(-t --title)'{-t+,--title=}'[Name of the feed]:TEXT: ' \
  '(-l --link)'{-l+,--link=}'[URL of the page that the feed belongs to]:URL: ' \
  '(-d --description)'{-d+,--description=}'[Description of the feed; default\: the title]:TEXT: ' \
  '(--self-url)--self-url=[URL of the feed itself]:URL: ' \
  '(--hub)--hub=[URL of a WebSub hub that notifies subscribers]:URL: ' \
  '(--ttl)--ttl=[How many minutes clients may wait before they look again]:MINUTES: ' \
  '(--language)--language=[Language of the feed, such as `en` or `de-at`]:CODE: ' \
  '(--copyright)--copyright=[Who owns the content, or its licence]:TEXT: ' \
  '*--category=[What the feed is about; may be given several times. Of a podcast also `Arts/Books`]:TEXT: ' \
  '(--image)--image=[URL of a picture of the feed]:URL: ' \
  '(--author)--author=[Who the feed is by\: in a podcast, Atom or JSON Feed]:NAME: ' \
  '(--explicit)--explicit=[Whether the podcast is for adults only, which directories of podcasts want to know]:BOOL:(true false)' \
  '(--item-title)--item-title=[Title of the one torrent; default\: its name]:TEXT: ' \
  '(--item-description)--item-description=[What there is to say of the one torrent; its size is put behind that]:TEXT: ' \
  '(--item-link)--item-link=[URL of the page about the one torrent, such as its release notes]:URL: ' \
  '(--attach)--attach=[Attach the one torrent to the item of the feed that has this id or link]:ID: ' \
  '(-b --base-url)'{-b+,--base-url=}'[URL of the .torrent files\: their names are appended]:URL: ' \
  '(-m --magnet)'{-m,--magnet}'[Link to magnet links instead of .torrent files]' \
  '(-p --podcast)'{-p,--podcast}'[Make a podcast\: the media file is the enclosure, the torrent an alternate enclosure]' \
  '(--date)--date=[Date of items whose torrent has none inside\: seconds since 1970 or RFC 3339]:TIME: ' \
  '(-k --keep)'{-k+,--keep=}'[Keep only the newest N items]:N: ' \
  '(--keep-per)--keep-per=[Keep the newest item of each product, or with `--keep` the newest N of each]:REGEX: ' \
  '(--max-age)--max-age=[Drop items that are older than this, such as `90d` or `12h`]:DURATION: ' \
  '*--supersedes=[Remove the item with this info hash, because a torrent of this run replaces it]:HASH: ' \
  '(--sign)--sign=[Sign the feed with this secret key of `minisign`]:FILE:_files' \
  '(--next-key)--next-key=[Say that this key will sign from now on, so that subscribers follow it]:KEY: ' \
  '(--key)--key=[The public key that must have signed\: with `--check` the feeds, with `--sign` the feed that is updated]:KEY: ' \
  '(-c --check)'{-c,--check}'[Check feeds\: prints what programs would miss or mistake, exit code 1 if a program would miss an item]' \
  '*--reader=[Check only for these programs; default\: all that want torrents, or podcast where media files are attached]:PROGRAM:_values -s , PROGRAM qbittorrent flexget sonarr autobrr transmission-rss podcast' \
  '(--seen)--seen[Also print what each program would take from each item]' \
  '(--all)--all[Print each finding; by default those of one rule and program are summed up, except with `--json`]' \
  '(--strict)--strict[Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors]' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--explain)--explain=[Explain a rule of `--check`; without RULE, list all of them]:RULE:(P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 xml format title link window)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:TORRENT:{ if [[ -n ${words[(r)(-c|--check)]} ]]; then _files -g "*.(xml|rss|atom|json)(-.)"; else _files -g "*.torrent(-.)"; fi }'
