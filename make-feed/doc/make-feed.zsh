#compdef make-feed

autoload -U is-at-least

_make-feed() {
    typeset -A opt_args
    typeset -a _arguments_options
    local ret=1

    if is-at-least 5.2; then
        _arguments_options=(-s -S -C)
    else
        _arguments_options=(-s -C)
    fi

    local context curcontext="$curcontext" state line
    _arguments "${_arguments_options[@]}" : \
'(-u --update)-o+[Where to write; default\: standard output]:FILE:_files' \
'(-u --update)--output=[Where to write; default\: standard output]:FILE:_files' \
'-u+[Add the torrents to this feed, which is created if it does not exist]:FILE:_files' \
'--update=[Add the torrents to this feed, which is created if it does not exist]:FILE:_files' \
'--format=[Format of the feed; default\: that of the feed to update, else rss]:FORMAT:((rss\:"RSS 2.0, which every program reads"
atom\:"Atom 1.0"
json\:"JSON Feed 1.1"))' \
'-t+[Name of the feed]:TEXT:_default' \
'--title=[Name of the feed]:TEXT:_default' \
'-l+[URL of the page that the feed belongs to]:URL:_default' \
'--link=[URL of the page that the feed belongs to]:URL:_default' \
'-d+[Description of the feed; default\: the title]:TEXT:_default' \
'--description=[Description of the feed; default\: the title]:TEXT:_default' \
'--self-url=[URL of the feed itself]:URL:_default' \
'--hub=[URL of a WebSub hub that notifies subscribers]:URL:_default' \
'--ttl=[How many minutes clients may wait before they look again]:MINUTES:_default' \
'--language=[Language of the feed, such as \`en\` or \`de-at\`]:CODE:_default' \
'--copyright=[Who owns the content, or its licence]:TEXT:_default' \
'*--category=[What the feed is about; may be given several times. Of a podcast also \`Arts/Books\`]:TEXT:_default' \
'--image=[URL of a picture of the feed]:URL:_default' \
'--author=[Who the feed is by\: in a podcast, Atom or JSON Feed]:NAME:_default' \
'--explicit=[Whether the podcast is for adults only, which directories of podcasts want to know]:BOOL:(true false)' \
'--item-title=[Title of the one torrent; default\: its name]:TEXT:_default' \
'--item-description=[What there is to say of the one torrent; its size is put behind that]:TEXT:_default' \
'--item-link=[URL of the page about the one torrent, such as its release notes]:URL:_default' \
'--attach=[Attach the one torrent to the item of the feed that has this id or link]:ID:_default' \
'-b+[URL of the .torrent files\: their names are appended]:URL:_default' \
'--base-url=[URL of the .torrent files\: their names are appended]:URL:_default' \
'--date=[Date of items whose torrent has none inside\: seconds since 1970 or RFC 3339]:TIME:_default' \
'-k+[Keep only the newest N items]:N:_default' \
'--keep=[Keep only the newest N items]:N:_default' \
'--keep-per=[Keep the newest item of each product, or with \`--keep\` the newest N of each]:REGEX:_default' \
'--max-age=[Drop items that are older than this, such as \`90d\` or \`12h\`]:DURATION:_default' \
'*--supersedes=[Remove the item with this info hash, because a torrent of this run replaces it]:HASH:_default' \
'*--reader=[Check only for these programs; default\: all that want torrents, or podcast where media files are attached]:PROGRAM:((qbittorrent\:""
flexget\:""
sonarr\:""
autobrr\:""
transmission-rss\:""
podcast\:"Podcast apps and directories"))' \
'(-c --check)--explain=[Explain a rule of \`--check\`]:RULE:_default' \
'--progress=[How to show progress on standard error]:HOW:((auto\:"A progress bar if standard error is a terminal"
never\:"No progress"
json\:"One JSON object per line, even if standard error is not a terminal"))' \
'--color=[When to use colour]:WHEN:((auto\:"On a terminal, unless \`NO_COLOR\` is set; elsewhere if \`CLICOLOR_FORCE\` is set"
always\:"Even if it is not a terminal"
never\:"No colour"))' \
'-f[Replace a file that exists; with \`--update\`, go on even if something is lost]' \
'--force[Replace a file that exists; with \`--update\`, go on even if something is lost]' \
'(-p --podcast)-m[Link to magnet links instead of .torrent files]' \
'(-p --podcast)--magnet[Link to magnet links instead of .torrent files]' \
'-p[Make a podcast\: the media file is the enclosure, the torrent an alternate enclosure]' \
'--podcast[Make a podcast\: the media file is the enclosure, the torrent an alternate enclosure]' \
'(-o --output -u --update -b --base-url -m --magnet -p --podcast --supersedes -k --keep --keep-per --max-age -t --title -l --link)-c[Check feeds\: prints what programs would miss or mistake, exit code 1 if a program would miss an item]' \
'(-o --output -u --update -b --base-url -m --magnet -p --podcast --supersedes -k --keep --keep-per --max-age -t --title -l --link)--check[Check feeds\: prints what programs would miss or mistake, exit code 1 if a program would miss an item]' \
'--seen[Also print what each program would take from each item]' \
'--all[Print each finding; by default those of one rule and program are summed up, except with \`--json\`]' \
'--strict[Refuse torrents that are only accepted with a warning; with \`--check\`, count warnings as errors]' \
'-q[Print only the result]' \
'--quiet[Print only the result]' \
'-j[Print JSON, one object per line]' \
'--json[Print JSON, one object per line]' \
'-h[Print help (see more with '\''--help'\'')]' \
'--help[Print help (see more with '\''--help'\'')]' \
'-V[Print version]' \
'--version[Print version]' \
'*::inputs -- Torrents\: .torrent files, folders to search, `-` for the output of `make-torrent --json`:_files' \
&& ret=0
}

(( $+functions[_make-feed_commands] )) ||
_make-feed_commands() {
    local commands; commands=()
    _describe -t commands 'make-feed commands' commands "$@"
}

if [ "$funcstack[1]" = "_make-feed" ]; then
    _make-feed "$@"
else
    compdef _make-feed make-feed
fi
