# Completions of verify-data for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_verify_data_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_verify_data_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_verify_data() {
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
    --data) _verify_data_files "$cur"; return ;;
    --list) COMPREPLY=($(compgen -W 'ok bad missing suspect unproven wrong-type unreadable changed extra' -- "$cur")); return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --sample) :; return ;;
    --seed) :; return ;;
    --select) :; return ;;
    --max-size) :; return ;;
    -t | --threads) :; return ;;
    --io) COMPREPLY=($(compgen -W 'auto mmap read direct' -- "$cur")); return ;;
    --hash-backend) COMPREPLY=($(compgen -W 'avx512 avx2 avx2-only sha-ni crates' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '--torrents --data --list --null --extra --magnet-missing -q --quiet -j --json --progress --color --quick --sample --seed --fail-fast --select --follow-links --strict --max-size -t --threads --io -v --verbose --hash-backend -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
    --torrents) if true; then _verify_data_files "$cur" '*.torrent'; return; fi ;;
  esac
  if [[ $typed == *'.torrent '* ]]; then
    _verify_data_files "$cur" '*'
  else
    _verify_data_files "$cur" '*.torrent'
  fi
}

complete -F _verify_data verify-data
