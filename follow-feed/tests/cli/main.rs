//! `follow-feed` as its users see it.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod check;
mod fetch;
mod follow;
mod orders;
mod secrets;
mod several;
mod signed;
mod state;
mod usage;

use std::sync::{Arc, Mutex};

use serde_json::Value;
use test_kit::web_server::{WebServer, answer};
use test_kit::{Folder, Outcome, Tool, assert_matches_schema, bytes, dict, int};

const SCHEMA: &str = include_str!("../../schema/follow-feed-1.json");
const STATE: &str = include_str!("../../schema/follow-feed-state-1.json");

/// A web server with a feed at `/feed.xml` that the test changes, and torrents at `/t/NAME.torrent`.
struct Publisher {
    server: WebServer,
    feed: Arc<Mutex<String>>,
}

impl Publisher {
    fn new(items: &[&str]) -> Self {
        let feed = Arc::new(Mutex::new(rss(items)));
        let served = Arc::clone(&feed);
        let server = WebServer::start(move |head| {
            let target = head.split(' ').nth(1).unwrap_or_default();
            let name = target.strip_prefix("/t/").and_then(|name| name.strip_suffix(".torrent"));
            match name {
                Some("login") => answer("200 OK", "Content-Type: text/html\r\n", b"<html>log in</html>"),
                Some(name) => answer("200 OK", "", &torrent(name)),
                None if target.starts_with("/feed.xml") => {
                    let body = served.lock().unwrap().clone();
                    let digest =
                        body.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
                    let etag = format!("\"{digest}\"");
                    if head.contains(&etag) {
                        return answer("304 Not Modified", "", b"");
                    }
                    answer("200 OK", &format!("ETag: {etag}\r\n"), body.as_bytes())
                }
                None => answer("404 Not Found", "", b""),
            }
        });
        Self { server, feed }
    }

    fn url(&self) -> String {
        self.server.url("/feed.xml")
    }

    fn publish(&self, items: &[&str]) {
        *self.feed.lock().unwrap() = rss(items);
    }
}

/// A feed of these items, from the top: titles, which are also names of torrents, or magnet links.
fn rss(items: &[&str]) -> String {
    let item = |title: &&str| match title.starts_with("magnet:") {
        true => format!("<item><title>link</title><link>{}</link></item>", title.replace('&', "&amp;")),
        false => format!(
            "<item><title>{title}</title><guid isPermaLink='false'>{title}</guid>
             <enclosure url='/t/{title}.torrent' type='application/x-bittorrent' length='9'/></item>"
        ),
    };
    let items: String = items.iter().map(item).collect();
    format!(
        "<rss version='2.0'><channel><title>t</title><link>http://pub.example/</link>{items}</channel></rss>"
    )
}

fn torrent(name: &str) -> Vec<u8> {
    let info =
        [("length", int(5)), ("name", bytes(name)), ("piece length", int(16384)), ("pieces", bytes([7; 20]))];
    dict([("info", dict(info))])
}

/// The tool, typed in `folder` with words separated by spaces, with what it remembers in `state`.
fn tool(folder: &Folder, typed: &str) -> Tool {
    let tool = Tool::new(env!("CARGO_BIN_EXE_follow-feed")).in_dir(folder.path());
    tool.env("STATE_DIRECTORY", folder.join("state")).args(typed.split_whitespace())
}

fn run(folder: &Folder, typed: &str) -> Outcome {
    tool(folder, typed).run()
}

/// Lines of JSON, each as the schema has it.
fn events(outcome: &Outcome) -> Vec<Value> {
    let lines: Vec<Value> =
        outcome.stdout().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.iter().for_each(|line| assert_matches_schema(SCHEMA, line));
    lines
}

fn kinds(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().unwrap()).collect()
}
