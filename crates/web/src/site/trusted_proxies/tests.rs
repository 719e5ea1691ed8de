#![expect(clippy::unwrap_used, reason = "a test that fails should stop where it fails")]

use super::*;
use axum::http::HeaderValue;

/// Where a request comes from that a peer sends with these header lines, with two proxies on this machine and a network
/// of them trusted.
#[track_caller]
fn check(peer: &str, lines: &[&[u8]], expected: Result<&str, ForwardedForError>) {
    let trusted = TrustedProxies::parse(["127.0.0.1", "::1", "10.1.0.0/16", "2001:db8:f::/48"]).unwrap();
    let mut headers = HeaderMap::new();
    for line in lines {
        headers.append(X_FORWARDED_FOR, HeaderValue::from_bytes(line).unwrap());
    }
    let found = trusted.client_address(peer.parse().unwrap(), &headers);
    assert_eq!(found, expected.map(|ip| ip.parse().unwrap()));
}

#[test]
fn a_proxy_that_is_trusted_tells_where_the_browser_is() {
    check("127.0.0.1", &[b"203.0.113.9"], Ok("203.0.113.9"));
    check("::1", &[b"203.0.113.9"], Ok("203.0.113.9"));
    check("::ffff:127.0.0.1", &[b"203.0.113.9"], Ok("203.0.113.9"));
    check("10.1.255.255", &[b"2001:db8::7"], Ok("2001:db8::7"));
    check("2001:db8:f:1::2", &[b"203.0.113.9"], Ok("203.0.113.9"));
}

#[test]
fn a_peer_that_is_not_trusted_is_where_its_requests_come_from() {
    check("192.0.2.1", &[b"203.0.113.9"], Ok("192.0.2.1"));
    check("192.0.2.1", &[b"127.0.0.1"], Ok("192.0.2.1"));
    check("192.0.2.1", &[], Ok("192.0.2.1"));
    check("192.0.2.1", &[b"nonsense"], Ok("192.0.2.1"));
    check("10.2.0.0", &[b"203.0.113.9"], Ok("10.2.0.0"));
    check("127.0.0.2", &[b"203.0.113.9"], Ok("127.0.0.2"));
    let nobody = TrustedProxies::default();
    let headers = HeaderMap::from_iter([(X_FORWARDED_FOR.parse().unwrap(), "203.0.113.9".parse().unwrap())]);
    let peer = "127.0.0.1".parse().unwrap();
    assert_eq!(nobody.client_address(peer, &headers), Ok(peer));
}

#[test]
fn what_a_browser_wrote_itself_is_never_taken() {
    check("127.0.0.1", &[b"198.51.100.1, 203.0.113.9"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"127.0.0.1, 203.0.113.9"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"198.51.100.1, 203.0.113.9, 10.1.0.3"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"198.51.100.1", b"203.0.113.9"], Ok("203.0.113.9"));
    // It cannot spoil what the proxies wrote either, and pass for one of them.
    check("127.0.0.1", &[b"nonsense, \"\xff, , 203.0.113.9"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"\"", b"203.0.113.9, 10.1.0.3"], Ok("203.0.113.9"));
}

#[test]
fn several_lines_are_one_list() {
    check("127.0.0.1", &[b"203.0.113.9", b"10.1.0.3", b"10.1.0.4, 10.1.0.5"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"203.0.113.9, 10.1.0.3", b"198.51.100.1"], Ok("198.51.100.1"));
}

#[test]
fn a_chain_of_trusted_proxies_begins_at_its_first() {
    check("127.0.0.1", &[b"10.1.0.9, 10.1.0.3"], Ok("10.1.0.9"));
    check("127.0.0.1", &[b"127.0.0.1"], Ok("127.0.0.1"));
}

#[test]
fn ports_brackets_and_ipv4_within_ipv6_are_understood() {
    check("127.0.0.1", &[b"203.0.113.9:4711"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"[2001:db8::7]"], Ok("2001:db8::7"));
    check("127.0.0.1", &[b"[2001:db8::7]:4711"], Ok("2001:db8::7"));
    check("127.0.0.1", &[b"::ffff:203.0.113.9"], Ok("203.0.113.9"));
    check("127.0.0.1", &[b"203.0.113.9 ,\t[::ffff:10.1.0.3]:80 "], Ok("203.0.113.9"));
}

#[test]
fn a_proxy_that_tells_nothing_of_use_is_found_out() {
    check("127.0.0.1", &[], Err(ForwardedForError::Missing));
    for line in ["", "unknown", "203.0.113.9,", "198.51.100.1, _hidden", "203.0.113.9 198.51.100.1", "unix:"]
    {
        check("127.0.0.1", &[line.as_bytes()], Err(ForwardedForError::Malformed));
    }
    check("127.0.0.1", &[b"198.51.100.1, unknown, 10.1.0.3"], Err(ForwardedForError::Malformed));
}

#[test]
fn the_log_hears_of_each_kind_of_trouble_once() {
    let warnings = ProxyWarnings::default();
    assert!(warnings.is_first(ForwardedForError::Missing));
    assert!(warnings.is_first(ForwardedForError::Malformed));
    assert!(!warnings.is_first(ForwardedForError::Missing));
    assert!(!warnings.is_first(ForwardedForError::Malformed));
}

#[test]
fn entries_are_addresses_and_networks() {
    let check = |entry: &str, expected: Result<&str, Fault>| {
        let found = TrustedProxies::parse([entry]).map(|trusted| trusted.to_string());
        assert_eq!(found.map_err(|error| error.fault), expected.map(str::to_owned), "{entry:?}");
    };
    check("127.0.0.1", Ok("127.0.0.1"));
    check("10.0.0.0/8", Ok("10.0.0.0/8"));
    check("10.0.0.7/32", Ok("10.0.0.7"));
    check("2001:db8::/32", Ok("2001:db8::/32"));
    check("::ffff:127.0.0.1", Ok("127.0.0.1"));
    check("::ffff:10.0.0.0/104", Ok("10.0.0.0/8"));
    for entry in
        ["", "proxy.example", "10.0.0.0/33", "::/129", "10.0.0.0/", "10.0.0.0/+8", "10.0.0/8", "[::1]"]
    {
        check(entry, Err(Fault::Neither));
    }
    check("10.0.0.7/8", Err(Fault::Inside { prefix: 8 }));
    check("2001:db8::1/64", Err(Fault::Inside { prefix: 64 }));
    check("::ffff:0.0.0.0/90", Err(Fault::Inside { prefix: 90 }));
    check("0.0.0.0/0", Err(Fault::Everybody));
    check("::/0", Err(Fault::Everybody));
    check("::ffff:0.0.0.0/96", Err(Fault::Everybody));
}
