//! Bencode by hand, for inputs to tests: it writes what a test asks for, well-formed or not.

/// An integer, such as `i42e`.
pub fn int(value: i64) -> Vec<u8> {
    format!("i{value}e").into_bytes()
}

/// A byte string, such as `4:spam`.
pub fn bytes(value: impl AsRef<[u8]>) -> Vec<u8> {
    let value = value.as_ref();
    [format!("{}:", value.len()).as_bytes(), value].concat()
}

/// `l...e` of items that are bencode already, or nonsense.
pub fn list<I: AsRef<[u8]>>(items: impl IntoIterator<Item = I>) -> Vec<u8> {
    wrap(b'l', items.into_iter().map(|item| item.as_ref().to_vec()))
}

/// `d...e` of plain keys and bencoded values, in the given order: sort them yourself, or do not.
pub fn dict<K: AsRef<[u8]>, V: AsRef<[u8]>>(entries: impl IntoIterator<Item = (K, V)>) -> Vec<u8> {
    wrap(b'd', entries.into_iter().map(|(key, value)| [bytes(key), value.as_ref().to_vec()].concat()))
}

fn wrap(open: u8, items: impl Iterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = vec![open];
    items.for_each(|item| out.extend(item));
    out.push(b'e');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_writes_what_a_test_asks_for() {
        assert_eq!(int(-7), b"i-7e");
        assert_eq!(bytes("spam"), b"4:spam");
        assert_eq!(list([int(1), bytes(b"\xff")]), b"li1e1:\xffe");
        assert_eq!(dict([("b", int(1)), ("a", list([b"x"]))]), b"d1:bi1e1:alxee");
    }
}
