//! Dates as .NET reads them: `DateTime.TryParse` of the invariant culture, which takes the month before the day, and once
//! more without a zone of two to four capitals behind it.

use jiff::civil::{Date, Weekday};

/// Whether Sonarr understands a date.
pub(super) fn is_understood(text: &str) -> bool {
    is_date(text) || without_zone(text).is_some_and(is_date)
}

/// `… EST` without its zone.
fn without_zone(text: &str) -> Option<&str> {
    let (before, zone) = text.rsplit_once(char::is_whitespace)?;
    let is_zone = (2..=4).contains(&zone.len()) && zone.bytes().all(|byte| byte.is_ascii_uppercase());
    is_zone.then_some(before)
}

fn is_date(text: &str) -> bool {
    let mut found = Found::default();
    let mut rest = text.trim();
    while let Some(c) = rest.chars().next() {
        let next = match c {
            _ if c.is_whitespace() || c == ',' => Some(&rest[c.len_utf8()..]),
            '0'..='9' => found.number(rest),
            '+' | '-' => found.offset(rest),
            _ if c.is_ascii_alphabetic() => found.word(rest),
            _ => None,
        };
        let Some(next) = next else { return false };
        rest = next;
    }
    found.is_whole()
}

/// What a text has named so far.
#[derive(Default)]
struct Found<'t> {
    /// Of the date, in their order.
    numbers: Vec<&'t str>,
    month: Option<i8>,
    weekday: Option<Weekday>,
    has_time: bool,
    has_half: bool,
    has_zone: bool,
}

impl<'t> Found<'t> {
    /// A time, or a number of the date with what separates it from the next one. Nothing of a date follows a time.
    fn number(&mut self, text: &'t str) -> Option<&'t str> {
        let (digits, rest) = digits(text);
        if rest.starts_with(':') {
            return self.time(digits, rest);
        }
        if self.numbers.len() == 3 || digits.len() > 4 || (self.has_time && self.has_date()) {
            return None;
        }
        self.numbers.push(digits);
        let separated = rest.strip_prefix(['/', '-', '.']);
        Some(separated.filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric())).unwrap_or(rest))
    }

    fn has_date(&self) -> bool {
        self.month.is_some() || !self.numbers.is_empty()
    }

    /// Hours, minutes, perhaps seconds, perhaps parts of one.
    fn time(&mut self, hours: &str, rest: &'t str) -> Option<&'t str> {
        let part = |rest: &'t str, least: u8| {
            let (part, rest) = digits(rest.strip_prefix(':')?);
            (part.len() <= 2 && part.parse::<u8>().ok()? < least).then_some(rest)
        };
        if std::mem::replace(&mut self.has_time, true) || hours.len() > 2 || hours.parse::<u8>().ok()? > 23 {
            return None;
        }
        let rest = part(rest, 60)?;
        if !rest.starts_with(':') {
            return Some(rest);
        }
        let rest = part(rest, 60)?;
        match rest.strip_prefix('.') {
            Some(fraction) => {
                Some(digits(fraction)).filter(|(part, _)| !part.is_empty()).map(|(_, rest)| rest)
            }
            None => Some(rest),
        }
    }

    /// `+01`, `+0100` or `+01:00` behind a time.
    fn offset(&mut self, text: &'t str) -> Option<&'t str> {
        if !self.has_time || std::mem::replace(&mut self.has_zone, true) {
            return None;
        }
        let (part, rest) = digits(&text[1..]);
        let (hours, minutes, rest) = match part.len() {
            1 | 2 => match rest.strip_prefix(':').map(digits) {
                Some((minutes, rest)) => (part, minutes, rest),
                None => (part, "0", rest),
            },
            3 | 4 => (&part[..part.len() - 2], &part[part.len() - 2..], rest),
            _ => return None,
        };
        (hours.parse::<u8>().ok()? <= 14 && minutes.parse::<u8>().ok()? < 60).then_some(rest)
    }

    fn word(&mut self, text: &'t str) -> Option<&'t str> {
        let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (word, rest) = (text[..end].to_ascii_lowercase(), &text[end..]);
        if let Some(month) = position(&MONTHS, &word) {
            let is_first = self.month.replace(month).is_none();
            let rest = rest.strip_prefix(['-', '/', '.']).unwrap_or(rest);
            return is_first.then_some(rest);
        }
        if let Some(weekday) = position(&WEEKDAYS, &word) {
            let weekday = Weekday::from_monday_one_offset(weekday).ok()?;
            return self.weekday.replace(weekday).is_none().then_some(rest);
        }
        let is_new = match word.as_str() {
            "t" => self.has_date() && !self.has_time,
            "am" | "pm" | "a" | "p" => self.has_time && !std::mem::replace(&mut self.has_half, true),
            "z" | "gmt" => !std::mem::replace(&mut self.has_zone, true),
            _ => false,
        };
        is_new.then_some(rest)
    }

    /// Whether this is a day that there is, and its weekday the right one.
    fn is_whole(&self) -> bool {
        let is_year = |number: &str| number.len() > 2;
        let (year, month, day) = match (self.month, self.numbers.as_slice()) {
            (None, []) => return self.has_time,
            (Some(month), [year]) if is_year(year) => (Some(*year), Some(month), "1"),
            (Some(month), [day]) => (None, Some(month), *day),
            (Some(month), [year, day]) if is_year(year) => (Some(*year), Some(month), *day),
            (Some(month), [day, year]) => (Some(*year), Some(month), *day),
            (None, [year, month]) if is_year(year) => (Some(*year), month.parse().ok(), "1"),
            (None, [month, day]) => (None, month.parse().ok(), *day),
            (None, [year, month, day]) if is_year(year) => (Some(*year), month.parse().ok(), *day),
            (None, [month, day, year]) => (Some(*year), month.parse().ok(), *day),
            _ => return false,
        };
        let date = full_year(year).zip(month).zip(day.parse().ok());
        let date = date.and_then(|((year, month), day)| Date::new(year, month, day).ok());
        let is_right = |date: Date| self.weekday.is_none_or(|weekday| date.weekday() == weekday);
        date.is_some_and(|date| year.is_none() || is_right(date))
    }
}

/// Two digits are of this century up to 49. Where there is no year, it is this one: any will do.
fn full_year(year: Option<&str>) -> Option<i16> {
    match year.map(|year| (year.len(), year.parse::<i16>())) {
        None => Some(2024),
        Some((1 | 2, Ok(year))) => Some(year + if year < 50 { 2000 } else { 1900 }),
        Some((_, year)) => year.ok().filter(|year| *year > 0),
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

/// The number, from 1, of a name that is written out or cut to three letters.
fn position(names: &[&str], word: &str) -> Option<i8> {
    let found = names.iter().position(|name| *name == word || name[..3] == *word)?;
    i8::try_from(found + 1).ok()
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

#[cfg(test)]
mod tests {
    use super::is_understood;

    #[test]
    fn dates_are_understood_as_dot_net_does() {
        let good = [
            "Sun, 22 Nov 2026 05:00:00 +0000",
            "Sun, 22 Nov 2026 05:00:00 GMT",
            "Sun, 22 Nov 2026 05:00:00 EST",
            "Sun, 22 Nov 2026 05:00:00 UTC",
            "Sun, 22 Nov 2026 05:00:00 CEST",
            "Sun, 22 Nov 2026 05:00:00",
            "Sun, 22 Nov 2026 05:00",
            "Sunday, 22-Nov-26 05:00:00 GMT",
            "22 November 2026",
            "November 22, 2026 5:00 PM",
            "22 Nov 26 05:00 +01",
            "11/22/2026 5:00:00 AM",
            "2026/11/22 05:00:00",
            "2026-11-22",
            "2026-11-22 05:00:00",
            "2026-11-22T05:00:00Z",
            "2026-11-22T05:00:00.123+01:00",
            "2026-11-22 05:00:00 UTC",
            "  sun, 22 nov 2026  05:00:00  -0500 ",
        ];
        let bad = [
            "Mon, 22 Nov 2026 05:00:00 +0000",
            "22/11/2026 05:00:00",
            "Sun, 31 Nov 2026 05:00:00 +0000",
            "Sun, 22 Nov 2026 24:00:00 +0000",
            "Sun, 22 Nov 2026 05:00:60 +0000",
            "Sun, 22 Sept 2026 05:00:00 +0000",
            "Sund, 22 Nov 2026 05:00:00 +0000",
            "Sun Nov 22 05:00:00 +0000 2026",
            "Sun, 22 Nov 2026 05:00:00 Europe/Berlin",
            "Вс, 22 ноя 2026 05:00:00 +0000",
            "1795323600",
            "20261122T050000Z",
            "yesterday",
            "now",
            "x",
        ];
        for text in good {
            assert!(is_understood(text), "{text}");
        }
        for text in bad {
            assert!(!is_understood(text), "{text}");
        }
    }
}
