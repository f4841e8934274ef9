//! Whole runs over sockets of this machine: from torrents and links, with peers, trackers and web seeds of all kinds.

#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod asleep;
mod churn;
mod crowds;
mod dht;
mod door;
mod downloads;
mod encryption;
mod ends;
mod fetching;
mod hostile;
mod leaves;
mod offers;
mod one_copy;
mod our_tracker;
mod pausing;
mod peers;
mod rates;
mod sessions;
mod sharing;
mod strangers;
mod udp_trackers;
mod uploads;
mod web_seeds;
mod web_server;
mod whole_files;
