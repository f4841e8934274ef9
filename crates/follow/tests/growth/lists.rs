//! The lists, and what is done with each: three passes over a feed that has it, in the second of which nothing is new, and in the third one item.

use std::cell::RefCell;
use std::rc::Rc;

use follow::choice::FirstRun;
use follow::web::{Answer, Ask, Web, WebError};
use follow::{Entry, Way, parcel};
use torrent_core::address::Namer;

use crate::List;
use crate::world::{HOUR, World, ok};

pub(crate) const ALL: &[List] = &[
    ("items", 50, |count| passes(&many(count, |n| item(&format!("{}{}", guid(n), at(n)))))),
    ("items with one guid", 50, |count| passes(&many(count, |n| item(&format!("{}{}", guid(0), at(n)))))),
    ("items with one guid and one URL", 50, |count| {
        passes(&many(count, |_| item(&format!("{}{}", guid(0), at(0)))));
    }),
    ("items at one URL that replace each other", 50, |count| {
        passes(&many(count, |n| item(&format!("<enclosure url='/0.torrent' length='{n}'/>"))));
    }),
    ("items with a title alone", 50, |count| passes(&many(count, |n| item(&format!("<title>{n}</title>"))))),
    ("items with one title and length", 50, |count| {
        passes(&many(count, |n| {
            item(&format!("<title>a</title><enclosure url='/{n}.torrent' length='1'/>"))
        }));
    }),
    ("items with one hash", 50, |count| passes(&many(count, |n| item(&format!("{}{}", guid(n), magnet(0)))))),
    ("items with a hash each", 50, |count| {
        passes(&many(count, |n| item(&format!("{}{}", guid(n), magnet(n)))));
    }),
    ("empty items", 50, |count| passes(&"<item/>".repeat(count))),
    ("enclosures of an item", 50, |count| passes(&item(&many(count, at)))),
    ("bytes of a title", 1000, |count| passes(&item(&format!("<title>{}</title>", "a".repeat(count))))),
    ("bytes of a guid", 1000, |count| passes(&item(&format!("<guid>{}</guid>", "a".repeat(count))))),
    ("ways of an item that lead nowhere", 50, |count| {
        let ways =
            (0..count).map(|n| Way { url: format!("http://x/{n}"), rule: "enclosure".into() }).collect();
        parcel::get(&mut Page(Vec::new()), &Entry { ways, ..Entry::default() }, Namer::USER, 1).unwrap_err();
    }),
];

/// What is left of the items is a baseline: each that is taken waits for the disk.
fn passes(items: &str) {
    let body = Rc::new(RefCell::new(feed(items)));
    let served = Rc::clone(&body);
    let mut world = World::new(move |_, _| Ok(ok(served.borrow().as_bytes())));
    world.settings.choice.first_run = FirstRun::None;
    for above in ["", "", "<item><guid>new</guid><enclosure url='/new.torrent'/></item>"] {
        *body.borrow_mut() = feed(&format!("{above}{items}"));
        world.pass();
        world.wait(HOUR);
    }
    assert!(world.titles().len() <= 1, "{:?}", world.titles());
}

pub(crate) fn feed(items: &str) -> String {
    format!(
        "<rss version='2.0'><channel><title>t</title><link>http://pub.example/</link>{items}</channel></rss>"
    )
}

pub(crate) fn item(inner: &str) -> String {
    format!("<item>{inner}</item>")
}

pub(crate) fn guid(n: usize) -> String {
    format!("<guid>{n}</guid>")
}

pub(crate) fn at(n: usize) -> String {
    format!("<enclosure url='/{n}.torrent' type='application/x-bittorrent'/>")
}

fn magnet(n: usize) -> String {
    format!("<enclosure url='magnet:?xt=urn:btih:{n:040}' type='application/x-bittorrent'/>")
}

pub(crate) fn many(count: usize, one: impl Fn(usize) -> String) -> String {
    (0..count).map(one).collect()
}

/// A web of one page, which is no torrent if it is empty.
pub(crate) struct Page(pub(crate) Vec<u8>);

impl Web for Page {
    fn get(&mut self, _: &Ask<'_>) -> Result<Answer, WebError> {
        Ok(ok(self.0.clone()))
    }
}
