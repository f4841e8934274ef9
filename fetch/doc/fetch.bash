# Completions of fetch for bash.

# The folders that start with $1, and the files that the other arguments leave.
_fetch_files() {
  mapfile -t COMPREPLY < <({ compgen -f "${@:2}" -- "$1"; compgen -d -- "$1"; } | sort -u)
  compopt -o filenames 2>/dev/null
}

_fetch() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # Of `--color=always`, bash makes three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $prev in
    -o | --output) _fetch_files "$cur"; return ;;
    --select) :; return ;;
    --rename) :; return ;;
    --peer) :; return ;;
    --tracker) :; return ;;
    --web-seed) :; return ;;
    --header) :; return ;;
    --user-agent) :; return ;;
    --port) :; return ;;
    --bind) :; return ;;
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
    --max-size) :; return ;;
    -t | --threads) :; return ;;
    --hash-backend) COMPREPLY=($(compgen -W 'avx512 avx2 avx2-only sha-ni crates' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '-o --output --select --clean-names --rename --strip-folder -f --force --recheck --peer --tracker --web-seed --header --user-agent --port --bind --max-download --max-upload --memory --seed-ratio --seed-time --deadline --stall-timeout --metadata-timeout --print-torrent --dry-run -q --quiet -j --json --progress --color --strict --max-size -t --threads --hash-backend -h --help -V --version' -- "$cur"))
  elif [[ " ${COMP_WORDS[*]:1:COMP_CWORD-1} " == *'.torrent '* ]]; then
    _fetch_files "$cur" -X '!*.torrent'
  else
    _fetch_files "$cur" -X '!*.torrent'
  fi
}

complete -F _fetch fetch
