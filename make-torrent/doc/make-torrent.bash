# Completions of make-torrent for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_make_torrent_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_make_torrent_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_make_torrent() {
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
    -o | --output) _make_torrent_files "$cur" '*'; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --protocol) COMPREPLY=($(compgen -W 'v1 v2 hybrid' -- "$cur")); return ;;
    -n | --name) :; return ;;
    -l | --piece-length) :; return ;;
    --max-pieces) :; return ;;
    --max-torrent-size) :; return ;;
    -a | --announce) :; return ;;
    -w | --web-seed) :; return ;;
    --http-seed) :; return ;;
    --node) :; return ;;
    -c | --comment) :; return ;;
    --date) :; return ;;
    --created-by) :; return ;;
    -s | --source) :; return ;;
    --similar) :; return ;;
    --collection) :; return ;;
    --update-url) :; return ;;
    --set) :; return ;;
    -e | --exclude) :; return ;;
    -i | --include) :; return ;;
    --symlinks) COMPREPLY=($(compgen -W 'follow store skip error' -- "$cur")); return ;;
    -t | --threads) :; return ;;
    --io) COMPREPLY=($(compgen -W 'auto mmap read direct' -- "$cur")); return ;;
    --hash-backend) COMPREPLY=($(compgen -W 'avx512 avx2 avx2-only sha-ni crates' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '--each -o --output -f --force --skip-existing --update --magnet --explain --dry-run -q --quiet -j --json --progress --color --protocol --align -n --name -l --piece-length --max-pieces --max-torrent-size -a --announce -w --web-seed --http-seed --node -c --comment --date --created-by -p --private -s --source -x --cross-seed --similar --collection --update-url --set -e --exclude -i --include --exclude-hidden --exclude-junk --ignore-files --symlinks --skip-unreadable --raw-names --portable -t --threads --io -v --verbose --hash-backend -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
  esac
  if [[ $typed == *'.torrent '* ]]; then
    _make_torrent_files "$cur" '*'
  else
    _make_torrent_files "$cur" '*'
  fi
}

complete -F _make_torrent make-torrent
