# Completions of inspect-torrent for fish.
complete -c inspect-torrent -l files -d 'Show the files as a tree, with index and size'
complete -c inspect-torrent -l pieces -d 'Show the hashes of all pieces'
complete -c inspect-torrent -l print -d 'Print these fields, one value per line' -x -a '(printf "%s\n" (string replace -r -- "^--[^=]*=" "" "$(commandline -ct)" | string replace -r -- "[^,]*\$" ""){info-hash,info-hash-v1,info-hash-v2,magnet,name,protocol,size,padded-size,torrent-size,piece-length,pieces,file-count,files,trackers,web-seeds,http-seeds,nodes,private,comment,created-by,creation-date,source,update-url,similar,collections})'
complete -c inspect-torrent -l null -d 'End the values of `--print` with NUL instead of a line break, and escape nothing'
complete -c inspect-torrent -l raw -d 'Dump the bencode as JSON, without loss'
complete -c inspect-torrent -l from-raw -d 'Convert the JSON of `--raw` back to the same bytes'
complete -c inspect-torrent -l magnet -d 'Print a magnet link'
complete -c inspect-torrent -l peer -d 'Add a peer to the magnet link (`x.pe`)' -x
complete -c inspect-torrent -l select -d 'Select files in the magnet link (`so`, BEP 53), such as `0,2,4-6`' -x
complete -c inspect-torrent -l check -d 'Look for mistakes: prints one finding per line, exit code 1 if one is an error'
complete -c inspect-torrent -l diff -d 'Show the differences between two torrents; exit code 1 if there are any' -x -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c inspect-torrent -l strict -d 'Refuse torrents that are only accepted with a warning; with `--check`, count warnings as errors'
complete -c inspect-torrent -l redact -d 'Mask passkeys and credentials in everything that is printed'
complete -c inspect-torrent -l max-size -d 'Largest .torrent to read; default: 256 MiB' -x
complete -c inspect-torrent -s q -l quiet -d 'Print only the result'
complete -c inspect-torrent -s j -l json -d 'Print JSON, one object per line'
complete -c inspect-torrent -l progress -d 'How to show progress on standard error' -x -a 'auto never json'
complete -c inspect-torrent -l color -d 'When to use colour' -x -a 'auto always never'
complete -c inspect-torrent -l explain -d 'Explain the code of a finding, and name the BEP or client behind it; without CODE, list all codes' -x -a 'E-bencode E-too-large E-not-a-dictionary E-no-info E-duplicate-key E-not-canonical E-meta-version E-no-name E-no-piece-length E-piece-length E-piece-length-v2 E-no-files E-too-many-files E-length E-total-length E-file E-path E-no-target E-no-pieces E-pieces-length E-piece-count E-no-file-tree E-file-tree E-pieces-root E-paths E-pad-in-tree E-piece-layers E-piece-layer-length E-piece-layer-root E-unknown-piece-layer E-halves-differ E-not-aligned W-unsorted W-duplicate-key W-integer W-string-length W-trailing W-advisory W-list-item W-flat-tiers W-file-field W-only-utf8 W-length-and-files W-magnet-hashes W-magnet-item W-magnet-mended W-no-piece-layers W-layers-lacking W-empty W-piece-length-power W-piece-length-small W-piece-length-large E-piece-length-huge W-many-pieces W-large-torrent W-large-info W-many-tokens W-misplaced-key W-session-data W-announce-missing W-empty-tier W-duplicate-tracker W-tracker-url W-url-credentials W-node W-private-trackerless W-private-nodes W-web-seed-url W-web-seed-folder W-duplicate-web-seed W-creation-date W-encoding W-text-not-utf8 W-similar W-update-url W-root-hash W-v2-keys-ignored I-magnet-key I-piece-length-large I-unknown-key I-unknown-info-key I-no-announce I-trackerless I-local-url I-private-zero I-web-seed-slash I-empty-web-seed I-http-seed I-signatures I-meta-version I-v2-only E-unsafe-name E-duplicate-path E-file-and-folder E-unsafe-link W-case-twin W-unicode-twin W-windows-name W-long-name W-long-path W-name-not-utf8 W-path-not-utf8 W-control-character W-deep-folders W-utf8-twin W-dangling-link W-link-length W-large-file E-hybrid-pads W-pad-length W-pad-unaligned W-pad-place W-padding-overhead W-empty-file-root W-attributes-differ I-folder-of-one I-utf8-twin I-file-hash I-file-hash-form I-unknown-file-key I-unknown-attribute I-executable I-hidden I-symlink I-pad-without-attr I-pad-path I-file-order I-identical-files I-tail-pad'
complete -c inspect-torrent -s h -l help -d 'Print help (see more with \'--help\')'
complete -c inspect-torrent -s V -l version -d 'Print version'
complete -c inspect-torrent -n 'contains -- --diff (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:torrent))\$" (complete -C "\'\' "(commandline -ct)))'
complete -c inspect-torrent -n 'not contains -- --diff (commandline -opc)' -f -a '(string match -r -- ".*(?:/|[.](?:torrent|magnet))\$" (complete -C "\'\' "(commandline -ct)))'
