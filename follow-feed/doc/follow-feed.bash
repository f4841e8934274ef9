# Completions of follow-feed for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_follow_feed_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_follow_feed_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_follow_feed() {
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
    -l | --list) _follow_feed_files "$cur" '*'; return ;;
    -s | --save) _follow_feed_files "$cur"; return ;;
    -w | --watch) _follow_feed_files "$cur"; return ;;
    --fetch) _follow_feed_files "$cur"; return ;;
    --exec-timeout) :; return ;;
    --match) :; return ;;
    --not) :; return ;;
    --max-size) :; return ;;
    --max-age) :; return ;;
    --max-items) :; return ;;
    --min-free) :; return ;;
    --first-run) :; return ;;
    --once-per) :; return ;;
    --again) :; return ;;
    --newest-per) :; return ;;
    --revised) COMPREPLY=($(compgen -W 'take tell ignore' -- "$cur")); return ;;
    --every) :; return ;;
    --patience) :; return ;;
    --catch-up) :; return ;;
    --max-new) :; return ;;
    --retry) :; return ;;
    --pause) :; return ;;
    --timeout) :; return ;;
    --key) :; return ;;
    --trust) :; return ;;
    --max-silence) :; return ;;
    --cookie-file) _follow_feed_files "$cur" '*'; return ;;
    --netrc) _follow_feed_files "$cur" '*'; return ;;
    --header-file) _follow_feed_files "$cur" '*'; return ;;
    --user-agent) :; return ;;
    --state) _follow_feed_files "$cur"; return ;;
    --forget) :; return ;;
    --recheck) COMPREPLY=($(compgen -W ' all' -- "$cur")); return ;;
    --dht-node) :; return ;;
    --port) :; return ;;
    --bind) :; return ;;
    --encryption) COMPREPLY=($(compgen -W 'allow require never' -- "$cur")); return ;;
    --max-download) :; return ;;
    --max-upload) :; return ;;
    --memory) :; return ;;
    --stall-timeout) :; return ;;
    --metadata-timeout) :; return ;;
    --deadline) :; return ;;
    -t | --threads) :; return ;;
    --hash-backend) :; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-l --list -s --save -w --watch --fetch --exec --exec-timeout --match --not --max-size --max-age --max-items --min-free --first-run --once-per --again --newest-per --revised --every --patience --catch-up --max-new --accept-surge --retry --pause --timeout --strict --key --trust --max-silence --cookie-file --netrc --header-file --user-agent --state -n --dry-run --explain --check --list-state --mark --forget --recheck --adopt --dht-node --no-dht --allow-private --port --bind --encryption --no-lsd --max-download --max-upload --memory --stall-timeout --metadata-timeout --deadline -t --threads --hash-backend -q --quiet -j --json --progress --color -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
    --exec) if true; then :; return; fi ;;
    --mark) if ((COMP_CWORD - at <= 2)); then :; return; fi ;;
  esac
  if [[ $typed == *'.torrent '* ]]; then
    :
  else
    :
  fi
}

complete -F _follow_feed follow-feed
