# Completions of inspect-torrent for bash.

# The folders that start with $1, and the files that match one of the patterns behind it.
_inspect_torrent_files() {
  local pattern
  mapfile -t COMPREPLY < <({
    for pattern in "${@:2}"; do compgen -f -X "!$pattern" -- "$1"; done
    compgen -d -- "$1"
  } | sort -u)
  compopt -o filenames 2>/dev/null
}

# The words behind $1 that are not in its list yet.
_inspect_torrent_list() {
  local word start=
  [[ $1 == *,* ]] && start=${1%,*},
  COMPREPLY=()
  for word in "${@:2}"; do
    [[ ,$start == *",$word,"* || $word != "${1##*,}"* ]] || COMPREPLY+=("$start$word")
  done
}

_inspect_torrent() {
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
    --print) _inspect_torrent_list "$cur" info-hash info-hash-v1 info-hash-v2 magnet name protocol size padded-size torrent-size piece-length pieces file-count files trackers web-seeds http-seeds nodes private comment created-by creation-date source update-url similar collections; return ;;
    --peer) :; return ;;
    --select) :; return ;;
    --max-size) :; return ;;
    --progress) COMPREPLY=($(compgen -W 'auto never json' -- "$cur")); return ;;
    --color) COMPREPLY=($(compgen -W 'auto always never' -- "$cur")); return ;;
    --explain) COMPREPLY=($(compgen -W 'E-bencode E-too-large E-not-a-dictionary E-no-info E-duplicate-key E-not-canonical E-meta-version E-no-name E-no-piece-length E-piece-length E-piece-length-v2 E-no-files E-too-many-files E-length E-total-length E-file E-path E-no-target E-no-pieces E-pieces-length E-piece-count E-no-file-tree E-file-tree E-pieces-root E-paths E-pad-in-tree E-piece-layers E-piece-layer-length E-piece-layer-root E-unknown-piece-layer E-halves-differ E-not-aligned W-unsorted W-duplicate-key W-integer W-string-length W-trailing W-advisory W-list-item W-flat-tiers W-file-field W-only-utf8 W-length-and-files W-magnet-hashes W-magnet-item W-magnet-mended W-no-piece-layers W-layers-lacking W-empty W-piece-length-power W-piece-length-small W-piece-length-large E-piece-length-huge W-many-pieces W-large-torrent W-large-info W-many-tokens W-misplaced-key W-session-data W-announce-missing W-empty-tier W-duplicate-tracker W-tracker-url W-url-credentials W-node W-private-trackerless W-private-nodes W-web-seed-url W-web-seed-folder W-duplicate-web-seed W-creation-date W-encoding W-text-not-utf8 W-similar W-update-url W-root-hash W-v2-keys-ignored I-magnet-key I-piece-length-large I-unknown-key I-unknown-info-key I-no-announce I-trackerless I-local-url I-private-zero I-web-seed-slash I-empty-web-seed I-http-seed I-signatures I-meta-version I-v2-only E-unsafe-name E-duplicate-path E-file-and-folder E-unsafe-link W-case-twin W-unicode-twin W-windows-name W-long-name W-long-path W-name-not-utf8 W-path-not-utf8 W-control-character W-deep-folders W-utf8-twin W-dangling-link W-link-length W-large-file E-hybrid-pads W-pad-length W-pad-unaligned W-pad-place W-padding-overhead W-empty-file-root W-attributes-differ I-folder-of-one I-utf8-twin I-file-hash I-file-hash-form I-unknown-file-key I-unknown-attribute I-executable I-hidden I-symlink I-pad-without-attr I-pad-path I-file-order I-identical-files I-tail-pad' -- "$cur")); return ;;
  esac
  if [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W '--files --pieces --print --null --raw --from-raw --magnet --peer --select --check --diff --strict --redact --max-size -q --quiet -j --json --progress --color --explain -h --help -V --version' -- "$cur"))
    return
  fi
  # The last option may take more values.
  for ((at = COMP_CWORD - 1; at > 0; at--)); do
    [[ ${COMP_WORDS[at]} == -* ]] && break
  done
  case ${COMP_WORDS[at]} in
    --diff) if ((COMP_CWORD - at <= 2)); then _inspect_torrent_files "$cur" '*.torrent'; return; fi ;;
  esac
  if [[ $typed == *'.torrent '* ]]; then
    _inspect_torrent_files "$cur" '*.torrent' '*.magnet'
  else
    _inspect_torrent_files "$cur" '*.torrent' '*.magnet'
  fi
}

complete -F _inspect_torrent inspect-torrent
