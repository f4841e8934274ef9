//! Cuts bytes into bencode tokens. Knows nothing of nesting.

use super::fault::ScanErrorKind;

/// The smallest parts of bencode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Token<'a> {
    /// `i…e`: the digits, with the sign.
    Int(&'a [u8]),
    /// `N:…`: the bytes behind the colon.
    Bytes(&'a [u8]),
    List,
    Dict,
    End,
}

/// Reads tokens from the front of `bytes`.
#[derive(Clone)]
pub(crate) struct Lexer<'a> {
    pub(crate) bytes: &'a [u8],
    /// Where the next token starts.
    pub(crate) offset: usize,
}

impl<'a> Lexer<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, offset: 0 }
    }

    /// The next token; `None` at the end of the bytes. Inlined, so that those who only pass over values make no token.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Result<Option<Token<'a>>, ScanErrorKind> {
        let Some(&first) = self.bytes.get(self.offset) else { return Ok(None) };
        let token = match first {
            b'0'..=b'9' => return self.string().map(Some),
            b'i' => return self.int().map(Some),
            b'l' => Token::List,
            b'd' => Token::Dict,
            b'e' => Token::End,
            _ => return Err(ScanErrorKind::NoValue),
        };
        self.offset += 1;
        Ok(Some(token))
    }

    #[inline(always)]
    fn string(&mut self) -> Result<Token<'a>, ScanErrorKind> {
        let mut length: usize = 0;
        for (at, &byte) in self.bytes[self.offset..].iter().enumerate() {
            match byte {
                b'0'..=b'9' => length = append_digit(length, byte).ok_or(ScanErrorKind::StringPastEnd)?,
                b':' => return self.string_body(self.offset + at + 1, length),
                _ => return Err(ScanErrorKind::StringLength),
            }
        }
        Err(ScanErrorKind::EndsEarly)
    }

    #[inline(always)]
    fn string_body(&mut self, start: usize, length: usize) -> Result<Token<'a>, ScanErrorKind> {
        let end = start.checked_add(length).ok_or(ScanErrorKind::StringPastEnd)?;
        let body = self.bytes.get(start..end).ok_or(ScanErrorKind::StringPastEnd)?;
        self.offset = end;
        Ok(Token::Bytes(body))
    }

    #[inline(always)]
    fn int(&mut self) -> Result<Token<'a>, ScanErrorKind> {
        let start = self.offset + 1;
        let sign = usize::from(self.bytes.get(start) == Some(&b'-'));
        let digits = self.bytes[start..].iter().skip(sign).take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + sign + digits;
        match self.bytes.get(end) {
            None => Err(ScanErrorKind::EndsEarly),
            Some(b'e') if digits > 0 => {
                self.offset = end + 1;
                Ok(Token::Int(&self.bytes[start..end]))
            }
            Some(_) => Err(ScanErrorKind::Integer),
        }
    }
}

fn append_digit(number: usize, digit: u8) -> Option<usize> {
    number.checked_mul(10)?.checked_add(usize::from(digit - b'0'))
}

/// The value of an integer token's digits; `None` outside -2^63 to 2^64 - 1.
pub(crate) fn int_value(digits: &[u8]) -> Option<i128> {
    let unsigned = digits.strip_prefix(b"-").unwrap_or(digits);
    let value = match unsigned.len() {
        // All but a few: the value fits without looking.
        ..=18 => i128::from(unsigned.iter().fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))),
        _ => std::str::from_utf8(unsigned).ok()?.parse().ok()?,
    };
    let value = if unsigned.len() < digits.len() { -value } else { value };
    (i128::from(i64::MIN)..=i128::from(u64::MAX)).contains(&value).then_some(value)
}
