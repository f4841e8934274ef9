//! `--fetch`: the content of items, with the engine of `fetch`, in one session for all feeds.
//!
//! [`Fetch`](sink::Fetch) is the sink of a feed. What it takes it orders from the [`Fetcher`], whose thread runs the session: some torrents at a time, in the order
//! in which they were ordered. How each ended is heard when all feeds were asked.

mod fetcher;
mod means;
mod order;
mod sink;
mod under_way;
mod verdict;

pub(crate) use fetcher::Fetcher;
pub(crate) use means::Means;
pub(crate) use order::Limits;
