//! The sink of a feed: it orders, and an item that was ordered is under way.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::Sender;

use follow::sink::{Delivery, Sink, Verdict};

use super::order::{Limits, Order, Ticket, Torrent};
use super::under_way::UnderWay;

/// Fetches the content of a feed's items into a folder.
pub(crate) struct Fetch {
    /// The place of the feed among those that are followed.
    pub(crate) feed: usize,
    /// Where files go.
    pub(crate) folder: PathBuf,
    /// Where torrents lie until their turn comes.
    pub(crate) parcels: PathBuf,
    pub(crate) limits: Limits,
    /// `None` once nothing more is ordered: items are only settled.
    pub(super) orders: Option<Sender<Order>>,
    pub(super) under_way: Arc<UnderWay>,
}

impl Sink for Fetch {
    fn take(&mut self, delivery: &Delivery<'_>) -> Verdict {
        let Delivery { entry, parcel, .. } = delivery;
        if !self.under_way.claim(&parcel.hashes) {
            return Verdict::Later("another item has the same torrent, which is under way".to_owned());
        }
        let torrent = match self.keep(delivery) {
            Ok(torrent) => torrent,
            Err(verdict) => return verdict,
        };
        let hash = parcel.hashes.first().unwrap_or(&entry.id);
        let order = Order {
            ticket: Ticket { feed: self.feed, id: entry.id.clone() },
            torrent,
            came_from: parcel.came_from,
            folder: self.folder.clone(),
            own: hash.get(..OWN).unwrap_or(hash).to_owned(),
            limits: self.limits,
        };
        match &self.orders {
            Some(orders) if orders.send(order).is_ok() => Verdict::UnderWay,
            // Its thread has panicked.
            _ => Verdict::CutOff,
        }
    }
}

impl Fetch {
    /// Keeps the torrent of an item until its turn comes.
    fn keep(&self, delivery: &Delivery<'_>) -> Result<Torrent, Verdict> {
        let Some(bytes) = &delivery.parcel.torrent else {
            return Ok(Torrent::Link(delivery.parcel.magnet.clone().unwrap_or_default()));
        };
        let file = self.parcels.join(delivery.parcel_name());
        let kept = fs::create_dir_all(&self.parcels).and_then(|()| fs::write(&file, bytes));
        kept.map(|()| Torrent::File(file.clone())).map_err(|error| Verdict::Broken(file, error))
    }
}

/// Digits of a hash that name a folder.
const OWN: usize = 8;
