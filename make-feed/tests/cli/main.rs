//! `make-feed` as its users see it.
