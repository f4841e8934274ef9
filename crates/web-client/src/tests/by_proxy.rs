//! Proxies, and what each server gets to know. The proxy is a server here that answers itself.

use super::*;

fn access(vars: &[(&str, String)]) -> WebAccess {
    let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone());
    WebAccess { proxies: Arc::new(Proxies::from_env(var).unwrap()), ..WebAccess::default() }
}

fn get_by(access: &WebAccess, url: &str, namer: Namer) -> Result<(Vec<u8>, Option<IpAddr>), HttpError> {
    let url = Url::parse(url.as_bytes()).unwrap();
    let request = HttpRequest::new(url, namer, Purpose::WebSeed);
    let mut answer = Client::new(access, None, Some(OVERALL)).get(request)?;
    Ok((answer.success()?.body(100)?, answer.from()))
}

fn line(head: &str) -> &str {
    head.lines().next().unwrap_or_default()
}

fn has(head: &str, header: &str) -> bool {
    head.lines().any(|line| line.eq_ignore_ascii_case(header))
}

#[test]
fn a_proxy_for_http_gets_the_whole_url_and_who_asks() {
    let proxy = WebServer::start(|_| answer("200 OK", "", b"by proxy"));
    let by = access(&[("http_proxy", format!("http://me:s%40cret@{}", proxy.address))]);
    // Nobody but the proxy knows the name.
    let (body, from) = get_by(&by, "http://nowhere.invalid:81/a?b", Namer::USER).unwrap();
    assert_eq!((body.as_slice(), from), (b"by proxy".as_slice(), None));
    let head = &proxy.asked()[0];
    assert_eq!(line(head), "GET http://nowhere.invalid:81/a?b HTTP/1.1");
    assert!(has(head, "host: nowhere.invalid:81"), "{head}");
    assert!(has(head, "proxy-authorization: Basic bWU6c0BjcmV0"), "{head}");
}

#[test]
fn a_proxy_for_https_is_asked_for_a_way() {
    let proxy = WebServer::start(|_| answer("403 Forbidden", "", b""));
    let by = access(&[("https_proxy", format!("http://{}", proxy.address))]);
    let error = get_by(&by, "https://nowhere.invalid/a", Namer::USER).unwrap_err();
    assert!(error.to_string().contains("403"), "{error}");
    assert_eq!(line(&proxy.asked()[0]), "CONNECT nowhere.invalid:443 HTTP/1.1");
}

#[test]
fn hosts_that_are_exempt_and_other_schemes_are_asked_themselves() {
    let server = WebServer::start(|_| answer("200 OK", "", b"itself"));
    let proxy = "http://127.0.0.1:1".to_owned();
    for vars in [
        vec![("http_proxy", proxy.clone()), ("no_proxy", "127.0.0.0/8".to_owned())],
        vec![("https_proxy", proxy.clone())],
    ] {
        let (body, from) = get_by(&access(&vars), &server.url("/"), Namer::USER).unwrap();
        assert_eq!((body.as_slice(), from), (b"itself".as_slice(), Some(Ipv4Addr::LOCALHOST.into())));
    }
    assert_eq!(line(&server.asked()[0]), "GET / HTTP/1.1");
}

/// The user names the proxy; the host that it is asked for may be named by a stranger.
#[test]
fn a_stranger_leads_no_proxy_into_private_networks() {
    let proxy = WebServer::start(|head| match line(head).ends_with("/away HTTP/1.1") {
        true => answer("302 Found", "Location: http://10.0.0.1/\r\n", b""),
        false => answer("200 OK", "", b"by proxy"),
    });
    let by = access(&[("http_proxy", format!("http://{}", proxy.address))]);
    for (url, namer, requests) in [
        ("http://9.9.9.9/x", Namer::STRANGER, Ok(1)),
        ("http://nowhere.invalid/x", Namer::STRANGER, Ok(1)),
        ("http://10.0.0.1/x", Namer::STRANGER, Err(0)),
        ("http://127.0.0.1/x", Namer::STRANGER, Err(0)),
        ("http://[::1]/x", Namer::STRANGER, Err(0)),
        ("http://169.254.169.254/x", Namer::STRANGER, Err(0)),
        ("http://localhost/x", Namer::STRANGER, Err(0)),
        ("http://wiki/x", Namer::STRANGER, Err(0)),
        ("http://9.9.9.9/away", Namer::STRANGER, Err(1)),
        ("http://9.9.9.9/away", Namer::USER, Err(1)),
        ("http://nowhere.invalid/away", Namer::USER, Err(1)),
        ("http://10.0.0.1/x", Namer::USER, Ok(1)),
        ("http://10.0.0.2/away", Namer::USER, Ok(2)),
        ("http://wiki/x", Namer::USER, Ok(1)),
    ] {
        let before = proxy.asked().len();
        let got = get_by(&by, url, namer);
        let asked = proxy.asked().len() - before;
        assert_eq!(got.as_ref().map(|_| asked).map_err(|_| asked), requests, "{url} {namer:?} {got:?}");
    }
}

/// Secrets stay with the sites that they are for.
#[test]
fn headers_and_users_do_not_follow_redirects_to_other_sites() {
    let other = WebServer::start(|_| answer("200 OK", "", b"other"));
    let elsewhere = other.url("/");
    let server = WebServer::start(move |head| match line(head).split(' ').nth(1).unwrap_or_default() {
        "/away" => answer("302 Found", &format!("Location: {elsewhere}\r\n"), b""),
        "/near" => answer("302 Found", "Location: /end\r\n", b""),
        _ => answer("200 OK", "", b"end"),
    });
    let access = WebAccess {
        headers: Arc::new(vec![Header::parse("X-Token: secret").unwrap()]),
        sites: Arc::new([format!("http://{}", server.address)].into()),
        user_agent: Header::user_agent("me/1"),
        ..WebAccess::default()
    };
    let with_user = |path: &str| format!("http://me:word@{}{path}", server.address);
    get_by(&access, &with_user("/near"), Namer::USER).unwrap();
    get_by(&access, &with_user("/away"), Namer::USER).unwrap();
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    for head in &asked {
        for header in ["x-token: secret", "authorization: Basic bWU6d29yZA==", "user-agent: me/1"] {
            assert!(has(head, header), "{header}: {head}");
        }
    }
    let head = &other.asked()[0];
    assert!(!head.contains("secret") && !head.to_ascii_lowercase().contains("authorization"), "{head}");
    assert!(has(head, "user-agent: me/1"), "{head}");
}
