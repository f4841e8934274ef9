#compdef inspect-torrent
_arguments -s -S \
  '(--files)--files[Show the files as a tree, with index and size]' \
  '(--pieces)--pieces[Show the hashes of all pieces]' \
  '*--print=[Print these fields, one value per line]:FIELD:_values -s , FIELD info-hash info-hash-v1 info-hash-v2 magnet name protocol size padded-size torrent-size piece-length pieces file-count files trackers web-seeds http-seeds nodes private comment created-by creation-date source update-url similar collections' \
  '(--null)--null[End the values of `--print` with NUL instead of a line break, and escape nothing]' \
  '(--raw)--raw[Dump the bencode as JSON, without loss]' \
  '(--from-raw)--from-raw[Convert the JSON of `--raw` back to the same bytes]' \
  '(--magnet)--magnet[Print a magnet link]' \
  '*--peer=[Add a peer to the magnet link (`x.pe`)]:HOST\:PORT: ' \
  '(--select)--select=[Select files in the magnet link (`so`, BEP 53), such as `0,2,4-6`]:INDEX: ' \
  '(--check)--check[Look for mistakes\: prints one finding per line, exit code 1 if one is an error]' \
  '*--diff[Show the differences between two torrents; exit code 1 if there are any]:A:_files -g "*.torrent(-.)":A:_files -g "*.torrent(-.)"' \
  '(--strict)--strict[Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors]' \
  '(--redact)--redact[Mask passkeys and credentials in everything that is printed]' \
  '(--max-size)--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE: ' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--explain)--explain=[Explain the code of a finding, and name the BEP or client behind it; without CODE, list all codes]:CODE:(E-bencode E-too-large E-not-a-dictionary E-no-info E-duplicate-key E-not-canonical E-meta-version E-no-name E-no-piece-length E-piece-length E-piece-length-v2 E-no-files E-too-many-files E-length E-total-length E-file E-path E-no-target E-no-pieces E-pieces-length E-piece-count E-no-file-tree E-file-tree E-pieces-root E-paths E-pad-in-tree E-piece-layers E-piece-layer-length E-piece-layer-root E-unknown-piece-layer E-halves-differ E-not-aligned W-unsorted W-duplicate-key W-integer W-string-length W-trailing W-advisory W-list-item W-flat-tiers W-file-field W-only-utf8 W-length-and-files W-magnet-hashes W-magnet-item W-magnet-mended W-no-piece-layers W-layers-lacking W-empty W-piece-length-power W-piece-length-small W-piece-length-large E-piece-length-huge W-many-pieces W-large-torrent W-large-info W-many-tokens W-misplaced-key W-session-data W-announce-missing W-empty-tier W-duplicate-tracker W-tracker-url W-url-credentials W-node W-private-trackerless W-private-nodes W-web-seed-url W-web-seed-folder W-duplicate-web-seed W-creation-date W-encoding W-text-not-utf8 W-similar W-update-url W-root-hash W-v2-keys-ignored I-magnet-key I-piece-length-large I-unknown-key I-unknown-info-key I-no-announce I-trackerless I-local-url I-private-zero I-web-seed-slash I-empty-web-seed I-http-seed I-signatures I-meta-version I-v2-only E-unsafe-name E-duplicate-path E-file-and-folder E-unsafe-link W-case-twin W-unicode-twin W-windows-name W-long-name W-long-path W-name-not-utf8 W-path-not-utf8 W-control-character W-deep-folders W-utf8-twin W-dangling-link W-link-length W-large-file E-hybrid-pads W-pad-length W-pad-unaligned W-pad-place W-padding-overhead W-empty-file-root W-attributes-differ I-folder-of-one I-utf8-twin I-file-hash I-file-hash-form I-unknown-file-key I-unknown-attribute I-executable I-hidden I-symlink I-pad-without-attr I-pad-path I-file-order I-identical-files I-tail-pad)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '*:TORRENT:_files -g "*.(torrent|magnet)(-.)"'
