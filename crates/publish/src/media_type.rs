//! Which names are those of media.

/// The MIME type of a file of this name, if it is one that podcasts and browsers play or show. Nothing that a browser runs is among them.
pub fn media_type(name: &[u8]) -> Option<&'static str> {
    let (stem, extension) = name.split_at(name.iter().rposition(|byte| *byte == b'.')?);
    let is_known = |(known, _): &&(&str, &str)| extension[1..].eq_ignore_ascii_case(known.as_bytes());
    MEDIA_TYPES.iter().find(is_known).filter(|_| !stem.is_empty()).map(|(_, mime)| *mime)
}

const MEDIA_TYPES: [(&str, &str); 14] = [
    ("mp3", "audio/mpeg"),
    ("m4a", "audio/mp4"),
    ("ogg", "audio/ogg"),
    ("oga", "audio/ogg"),
    ("opus", "audio/ogg"),
    ("flac", "audio/flac"),
    ("wav", "audio/wav"),
    ("mp4", "video/mp4"),
    ("m4v", "video/mp4"),
    ("webm", "video/webm"),
    ("mkv", "video/x-matroska"),
    ("mov", "video/quicktime"),
    ("ogv", "video/ogg"),
    ("pdf", "application/pdf"),
];
