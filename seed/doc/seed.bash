# Completions of seed for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_seed_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_seed_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_seed() {
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
    --data) _seed_files "$cur"; return ;;
    --check) COMPREPLY=($(compgen -W 'lazy full sizes' -- "$cur")); return ;;
    --state) _seed_files "$cur"; return ;;
    --watch) _seed_files "$cur"; return ;;
    --save-torrent) _seed_files "$cur" '*'; return ;;
    --protocol) COMPREPLY=($(compgen -W 'v1 v2 hybrid' -- "$cur")); return ;;
    -a | --announce) :; return ;;
    --peer) :; return ;;
    --tracker) :; return ;;
    -w | --web-seed) :; return ;;
    --url) :; return ;;
    --max-web) :; return ;;
    --dht-node) :; return ;;
    --port) :; return ;;
    --bind) :; return ;;
    --encryption) COMPREPLY=($(compgen -W 'allow require never' -- "$cur")); return ;;
    --address) :; return ;;
    --memory) :; return ;;
    --bill) :; return ;;
    --max-upload) :; return ;;
    --max-upload-each) :; return ;;
    --max-peers) :; return ;;
    --copies) :; return ;;
    --seed-ratio) :; return ;;
    --seed-time) :; return ;;
    --metrics) _seed_files "$cur" '*'; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --max-size) :; return ;;
    -t | --threads) :; return ;;
    --hash-backend) COMPREPLY=($(compgen -W 'avx512 avx2 avx2-only sha-ni crates' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '--data --check --state --watch --make --save-torrent -f --force --protocol -a --announce --peer --tracker -w --web-seed --serve --url --max-web --open-tracker --dht-node --no-dht --allow-private --port --bind --encryption --no-lsd --address --memory --bill --hurry --max-upload --max-upload-each --max-peers --copies --seed-ratio --seed-time --metrics -q --quiet -j --json --progress --color --strict --max-size -t --threads --hash-backend -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
  esac
  if [[ $typed == *'.torrent '* ]]; then
    _seed_files "$cur" '*'
  else
    _seed_files "$cur" '*'
  fi
}

complete -F _seed seed
