//! Links that come from files, standard input and servers: what they name is looked for as if they were typed, with the trust of
//! whoever they come from.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use cli_kit::hex;
use test_kit::Folder;
use torrent_core::metainfo::{Metainfo, Protocol};

use crate::{run, tool, wanting};

/// A web server that has these files; `Location` for those that start with `magnet:` and are called `/to`.
pub(crate) fn server(answer: impl Fn(&str, SocketAddr) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut head = [0; 4096];
            let length = connection.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..length]).into_owned();
            let _ = connection.write_all(&answer(head.split(' ').nth(1).unwrap_or_default(), address));
        }
    });
    address
}

pub(crate) fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

#[test]
fn the_torrent_of_a_link_is_looked_for_wherever_the_link_comes_from() {
    let folder = wanting("d 70000", Protocol::V1);
    let torrent = folder.read("t");
    let metainfo = Metainfo::parse(torrent.clone()).unwrap().metainfo;
    let hash = hex(&metainfo.info_hash_v1().unwrap());
    let link = move |address: SocketAddr| format!("magnet:?xt=urn:btih:{hash}&dn=n&xs=http://{address}/t");
    let link_there = link.clone();
    let address = server(move |path, address| match path {
        "/t" => ok(&torrent),
        "/body" => ok(format!("{}\n", link_there(address)).as_bytes()),
        _ => format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", link_there(address))
            .into(),
    });
    // A server on this machine may name itself.
    for path in ["body", "to"] {
        let outcome = run(&folder, &format!("--dry-run http://{address}/{path}")).expect(0);
        assert!(outcome.stdout().starts_with("d: 68.36 KiB to fetch of 68.36 KiB, "), "{path}: {outcome}");
    }
    // A link that lies here may come from anybody.
    let link = link(address);
    folder.write("f.magnet", format!("{link}\n"));
    let typed = [
        tool(&folder, "f.magnet --metadata-timeout 1 --peer 127.0.0.1:1").run().expect(5),
        tool(&folder, "- --metadata-timeout 1 --peer 127.0.0.1:1").stdin(link.clone()).run().expect(5),
        tool(&folder, &format!("{link} --metadata-timeout 1 --peer 127.0.0.1:1")).run().expect(5),
    ];
    for outcome in typed {
        let said = format!(": http://{address}/t: 127.0.0.1 is on this machine, and only the link names it");
        assert!(outcome.stderr().contains(&said), "{outcome}");
        assert!(outcome.stderr().contains("no peer gave the metadata within 1 s"), "{outcome}");
    }
}

/// As indexers send them (Jackett, Prowlarr), whatever the code and however many hops away.
#[test]
fn a_redirect_to_a_magnet_link_is_followed() {
    let folder = wanting("d 70000", Protocol::V1);
    let torrent = folder.read("t");
    let hash = hex(&Metainfo::parse(torrent.clone()).unwrap().metainfo.info_hash_v1().unwrap());
    let moved = |code: &str, to: &str| {
        format!("HTTP/1.1 {code} X\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            .into()
    };
    let address = server(move |path, address| match path {
        "/t" => ok(&torrent),
        "/hop" => moved("302", "/301"),
        code => moved(&code[1..4], &format!("MAGNET:?xt=urn:btih:{hash}&xs=http://{address}/t")),
    });
    for path in ["301", "302", "303", "307", "308", "hop"] {
        let outcome = run(&folder, &format!("--dry-run http://{address}/{path}")).expect(0);
        assert!(outcome.stdout().starts_with("d: 68.36 KiB to fetch of 68.36 KiB, "), "{path}: {outcome}");
    }
}

#[test]
fn a_web_page_in_place_of_a_torrent_is_perhaps_a_login() {
    let address = server(|path, _| match path {
        "/t" => {
            b"HTTP/1.1 302 Found\r\nLocation: /login\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".into()
        }
        "/xhtml" => {
            ok(b"<?xml version=\"1.0\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>")
        }
        "/old" => ok(b"\n<HTML><TITLE>Log in</TITLE></HTML>"),
        _ => ok(b"<!DOCTYPE html><html><head><title>Log in</title></head></html>"),
    });
    for path in ["t", "login", "xhtml", "old"] {
        let outcome = run(&Folder::new(""), &format!("http://{address}/{path}")).expect(3);
        assert!(outcome.stderr().contains("it is a web page, perhaps a login page"), "{path}: {outcome}");
        assert!(outcome.stderr().contains("\nhint: open its address in a browser"), "{path}: {outcome}");
    }
}

/// Each URL that fails is reported by itself, and only those that were asked are.
#[test]
fn of_many_places_the_first_are_asked() {
    let hash = "0123456789abcdef0123456789abcdef01234567";
    let places: String = (1..=5).map(|place| format!("&xs=http://127.0.0.1:{place}/x")).collect();
    let folder = Folder::new("");
    folder.write("a", format!("magnet:?xt=urn:btih:{hash}&dn=n{places}"));
    folder.write("b", format!("magnet:?xt=urn:btih:{}&dn=n{places}", hash.replace('0', "f")));
    let outcome = run(&folder, "a b --metadata-timeout 1 --peer 127.0.0.1:1").expect(5);
    for source in ["a", "b"] {
        let of_source = |line: &&str| line.starts_with(&format!("fetch: {source}: http://127.0.0.1:"));
        let said: Vec<&str> = outcome.stderr().lines().filter(of_source).collect();
        assert_eq!(said.len(), 3, "{outcome}");
        assert!(said.iter().all(|line| line.contains(" 127.0.0.1 is on this machine")), "{outcome}");
    }
}
