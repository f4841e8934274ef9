//! What pages look like, and what browsers may do with them.

use super::reply::Reply;
use super::text::html;
use crate::http::Status;

/// A page with this title and main part, which are HTML but for the title.
pub(super) fn document(title: &str, head: &str, body: &str) -> Reply {
    let title = html(title);
    let page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n{head}\
         <style>{STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    );
    Reply::own(Status::Ok, "text/html; charset=utf-8", page)
        .with("Content-Security-Policy", POLICY)
        .with("Referrer-Policy", "no-referrer")
        .with("Cache-Control", "no-cache")
}

/// Nothing is loaded, run, framed or sent.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Text has a contrast of 7 to 1 in both schemes; what can be tapped is 24 pixels high and more.
const STYLE: &str = "
:root { --text: #1b1b1f; --soft: #4a4a55; --ground: #ffffff; --line: #d5d5dd; --link: #0b46a0; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececf1; --soft: #b9b9c6; --ground: #17171c; --line: #3b3b46; --link: #a3c4ff; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem 3rem; background: var(--ground); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; line-height: 1.35; margin: 0; overflow-wrap: anywhere; }
p { margin: .25rem 0; }
ul { list-style: none; margin: 1.25rem 0; padding: 0; }
li { border-top: 1px solid var(--line); padding: .75rem 0; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.links { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; }
.links a { display: inline-block; padding: .25rem 0; }
a { color: var(--link); text-underline-offset: .15em; }
a:hover { text-decoration-thickness: 2px; }
a:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
@media (min-width: 48rem) {
  .torrents li { display: grid; grid-template-columns: 1fr auto; column-gap: 2rem; align-items: start; }
  .torrents .links { grid-column: 2; grid-row: 1 / span 2; }
}
";
