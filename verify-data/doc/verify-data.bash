# Completions of verify-data for bash.

# The folders that start with $1, and the files that the other arguments leave.
_verify_data_files() {
  mapfile -t COMPREPLY < <({ compgen -f "${@:2}" -- "$1"; compgen -d -- "$1"; } | sort -u)
  compopt -o filenames 2>/dev/null
}

_verify_data() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}
  # Of `--color=always`, bash makes three words.
  if [[ $cur == = ]]; then
    cur=
  elif [[ $prev == = ]]; then
    prev=${COMP_WORDS[COMP_CWORD-2]}
  fi
  COMPREPLY=()
  case $prev in
    --torrents) _verify_data_files "$cur" -X '!*.torrent'; return ;;
    --data) _verify_data_files "$cur" -X '*'; return ;;
    --list) COMPREPLY=($(compgen -W 'ok bad missing suspect unproven extra' -- "$cur")); return ;;
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
  elif [[ " ${COMP_WORDS[*]:1:COMP_CWORD-1} " == *'.torrent '* ]]; then
    _verify_data_files "$cur"
  else
    _verify_data_files "$cur" -X '!*.torrent'
  fi
}

complete -F _verify_data verify-data
