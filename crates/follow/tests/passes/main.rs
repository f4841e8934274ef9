//! Passes over feeds, with a web, a clock and a chance of the tests' own.
#![allow(clippy::unwrap_used, missing_docs, reason = "a panic is how a test fails")]

mod amend;
mod crash;
mod harm;
mod items;
mod month;
mod publisher;
mod quiet;
mod signed;
mod tampered;
mod under_way;
mod world;
