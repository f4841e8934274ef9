//! Judges whether bytes are one bencoded value within the limits, without recursion and in one pass.

use super::fault::{Fault, FaultKind, ScanError, ScanErrorKind};
use super::lexer::{Lexer, Token, int_value};
use super::outline::Outline;

/// Walks `bytes`, which must hold one bencoded value nested at most `nesting` deep, and returns where that value ends
/// and what in it is not canonical: the first place of each [`FaultKind`].
///
/// # Errors
/// What is wrong and where, when no value can be read. Bytes behind the value are a fault, no error.
pub fn scan(bytes: &[u8], nesting: usize) -> Result<(usize, Vec<Fault>), ScanError> {
    let mut scanner = Scanner::new(bytes, nesting);
    let end = scanner.scan()?;
    Ok((end, scanner.faults))
}

/// [`scan`] for those who go on to read the value: its faults, and what stands where.
pub(crate) fn outline(bytes: &[u8], nesting: usize) -> Result<(Vec<Fault>, Outline), ScanError> {
    let mut scanner = Scanner::new(bytes, nesting);
    scanner.scan()?;
    scanner.outline.sort();
    Ok((scanner.faults, scanner.outline))
}

struct Scanner<'a> {
    lexer: Lexer<'a>,
    /// The lists and dictionaries that are open, outermost first.
    open: Vec<Open<'a>>,
    nesting: usize,
    faults: Vec<Fault>,
    outline: Outline,
}

struct Open<'a> {
    start: usize,
    container: Container<'a>,
}

enum Container<'a> {
    List,
    /// `key` is the last key; `wants_value` while its value has not come.
    Dict {
        key: Option<&'a [u8]>,
        wants_value: bool,
    },
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8], nesting: usize) -> Self {
        let (lexer, outline) = (Lexer::new(bytes), Outline::default());
        Self { lexer, open: Vec::new(), nesting, faults: Vec::new(), outline }
    }

    fn scan(&mut self) -> Result<usize, ScanError> {
        let end = self.value().map_err(|kind| ScanError { offset: self.lexer.offset, kind })?;
        if end < self.lexer.bytes.len() {
            self.fault(end, FaultKind::Trailing);
        }
        Ok(end)
    }

    fn value(&mut self) -> Result<usize, ScanErrorKind> {
        loop {
            let start = self.lexer.offset;
            let token = self.lexer.next()?.ok_or(ScanErrorKind::EndsEarly)?;
            // Errors about a token name its first byte, not the byte behind it.
            if let Err(kind) = self.token(token, start) {
                self.lexer.offset = start;
                return Err(kind);
            }
            self.outline.tokens += 1;
            if self.open.is_empty() {
                return Ok(self.lexer.offset);
            }
        }
    }

    fn token(&mut self, token: Token<'a>, start: usize) -> Result<(), ScanErrorKind> {
        if token == Token::End {
            return self.close();
        }
        if self.place(token, start)? {
            return Ok(());
        }
        match token {
            Token::List => self.enter(start, Container::List),
            Token::Dict => self.enter(start, Container::Dict { key: None, wants_value: false }),
            Token::Int(digits) => self.int(digits, start),
            Token::Bytes(_) | Token::End => Ok(()),
        }
    }

    /// Fits a token into the container it stands in. True if it was a key, which needs no more looking at.
    fn place(&mut self, token: Token<'a>, start: usize) -> Result<bool, ScanErrorKind> {
        if let Token::Bytes(body) = token {
            self.length_prefix(body, start);
        }
        let Some(Open { container: Container::Dict { key, wants_value }, .. }) = self.open.last_mut() else {
            return Ok(false);
        };
        *wants_value = !*wants_value;
        if !*wants_value {
            return Ok(false);
        }
        let Token::Bytes(new) = token else { return Err(ScanErrorKind::KeyIsNoString) };
        let fault = match key.replace(new) {
            Some(old) if old == new => Some(FaultKind::DuplicateKey),
            Some(old) if old > new => Some(FaultKind::Unsorted),
            _ => None,
        };
        if let Some(kind) = fault {
            self.fault(start, kind);
        }
        Ok(true)
    }

    fn length_prefix(&mut self, body: &[u8], start: usize) {
        let prefix = self.lexer.offset - body.len() - start - 1;
        if prefix > 1 && self.lexer.bytes[start] == b'0' {
            self.fault(start, FaultKind::StringLength);
        }
    }

    fn int(&mut self, digits: &[u8], start: usize) -> Result<(), ScanErrorKind> {
        int_value(digits).ok_or(ScanErrorKind::IntegerRange)?;
        let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
        if unsigned[0] == b'0' && digits.len() > 1 {
            self.fault(start, FaultKind::Integer);
        }
        Ok(())
    }

    fn enter(&mut self, start: usize, container: Container<'a>) -> Result<(), ScanErrorKind> {
        if self.open.len() == self.nesting {
            return Err(ScanErrorKind::Nesting);
        }
        self.open.push(Open { start, container });
        Ok(())
    }

    fn close(&mut self) -> Result<(), ScanErrorKind> {
        let Open { start, container } = self.open.pop().ok_or(ScanErrorKind::NoValue)?;
        if matches!(container, Container::Dict { wants_value: true, .. }) {
            return Err(ScanErrorKind::KeyWithoutValue);
        }
        self.outline.note(start..self.lexer.offset, self.open.len());
        Ok(())
    }

    fn fault(&mut self, offset: usize, kind: FaultKind) {
        if self.faults.iter().all(|fault| fault.kind != kind) {
            self.faults.push(Fault { offset, kind });
        }
    }
}
