//! A writer that a test can read while something else owns it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

/// Clones share what was written.
#[derive(Clone, Debug, Default)]
pub struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    /// What was written so far.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.lock().expect("no writer panicked").clone()
    }

    /// What was written so far, which must be text.
    pub fn text(&self) -> String {
        String::from_utf8(self.bytes()).expect("the output is UTF-8")
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panicked").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
