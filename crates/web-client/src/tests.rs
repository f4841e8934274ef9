mod by_proxy;

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use test_kit::web_server::{WebServer, answer};
use torrent_core::address::{AddressError, Namer, Purpose, Url};

use super::*;
use crate::redirect::{joined, namer_at};

const OVERALL: Duration = Duration::from_secs(60);

fn download(url: &str, limit: u64, overall: Duration, bind: Option<IpAddr>) -> Result<Downloaded, HttpError> {
    super::download(url, Namer::USER, limit, overall, bind, &WebAccess::default())
}

fn get(url: &str, namer: Namer) -> Result<Vec<u8>, HttpError> {
    let request = HttpRequest::new(Url::parse(url.as_bytes()).unwrap(), namer, Purpose::WebSeed);
    Client::new(&WebAccess::default(), None, None).get(request)?.success()?.body(100)
}

#[test]
fn a_user_may_ask_a_local_server_and_a_stranger_may_not() {
    let server = WebServer::start(|_| answer("200 OK", "", b"hello"));
    assert_eq!(get(&server.url("/x"), Namer::USER).unwrap(), b"hello");
    let refused = get(&server.url("/x"), Namer::STRANGER).unwrap_err();
    assert!(matches!(refused, HttpError::Address(AddressError::Reach(..))), "{refused}");
    let name = format!("http://localhost:{}/x", server.address.port());
    assert!(matches!(get(&name, Namer::STRANGER), Err(HttpError::Address(_))));
    // Whether or not this machine finds an address for it.
    for name in ["localhost.", "x.localhost", "nas.local", "nas.home.arpa"] {
        let refused = get(&format!("http://{name}/x"), Namer::STRANGER).unwrap_err();
        assert!(matches!(refused, HttpError::Address(AddressError::Name(..))), "{refused}");
    }
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn redirects_are_followed_as_far_as_they_may_lead() {
    let server = WebServer::start(|head| match head.split(' ').nth(1).unwrap_or_default() {
        "/a/b?q" => answer("302 Found", "Location: c\r\n", b""),
        "/a/c" => answer("301 Moved", "Location: //127.0.0.1:1/\r\n", b""),
        "/loop" => answer("302 Found", "Location: loop2\r\n", b""),
        "/loop2" => answer("307 Again", "Location: /loop\r\n", b""),
        "/udp" => answer("302 Found", "Location: udp://127.0.0.1:1/announce\r\n", b""),
        "/empty" => answer("302 Found", "Location:\r\n", b""),
        "/blank" => answer("308 Found", "Location:   \r\n", b""),
        "/itself" => answer("301 Moved", "Location: #part\r\n", b""),
        "/meta" => answer("302 Found", "Location: http://169.254.169.254/latest\r\n", b""),
        "/to" => answer("303 See", "Location: /end\r\n", b"no body of interest"),
        _ => answer("200 OK", "", b"end"),
    });
    assert_eq!(get(&server.url("/to"), Namer::USER).unwrap(), b"end");
    assert!(matches!(get(&server.url("/a/b?q"), Namer::USER), Err(HttpError::Elsewhere(_))));
    assert!(matches!(get(&server.url("/loop"), Namer::USER), Err(HttpError::Redirects)));
    assert!(matches!(
        get(&server.url("/udp"), Namer::USER),
        Err(HttpError::Redirect(AddressError::Downgrade))
    ));
    for target in ["/empty", "/blank", "/itself"] {
        let refused = get(&server.url(target), Namer::USER).unwrap_err();
        assert_eq!(refused.to_string(), "a redirect whose `Location` names no other page", "{target}");
    }
    assert!(matches!(
        get(&server.url("/meta"), Namer::USER),
        Err(HttpError::Redirect(AddressError::Reach(..)))
    ));
}

/// Statuses of which some send us on, and where that led.
#[test]
fn only_redirects_are_followed_and_each_is_reported_with_its_code() {
    let server = WebServer::start(|head| match head.split(' ').nth(1).unwrap_or_default() {
        "/end" => answer("200 OK", "ETag: \"x\"\r\n", b"end"),
        target => answer(&format!("{} X", &target[1..4]), "Location: /end\r\n", b"as it is"),
    });
    for (status, is_followed) in
        [(300, true), (301, true), (302, true), (303, true), (307, true), (308, true)]
            .into_iter()
            .chain([200, 201, 304, 305, 306, 400, 404].map(|status| (status, false)))
    {
        let url = Url::parse(server.url(&format!("/{status}")).as_bytes()).unwrap();
        let request = HttpRequest::new(url, Namer::USER, Purpose::Torrent);
        let response = Client::new(&WebAccess::default(), None, Some(OVERALL)).get(request).unwrap();
        let followed: Vec<_> = response.redirects().iter().map(|one| (one.status, one.to.target())).collect();
        let expected: &[_] = if is_followed { &[(status, "/end")] } else { &[] };
        assert_eq!(followed, expected, "{status}");
        assert_eq!(response.status(), if is_followed { 200 } else { status }, "{status}");
        assert_eq!(response.header(header::ETAG), is_followed.then_some("\"x\""), "{status}");
    }
}

/// They may be what one site alone is to know: validators, later cookies.
#[test]
fn headers_of_a_request_stay_at_its_site() {
    let other = WebServer::start(|_| answer("304 Not Modified", "", b""));
    let elsewhere = other.url("/x");
    let server = WebServer::start(move |head| match head.split(' ').nth(1).unwrap_or_default() {
        "/x" => answer("301 Moved", "Location: /y\r\n", b""),
        "/y" => answer("302 Found", &format!("Location: {elsewhere}\r\n"), b""),
        _ => answer("404 Not Found", "", b""),
    });
    let url = Url::parse(server.url("/x").as_bytes()).unwrap();
    let mut request = HttpRequest::new(url, Namer::USER, Purpose::Torrent);
    request.headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static("\"seen\""));
    request.range = Some((0, 9));
    let response = Client::new(&WebAccess::default(), None, Some(OVERALL)).get(request).unwrap();
    let codes: Vec<u16> = response.redirects().iter().map(|redirect| redirect.status).collect();
    assert_eq!((response.status(), codes.as_slice()), (304, [301, 302].as_slice()));
    let tells = |head: &String| head.to_ascii_lowercase().contains("\r\nif-none-match: \"seen\"\r\n");
    assert!(server.asked().len() == 2 && server.asked().iter().all(tells));
    assert!(other.asked().len() == 1 && !other.asked().iter().any(tells));
    assert!(other.asked()[0].to_ascii_lowercase().contains("range: bytes=0-9"), "it is what is wanted");
}

/// What a URL said of its content is for it alone: not for where a redirect leads to, but for where it once led.
#[test]
fn conditions_are_for_one_url() {
    let other = WebServer::start(|_| answer("304 Not Modified", "", b""));
    let elsewhere = other.url("/x");
    let server = WebServer::start(move |_| answer("302 Found", &format!("Location: {elsewhere}\r\n"), b""));
    let url = |text: &str| Url::parse(text.as_bytes()).unwrap();
    for (at, asked) in [(server.url("/"), [1, 0]), (other.url("/x"), [0, 1])] {
        let mut request = HttpRequest::new(url(&server.url("/")), Namer::USER, Purpose::Torrent);
        let seen = (header::IF_NONE_MATCH, HeaderValue::from_static("\"seen\""));
        request.conditions = Some((url(&at), HeaderMap::from_iter([seen])));
        Client::new(&WebAccess::default(), None, Some(OVERALL)).get(request).unwrap();
        let tells = |server: &WebServer| {
            let asked = server.asked();
            usize::from(asked.last().unwrap().to_ascii_lowercase().contains("if-none-match: \"seen\""))
        };
        assert_eq!([tells(&server), tells(&other)], asked);
    }
}

#[test]
fn secrets_are_looked_up_at_every_hop() {
    let other = WebServer::start(|_| answer("200 OK", "", b""));
    let elsewhere = other.url("/x");
    let server = WebServer::start(move |_| answer("302 Found", &format!("Location: {elsewhere}\r\n"), b""));
    let mut secrets = Secrets::default();
    secrets.add_headers(&format!("{}\nX-Key: a\n{}\nX-Key: b", server.url(""), other.url(""))).unwrap();
    let access = WebAccess { secrets: Arc::new(secrets), ..WebAccess::default() };
    let url = Url::parse(server.url("/").as_bytes()).unwrap();
    let request = HttpRequest::new(url, Namer::USER, Purpose::Torrent);
    Client::new(&access, None, Some(OVERALL)).get(request).unwrap();
    let key = |server: &WebServer| {
        server.asked()[0].lines().find(|line| line.starts_with("x-key")).map(str::to_owned)
    };
    assert_eq!((key(&server).as_deref(), key(&other).as_deref()), (Some("x-key: a"), Some("x-key: b")));
}

/// Five letters; a thousand zeros; nothing, again and again.
#[test]
fn compressed_answers_have_limits_before_and_after() {
    let hello: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xcb\x48\xcd\xc9\xc9\x07\x00\x86\xa6\x10\x36\x05\x00\x00\x00";
    let zeros: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\x18\x05\xa3\x60\x14\x0c\x77\x00\x00\x80\x17\x0b\x06\xe8\x03\x00\x00";
    let nothing: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00";
    let endless = nothing.repeat(10_000);
    for (body, expected) in [(hello, Ok(b"hello".to_vec())), (zeros, Err(())), (&endless, Err(()))] {
        let body = body.to_vec();
        let server = WebServer::start(move |_| answer("200 OK", "Content-Encoding: gzip\r\n", &body));
        let url = Url::parse(server.url("/").as_bytes()).unwrap();
        let mut request = HttpRequest::new(url, Namer::USER, Purpose::Torrent);
        request.takes_gzip = true;
        let mut response = Client::new(&WebAccess::default(), None, Some(OVERALL)).get(request).unwrap();
        let body = response.body(100);
        assert!(!matches!(&body, Err(error) if !matches!(error, HttpError::TooLong(100))), "{body:?}");
        assert_eq!(body.map_err(drop), expected);
        assert!(server.asked()[0].to_ascii_lowercase().contains("accept-encoding: gzip"));
    }
}

/// Like a link in a body, it may name what whoever it comes from may.
#[test]
fn a_redirect_to_a_magnet_link_is_the_link() {
    let link = "Magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef01234567";
    let server = WebServer::start(move |head| match head.split(' ').nth(1).unwrap_or_default() {
        "/to" => answer("302 Found", "Location: /dl\r\n", b""),
        "/body" => answer("200 OK", "", link.as_bytes()),
        _ => answer("302 Found", &format!("Location: {link}\r\n"), b""),
    });
    for target in ["/dl", "/to", "/body"] {
        let downloaded = download(&server.url(target), 1000, OVERALL, None).unwrap();
        assert_eq!(
            (downloaded.bytes.as_slice(), downloaded.namer),
            (link.as_bytes(), Namer::at(Ipv4Addr::LOCALHOST.into())),
            "{target}"
        );
    }
    assert!(matches!(get(&server.url("/"), Namer::USER), Err(HttpError::Magnet(..))), "a web seed is none");
    assert_eq!(namer_at(None), Namer::STRANGER, "what a proxy has asked may be anywhere");
    assert_eq!(namer_at(Some([9, 9, 9, 9].into())), Namer::STRANGER);
}

#[test]
fn redirects_are_relative_to_where_they_stand() {
    let base = Url::parse(b"https://host.example:8443/a/b?q=/x").unwrap();
    let cases = [
        ("http://other.example/y", "http://other.example/y"),
        ("//other.example/y", "https://other.example/y"),
        ("/y:z", "https://host.example:8443/y:z"),
        ("c/d", "https://host.example:8443/a/c/d"),
        ("?r", "https://host.example:8443/a/b?r"),
    ];
    for (location, url) in cases {
        assert_eq!(joined(&base, location.as_bytes()).unwrap().to_string(), url);
    }
    assert!(base.may_redirect_to(&joined(&base, b"http://host.example/").unwrap()).is_err());
}

#[test]
fn bodies_and_heads_have_an_end() {
    let server = WebServer::start(|head| match head.split(' ').nth(1).unwrap_or_default() {
        "/long" => answer("200 OK", "", &[b'x'; 101]),
        "/chunks" => [
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".as_slice(),
            b"ffffffffffffffff\r\n",
            &[b'x'; 1000],
        ]
        .concat(),
        "/short" => b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\nConnection: close\r\n\r\nhello".to_vec(),
        "/head" => [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'x'; 1 << 20], b"\r\n\r\n"].concat(),
        _ => b"no http at all\r\n\r\n".to_vec(),
    });
    assert!(matches!(get(&server.url("/long"), Namer::USER), Err(HttpError::TooLong(100))));
    for target in ["/chunks", "/short", "/head", "/none"] {
        let result = get(&server.url(target), Namer::USER);
        assert!(
            matches!(result, Err(HttpError::Failed(_) | HttpError::Reset(_) | HttpError::TooLong(100))),
            "{target}: {result:?}"
        );
    }
}

/// Some servers compress what they were asked for as it is; stores give files as they were put there.
#[test]
fn what_is_compressed_is_unpacked_and_as_long_as_it_may_be() {
    const HELLO: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xcbH\xcd\xc9\xc9\x07\0\x86\xa6\x106\x05\0\0\0";
    const ZEROS_10000: &[u8] = b"\x1f\x8b\x08\0\0\0\0\0\x02\x03\xed\xc1\x01\r\0\0\0\xc2\xa0\xf7Om\x0e7\xa0\0\0\0\0\0\0\0\0\0\xe0\xdf\0.\xca;M\x10'\0\0";
    let server = WebServer::start(|head| match head.split(' ').nth(1).unwrap_or_default() {
        "/hello" => answer("200 OK", "Content-Encoding: gzip\r\n", HELLO),
        "/bomb" => answer("200 OK", "Content-Encoding: gzip\r\n", ZEROS_10000),
        "/cut" => answer("200 OK", "Content-Encoding: gzip\r\n", &HELLO[..15]),
        _ => answer("200 OK", "Content-Encoding: gzip\r\n", b"hello"),
    });
    assert_eq!(get(&server.url("/hello"), Namer::USER).unwrap(), b"hello");
    assert!(matches!(get(&server.url("/bomb"), Namer::USER), Err(HttpError::TooLong(100))));
    for target in ["/cut", "/none"] {
        assert!(matches!(get(&server.url(target), Namer::USER), Err(HttpError::Failed(_))), "{target}");
    }
}

#[test]
fn a_torrent_from_a_local_server_may_name_local_addresses() {
    let server = WebServer::start(|head| match head.split(' ').nth(1).unwrap_or_default() {
        "/x.torrent" => answer("302 Found", "Location: /store?key=1\r\n", b""),
        _ => answer("200 OK", "", b"d4:infoe"),
    });
    let downloaded = download(&server.url("/x.torrent"), 1000, OVERALL, None).unwrap();
    assert_eq!(
        (downloaded.bytes.as_slice(), downloaded.namer),
        (b"d4:infoe".as_slice(), Namer::at(Ipv4Addr::LOCALHOST.into()))
    );
    assert!(download("ftp://127.0.0.1/x", 1000, OVERALL, None).is_err());
}

#[test]
fn a_client_can_be_bound_to_an_address() {
    let server = WebServer::start(|_| answer("200 OK", "", b"hello"));
    let at = |ip: &str| download(&server.url("/x"), 1000, OVERALL, Some(ip.parse().unwrap()));
    assert_eq!(at("127.0.0.1").unwrap().bytes, b"hello");
    assert_eq!(at("127.0.0.2").unwrap().bytes, b"hello");
    assert!(at("::1").is_err(), "the server has no address of that family");
    assert_eq!(server.peers(), ["127.0.0.1", "127.0.0.2"].map(|ip| ip.parse::<IpAddr>().unwrap()));
}

/// A server that always has another byte, in the head or in the body, and one that always knows somebody else.
#[test]
fn a_drip_has_an_end() {
    let dripping = |head: &'static str| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut next = stream.write_all(head.as_bytes());
                while next.is_ok() {
                    thread::sleep(Duration::from_millis(20));
                    next = stream.write_all(b"x");
                }
            }
        });
        format!("http://{address}/x")
    };
    let overall = Duration::from_millis(300);
    for head in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX: ",
    ] {
        for bind in [None, Some(Ipv4Addr::LOCALHOST.into())] {
            let result = download(&dripping(head), 1 << 30, overall, bind).map(|downloaded| downloaded.bytes);
            assert!(matches!(result, Err(HttpError::TooSlow)), "{head} {bind:?} {result:?}");
        }
    }
    let server = WebServer::start(|_| {
        thread::sleep(Duration::from_millis(200));
        answer("302 Found", "Location: /again\r\n", b"")
    });
    assert!(matches!(
        download(&server.url("/x"), 1000, overall, None),
        Err(HttpError::TooSlow | HttpError::Elsewhere(_))
    ));
}
