//! Tables of the rule for domains and addresses.

use actix_web::http::header::HeaderValue;

use super::*;

fn requester(headers: &[(&'static str, &str)], address: &str) -> Requester {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    Requester::of(&map, address.parse().unwrap())
}

#[test]
fn pages_are_let_through_by_the_domains_that_name_them() {
    let outside = "203.0.113.7";
    // Entry, origin of the page (empty for none), address of the client, whether it may.
    let cases = [
        ("example.com", "https://example.com", outside, true),
        ("example.com", "http://EXAMPLE.com:8080", outside, true),
        ("example.com", "https://example.com.", outside, true),
        ("example.com", "https://www.example.com", outside, false),
        ("example.com", "https://example.com.evil.org", outside, false),
        ("example.com", "https://notexample.com", outside, false),
        ("example.com", "", outside, false),
        ("example.com", "null", outside, false),
        ("example.com", "example.com", outside, false),
        ("*.example.com", "https://www.example.com", outside, true),
        ("*.example.com", "https://a.b.example.com", outside, true),
        ("*.example.com", "https://example.com", outside, false),
        ("*.example.com", "https://notexample.com", outside, false),
        ("bücher.example", "https://xn--bcher-kva.example", outside, true),
        ("localhost", "http://localhost:3000", outside, true),
        ("localhost", "http://app.localhost", outside, true),
        ("localhost", "http://127.0.0.1:8080", outside, true),
        ("localhost", "http://127.8.9.1", outside, true),
        ("localhost", "http://[::1]:8080", outside, true),
        ("localhost", "capacitor://localhost", outside, true),
        ("localhost", "http://localhost.evil.org", outside, false),
        ("localhost", "", "127.0.0.1", true),
        ("localhost", "", "::1", true),
        ("localhost", "", outside, false),
        // A page of elsewhere in a browser on this machine.
        ("localhost", "https://evil.org", "127.0.0.1", false),
        ("localhost", "null", "127.0.0.1", false),
        ("203.0.113.7", "", outside, true),
        ("203.0.113.7", "", "::ffff:203.0.113.7", true),
        ("203.0.113.8", "", outside, false),
        ("203.0.113.8", "http://203.0.113.8", outside, true),
        ("2001:db8::1", "", "2001:db8:0::1", true),
        ("[2001:db8::1]", "http://[2001:db8::1]:80", outside, true),
    ];
    for (entry, origin, address, expected) in cases {
        let lists = AllowedBy::lists(&[entry.into()], &[]);
        let headers: &[_] = if origin.is_empty() { &[] } else { &[("origin", origin)] };
        let actual = lists.lets(&requester(headers, address));
        assert_eq!(actual, expected, "{entry} for {origin:?} from {address}");
    }
}

#[test]
fn the_page_is_told_by_origin_else_referer_else_the_own_host() {
    let host = |name: &str| Page::Host(name.into());
    let cases: &[(&[(&'static str, &str)], Page)] = &[
        (&[], Page::None),
        (&[("host", "a.example")], Page::None),
        (&[("origin", "https://a.example"), ("referer", "https://b.example/x")], host("a.example")),
        (&[("referer", "https://b.example/x?y=https://a.example")], host("b.example")),
        (&[("referer", "https://user@b.example/")], host("b.example")),
        (&[("origin", "null"), ("referer", "https://b.example/")], Page::Opaque),
        (&[("origin", "https://a.example"), ("origin", "https://b.example")], Page::Opaque),
        (&[("host", "a.example:80"), ("sec-fetch-site", "same-origin")], host("a.example")),
        (&[("host", "a.example"), ("sec-fetch-site", "cross-site")], Page::None),
        (&[("referer", "about:client")], Page::Opaque),
    ];
    for (headers, expected) in cases {
        assert_eq!(requester(headers, "203.0.113.7").page, *expected, "{headers:?}");
    }
}

#[test]
fn both_lists_have_to_let_a_request_through() {
    let headers = [("origin", "https://a.example")];
    let cases: &[(&[&str], &[&str], bool)] = &[
        (&[], &[], true),
        (&["a.example"], &["203.0.113.0/24"], true),
        (&["b.example", "a.example"], &["10.0.0.0/8", "203.0.113.7"], true),
        (&["a.example"], &["203.0.114.0/24"], false),
        (&["b.example"], &["203.0.113.0/24"], false),
        (&[], &["::ffff:203.0.113.0/120"], true),
        (&[], &["2001:db8::/32"], false),
        (&["not a host"], &[], false),
        (&[], &["not an address"], false),
    ];
    for (domains, addresses, expected) in cases {
        let list = |items: &[&str]| items.iter().map(|&item| item.to_owned()).collect::<Vec<_>>();
        let lists = AllowedBy::lists(&list(domains), &list(addresses));
        let actual = lists.lets(&requester(&headers, "203.0.113.7"));
        assert_eq!(actual, *expected, "{domains:?} {addresses:?}");
    }
}

#[test]
fn entries_are_stored_in_one_spelling() {
    for (entry, expected) in [
        ("Example.COM", "example.com"),
        (" example.com. ", "example.com"),
        ("*.Bücher.example", "*.xn--bcher-kva.example"),
        ("LOCALHOST", "localhost"),
        ("*.localhost", "localhost"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("[::1]", "::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("*.corp.internal", "*.corp.internal"),
    ] {
        assert_eq!(Domain::parse(entry).unwrap().to_entry(), expected, "{entry}");
    }
    for (entry, expected) in [
        ("10.0.0.1", "10.0.0.1"),
        ("10.0.0.1/32", "10.0.0.1"),
        ("10.1.2.3/8", "10.0.0.0/8"),
        ("2001:DB8::1/32", "2001:db8::/32"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
    ] {
        assert_eq!(network_entry(parse_network(entry).unwrap()), expected, "{entry}");
    }
}

#[test]
fn entries_that_would_let_strangers_in_or_cannot_match_are_refused() {
    for entry in [
        "",
        "*",
        "*.",
        "*.com",
        "*.co.uk",
        "*.github.io",
        "intranet",
        "https://example.com",
        "example.com/",
        "example.com:80",
        "10.0.0.0/8",
        "a..b",
        "-a.example",
        "a b.example",
        "*.*.example.com",
        "a.*.example.com",
        "a_b.example",
        "300.1.1.1.example%00",
    ] {
        assert!(Domain::parse(entry).is_err(), "{entry:?}");
    }
    for entry in ["", "example.com", "10.0.0.0/33", "10.0.0", "10.0.0.1-10.0.0.9"] {
        assert!(parse_network(entry).is_err(), "{entry:?}");
    }
}
