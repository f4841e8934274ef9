#compdef verify-data
_arguments -s -S \
  '*--torrents[Several .torrent files; the content of each is found by name in `--data`]:TORRENT:_files -g "*.torrent(-.)"' \
  '(--data)--data=[The folder that holds the content of `--torrents`]:DIR:_files -/' \
  '(--list)--list=[Print only the names of the files in this state, one per line]:STATE:(ok bad missing suspect unproven wrong-type unreadable changed extra)' \
  '(--null)--null[End the names of `--list` with NUL instead of a line break, and escape nothing]' \
  '(--extra)--extra[Report files that are not in the torrent as well]' \
  '(--magnet-missing)--magnet-missing[Print a magnet link for all files but those that are ok or unproven (BEP 53)]' \
  '(-q --quiet)'{-q,--quiet}'[Print only the result]' \
  '(-j --json)'{-j,--json}'[Print JSON, one object per line]' \
  '(--progress)--progress=[How to show progress on standard error]:HOW:(auto never json)' \
  '(--color)--color=[When to use colour]:WHEN:(auto always never)' \
  '(--quick)--quick[Compare names and sizes only\: reads no data, so it proves nothing]' \
  '(--sample)--sample=[Check only this share of the pieces, chosen by `--seed`]:N%: ' \
  '(--seed)--seed=[Seed for `--sample`\: the same seed chooses the same pieces]:N: ' \
  '(--fail-fast)--fail-fast[Stop at the first bad piece]' \
  '*--select=[Check only these files\: globs, or indices as `inspect-torrent --files` shows them; commas separate several]:GLOB|INDEX: ' \
  '(--follow-links)--follow-links[Follow symbolic links that lead out of DATA, as in a folder of links into a library]' \
  '(--strict)--strict[Refuse torrents that are only accepted with a warning]' \
  '(--max-size)--max-size=[Largest .torrent to read; default\: 256 MiB]:SIZE: ' \
  '(-t --threads)'{-t+,--threads=}'[Number of hashing threads; default\: one for each core]:N: ' \
  '(--io)--io=[How to read files\: `auto` maps them and fills the page cache in the order of the files, `direct` reads past the page cache]:HOW:(auto mmap read direct)' \
  '(-v --verbose)'{-v,--verbose}'[Say at the end how fast it was, and whether hashing or the disk was the limit]' \
  '(--hash-backend)--hash-backend=[Hashing code to use\: `avx512`, `avx2`, `avx2-only`, `sha-ni` or `crates`; default\: `PIECEWORK_HASH_BACKEND`, else the fastest]:NAME:(avx512 avx2 avx2-only sha-ni crates)' \
  '(-h --help)'{-h,--help}'[Print help (see more with '\''--help'\'')]' \
  '(-V --version)'{-V,--version}'[Print version]' \
  '1:TORRENT:{ if [[ -n ${words[(r)(--torrents)]} ]]; then _files -g "*.torrent(-.)"; else _files -g "*.torrent(-.)"; fi }' \
  '*:DATA:{ if [[ -n ${words[(r)(--torrents)]} ]]; then _files -g "*.torrent(-.)"; else _files; fi }'
