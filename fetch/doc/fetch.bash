# Completions of fetch for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_fetch_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_fetch_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_fetch() {
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
    -o | --output) _fetch_files "$cur" '*'; return ;;
    --select) :; return ;;
    --rename) :; return ;;
    --peer) :; return ;;
    --tracker) :; return ;;
    --web-seed) :; return ;;
    --header) :; return ;;
    --user-agent) :; return ;;
    --dht-node) :; return ;;
    --port) :; return ;;
    --bind) :; return ;;
    --encryption) COMPREPLY=($(compgen -W 'allow require never' -- "$cur")); return ;;
    --max-download) :; return ;;
    --max-upload) :; return ;;
    --memory) :; return ;;
    --seed-ratio) :; return ;;
    --seed-time) :; return ;;
    --deadline) :; return ;;
    --stall-timeout) :; return ;;
    --metadata-timeout) :; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --key) :; return ;;
    --max-size) :; return ;;
    -t | --threads) :; return ;;
    --hash-backend) COMPREPLY=($(compgen -W 'avx512 avx2 avx2-only sha-ni crates' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output --select --clean-names --rename --strip-folder -f --force --recheck --peer --tracker --web-seed --header --user-agent --dht-node --no-dht --allow-private --port --bind --encryption --no-lsd --max-download --max-upload --memory --seed-ratio --seed-time --deadline --stall-timeout --metadata-timeout --print-torrent --dry-run -q --quiet -j --json --progress --color --key --strict --max-size -t --threads --hash-backend -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
  esac
  if [[ $typed == *'.torrent '* ]]; then
    _fetch_files "$cur" '*.torrent' '*.magnet'
  else
    _fetch_files "$cur" '*.torrent' '*.magnet'
  fi
}

complete -F _fetch fetch
