//! One value a line.

use test_kit::bytes;

use crate::{file, holding, run, sample, v1};

#[track_caller]
fn prints(fields: &str, expected: &str) {
    assert_eq!(
        run(&holding(&sample()), &format!("--print {fields} t")).expect(0).stdout(),
        expected,
        "{fields}"
    );
}

#[test]
fn fields_are_lines() {
    prints("name", "album\n");
    prints("protocol,size,padded-size,torrent-size", "v1\n7005\n7005\n411\n");
    prints("piece-length,pieces,file-count", "16384\n1\n3\n");
    prints("files", "a.txt\nsub/b\nsub/c\n");
    prints("trackers,web-seeds,nodes", "udp://one/\nhttp://two/\nwss://three/\nhttps://w/\n[::1]:6881\n");
    prints(
        "private,comment,created-by,creation-date,source",
        "true\nhello\nhand\n2020-01-01T00:00:00Z\nSRC\n",
    );
}

#[test]
fn an_absent_value_is_an_empty_line_and_an_absent_list_none() {
    prints("info-hash-v2,update-url,http-seeds,name", "\n\nalbum\n");
}

#[test]
fn lines_are_safe_and_nul_is_exact() {
    let folder = holding(&v1(&[file(5, &["a\nb"])], &[], &[("name", bytes(b"\xff"))]));
    assert_eq!(run(&folder, "--print name,files t").expect(0).stdout(), "\\xff\na\\nb\n");
    assert_eq!(run(&folder, "--print name,files --null t").expect(0).stdout, b"\xff\0a\nb\0");
}
