//! `/feed.xml`: what is offered, for programs that follow feeds.

use ::feed::{Channel, Enclosure, Feed, Format, TORRENT_TYPE, write};

use super::reply::Reply;
use super::{Catalogue, Links, Listing};
use crate::http::Status;

/// The offers that were published last.
pub fn feed<K: Copy + Ord>(catalogue: &Catalogue<K>, links: &Links) -> Reply {
    let items = catalogue.newest(ITEMS).map(|offer| {
        let enclosure = Enclosure {
            url: links.torrent(offer),
            mime: Some(TORRENT_TYPE.to_owned()),
            length: Some(offer.torrent_bytes),
            ..Enclosure::default()
        };
        let file_name = [&offer.summary.name[..], b".torrent"].concat();
        offer.summary.item(offer.date, enclosure, &file_name, links.magnet(offer))
    });
    let feed = Feed { format: Format::Rss, channel: channel(catalogue, links), items: items.collect() };
    Reply::own(Status::Ok, "application/rss+xml; charset=utf-8", write(&feed))
        .with("Cache-Control", "no-cache")
}

fn channel<K: Copy + Ord>(catalogue: &Catalogue<K>, links: &Links) -> Channel {
    let place = links.place();
    Channel {
        title: format!("Torrents of {place}"),
        link: links.page(0),
        description: format!("What is offered at {place}"),
        self_url: Some(links.feed()),
        ttl: Some(MINUTES),
        built: catalogue.newest(1).map(|offer: &Listing| offer.date).next(),
        ..Channel::default()
    }
}

/// Items of a feed. Who follows it more often than as many are published misses none.
const ITEMS: usize = 200;

/// Minutes until a feed is worth another look.
const MINUTES: u32 = 15;
