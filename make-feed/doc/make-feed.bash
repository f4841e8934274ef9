# Completions of make-feed for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_make_feed_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_make_feed_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_make_feed() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at
  local typed=" ${COMP_WORDS[*]:1:COMP_CWORD-1} "
  # Of `--color=always`, bash makes three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $prev in
    -o | --output) _make_feed_files "$cur" '*'; return ;;
    -u | --update) _make_feed_files "$cur" '*.xml' '*.rss' '*.atom' '*.json'; return ;;
    --format) COMPREPLY=($(compgen -W 'rss atom json' -- "$cur")); return ;;
    -t | --title) :; return ;;
    -l | --link) :; return ;;
    -d | --description) :; return ;;
    --self-url) :; return ;;
    --hub) :; return ;;
    --ttl) :; return ;;
    --language) :; return ;;
    --copyright) :; return ;;
    --category) :; return ;;
    --image) :; return ;;
    --author) :; return ;;
    --explicit) COMPREPLY=($(compgen -W 'true false' -- "$cur")); return ;;
    --item-title) :; return ;;
    --item-description) :; return ;;
    --item-link) :; return ;;
    --attach) :; return ;;
    -b | --base-url) :; return ;;
    --date) :; return ;;
    -k | --keep) :; return ;;
    --keep-per) :; return ;;
    --max-age) :; return ;;
    --supersedes) :; return ;;
    --sign) _make_feed_files "$cur" '*'; return ;;
    --next-key) :; return ;;
    --key) :; return ;;
    --reader) _make_feed_list "$cur" qbittorrent flexget sonarr autobrr transmission-rss podcast; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --explain) COMPREPLY=($(compgen -W 'P1 P2 P3 P4 P5 P6 P7 P8 P9 P10 P11 P12 P13 P14 P15 P16 P17 P18 P19 xml format title link window' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output -u --update -f --force --format -t --title -l --link -d --description --self-url --hub --ttl --language --copyright --category --image --author --explicit --item-title --item-description --item-link --attach -b --base-url -m --magnet -p --podcast --date -k --keep --keep-per --max-age --supersedes --sign --next-key --key -c --check --reader --seen --all --strict -q --quiet -j --json --progress --color --explain -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
  esac
  if [[ $typed == *' -c '* || $typed == *' --check '* ]]; then
    _make_feed_files "$cur" '*.xml' '*.rss' '*.atom' '*.json'
  elif [[ $typed == *'.torrent '* ]]; then
    _make_feed_files "$cur" '*.torrent'
  else
    _make_feed_files "$cur" '*.torrent'
  fi
}

complete -F _make_feed make-feed
