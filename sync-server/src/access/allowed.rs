//! Which pages and addresses may use a key: the rule for `domains` and `allowedIps`.
//!
//! Browsers say which page asks (`Origin`, `Referer`) and do not let pages lie; other programs can
//! claim anything, so lists of domains only keep other people's pages away.

use std::net::IpAddr;

use actix_web::http::header::{HOST, HeaderMap, HeaderName, ORIGIN, REFERER};
use ipnet::IpNet;
use url::{Host, Url};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// One entry of `domains`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// One host, in lower-case ASCII.
    Host(String),
    /// All hosts below this one, at any depth, but not itself.
    Below(String),
    /// This machine: `localhost`, `*.localhost` and loopback addresses.
    Localhost,
    /// An address: of the client, or of the page's host.
    Address(IpAddr),
}

/// Who asks, as far as the rule goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requester {
    /// Where the page is from.
    pub page: Page,
    /// The client.
    pub address: IpAddr,
}

/// Where the page that asks is from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// No page: a program on a server, or one that does not say.
    None,
    /// A page that does not say where it is from, such as a file.
    Opaque,
    /// A page of a host, in lower-case ASCII.
    Host(String),
    /// A page of an address.
    Address(IpAddr),
}

/// The lists of a key, read once for many requests.
#[derive(Debug, Clone, Default)]
pub struct AllowedBy {
    domains: Vec<Domain>,
    networks: Vec<IpNet>,
}

impl AllowedBy {
    /// Reads the lists of a key. An entry that cannot be read matches nothing.
    pub fn lists(domains: &[String], allowed_ips: &[String]) -> Self {
        let domains: Vec<Domain> = domains
            .iter()
            .map(|entry| Domain::parse(entry).unwrap_or_else(|_| Domain::Host(String::new())))
            .collect();
        // A network that no address is in keeps a list of unreadable entries from being empty.
        let networks = allowed_ips
            .iter()
            .map(|entry| parse_network(entry).unwrap_or_else(|_| IpNet::from(IpAddr::from([0; 4]))))
            .collect();
        Self { domains, networks }
    }

    /// Whether someone may use the key: an empty list lets everyone through, otherwise one entry
    /// of each list has to match.
    pub fn lets(&self, requester: &Requester) -> bool {
        let by_domain =
            self.domains.is_empty() || self.domains.iter().any(|domain| domain.matches(requester));
        let by_address = self.networks.is_empty()
            || self.networks.iter().any(|network| network.contains(&requester.address));
        by_domain && by_address
    }
}

impl Requester {
    /// Reads the headers of a request.
    pub fn of(headers: &HeaderMap, address: IpAddr) -> Self {
        Self { page: Page::of(headers), address: address.to_canonical() }
    }
}

impl Page {
    fn of(headers: &HeaderMap) -> Self {
        for name in [ORIGIN, REFERER] {
            let mut values = headers.get_all(name);
            match (values.next(), values.next()) {
                (None, _) => {}
                (Some(value), None) => {
                    return value.to_str().ok().and_then(Self::of_url).unwrap_or(Self::Opaque);
                }
                (Some(_), Some(_)) => return Self::Opaque,
            }
        }
        // To its own server a page sends no origin when it only reads; browsers tell it this way.
        let same_origin = headers.get(SEC_FETCH_SITE).is_some_and(|site| site == "same-origin");
        match headers.get(HOST).and_then(|host| host.to_str().ok()) {
            Some(host) if same_origin => {
                Self::of_url(&format!("http://{host}/")).unwrap_or(Self::Opaque)
            }
            _ => Self::None,
        }
    }

    fn of_url(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        Some(match url.host()? {
            Host::Domain(name) => {
                let name = name.to_ascii_lowercase();
                Self::Host(name.strip_suffix('.').unwrap_or(&name).to_owned())
            }
            Host::Ipv4(address) => Self::Address(address.into()),
            Host::Ipv6(address) => Self::Address(IpAddr::from(address).to_canonical()),
        })
    }
}

impl Domain {
    /// Reads an entry.
    ///
    /// # Errors
    /// Says what is wrong, for people.
    pub fn parse(entry: &str) -> Result<Self, &'static str> {
        let text = entry.trim();
        let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
        if let Ok(address) = bare.parse::<IpAddr>() {
            return Ok(Self::Address(address.to_canonical()));
        }
        if text.contains('/') || text.contains(':') {
            return Err(
                "Must be a host without scheme, port and path, or one address; networks go into allowedIps.",
            );
        }
        let (below, name) = match text.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, text),
        };
        let name = host_name(name)?;
        if name == "localhost" {
            return Ok(Self::Localhost);
        }
        if !name.contains('.') {
            return Err(
                "Must be a full host name such as example.com, *.example.com or localhost.",
            );
        }
        if below && psl::domain(name.as_bytes()).is_none() {
            return Err("Must not take in all domains of a public suffix.");
        }
        Ok(if below { Self::Below(name) } else { Self::Host(name) })
    }

    /// Returns the entry as it is stored.
    pub fn to_entry(&self) -> String {
        match self {
            Self::Host(name) => name.clone(),
            Self::Below(name) => format!("*.{name}"),
            Self::Localhost => "localhost".into(),
            Self::Address(address) => address.to_string(),
        }
    }

    fn matches(&self, requester: &Requester) -> bool {
        match (self, &requester.page) {
            (Self::Address(own), Page::Address(page)) if own == page => true,
            (Self::Address(own), _) => *own == requester.address,
            (Self::Host(own), Page::Host(page)) => own == page,
            (Self::Below(own), Page::Host(page)) => page
                .strip_suffix(own.as_str())
                .is_some_and(|below| below.len() > 1 && below.ends_with('.')),
            (Self::Localhost, Page::Host(page)) => {
                page == "localhost" || page.ends_with(".localhost")
            }
            (Self::Localhost, Page::Address(page)) => page.is_loopback(),
            // A program on this machine, but no page of elsewhere in a browser on this machine.
            (Self::Localhost, Page::None) => requester.address.is_loopback(),
            _ => false,
        }
    }
}

/// Reads an entry of `allowedIps`: an address, or a network in CIDR notation.
///
/// # Errors
/// Says what is wrong, for people.
pub fn parse_network(entry: &str) -> Result<IpNet, &'static str> {
    let wrong = "Must be an IP address or a network in CIDR notation.";
    let text = entry.trim();
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    let network = text.parse::<IpNet>().map_err(|_| wrong)?.trunc();
    match (network.addr().to_canonical(), network.prefix_len()) {
        (address @ IpAddr::V4(_), bits) if network.addr().is_ipv6() && bits >= 96 => {
            IpNet::new(address, bits - 96).map_err(|_| wrong)
        }
        _ => Ok(network),
    }
}

/// Returns an entry of `allowedIps` as it is stored: single addresses without length.
pub fn network_entry(network: IpNet) -> String {
    if network.prefix_len() == network.max_prefix_len() {
        network.addr().to_string()
    } else {
        network.to_string()
    }
}

/// Returns the name in lower-case ASCII.
fn host_name(name: &str) -> Result<String, &'static str> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let ascii = idna::domain_to_ascii(name).map_err(|_| "Must be a valid host name.")?;
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    if ascii.len() <= 253 && ascii.split('.').all(is_label) {
        Ok(ascii)
    } else {
        Err("Must be a valid host name.")
    }
}

#[cfg(test)]
mod tests;
