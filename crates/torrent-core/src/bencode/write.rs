//! Writes bencode. The caller brings dictionary keys in order; tests hold the result to the scanner.

/// Where bencode goes: memory, or a counter that says how long it would become.
pub trait Sink {
    /// Takes bytes that come behind those before.
    fn put(&mut self, bytes: &[u8]);
    /// Takes `length` bytes whose values are not known yet.
    fn blank(&mut self, length: u64);
    /// How many bytes came so far.
    fn written(&self) -> u64;
}

impl Sink for Vec<u8> {
    fn put(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }

    fn blank(&mut self, length: u64) {
        self.resize(self.len() + usize::try_from(length).unwrap_or(usize::MAX), 0);
    }

    fn written(&self) -> u64 {
        self.len() as u64
    }
}

/// Counts bytes instead of keeping them.
impl Sink for u64 {
    fn put(&mut self, bytes: &[u8]) {
        *self += bytes.len() as u64;
    }

    fn blank(&mut self, length: u64) {
        *self += length;
    }

    fn written(&self) -> u64 {
        *self
    }
}

/// Writes bencode into a [`Sink`].
pub struct Writer<'s, S: Sink> {
    sink: &'s mut S,
}

impl<'s, S: Sink> Writer<'s, S> {
    /// A writer that appends to `sink`.
    pub fn new(sink: &'s mut S) -> Self {
        Self { sink }
    }

    /// How many bytes the sink has.
    pub fn written(&self) -> u64 {
        self.sink.written()
    }

    /// Writes an integer: `i…e`.
    pub fn int(&mut self, value: impl Into<i128>) {
        self.sink.put(format!("i{}e", value.into()).as_bytes());
    }

    /// A string; also a dictionary's key.
    pub fn bytes(&mut self, bytes: &[u8]) {
        self.length(bytes.len() as u64);
        self.sink.put(bytes);
    }

    /// A string of `length` bytes that are not known yet.
    pub fn blank(&mut self, length: u64) {
        self.length(length);
        self.sink.blank(length);
    }

    fn length(&mut self, length: u64) {
        self.sink.put(format!("{length}:").as_bytes());
    }

    /// Opens a list.
    pub fn list(&mut self) {
        self.sink.put(b"l");
    }

    /// Opens a dictionary.
    pub fn dict(&mut self) {
        self.sink.put(b"d");
    }

    /// Closes a list or dictionary.
    pub fn end(&mut self) {
        self.sink.put(b"e");
    }

    /// Bytes that are bencode already.
    pub fn raw(&mut self, bencoded: &[u8]) {
        self.sink.put(bencoded);
    }
}
