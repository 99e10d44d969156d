//! Values that occur in many places, with their rules as patterns.

use utoipa::ToSchema;

/// Type of a record.
#[derive(Debug, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum RecordType {
    /// A first-level region.
    Administrative,
    /// An airport.
    Airport,
    /// A bus station.
    Bus,
    /// A city, town or village.
    City,
    /// A country.
    Country,
    /// A second-level region.
    County,
    /// A street, or a house of one.
    Street,
    /// A sight.
    Tourism,
    /// A town hall.
    Townhall,
    /// A railway station.
    Train,
}

/// Type of a record, with a leading minus sign when it is left out.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = "^-?(administrative|airport|bus|city|country|county|street|tourism|townhall|train)$",
    examples("street", "-bus")
)]
pub struct TypeFilter(pub String);

/// ISO 3166-1 alpha-2 code of any case, of a country that the server has data of.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[A-Za-z]{2}$", examples("li"))]
pub struct CountryCode(pub String);

/// ISO 3166-1 alpha-2 code of any case.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[A-Za-z]{2}$", examples("li"))]
pub struct AnyCountryCode(pub String);

/// Latitude and longitude in degrees.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = r"^\s*[+-]?(90(\.0+)?|[1-8]?[0-9](\.[0-9]+)?)\s*,\s*[+-]?(180(\.0+)?|(1[0-7][0-9]|[1-9]?[0-9])(\.[0-9]+)?)\s*$",
    examples("47.139, 9.5227")
)]
pub struct Coordinates(pub String);

/// A number of results, also as text; 5 unless told otherwise.
#[derive(Debug, ToSchema)]
#[serde(untagged)]
pub enum MaxResults {
    /// As a number.
    Number(ResultNumber),
    /// As text.
    Text(ResultNumberText),
}

/// As a number.
#[derive(Debug, ToSchema)]
#[schema(minimum = 1, maximum = 20)]
pub struct ResultNumber(pub u8);

/// As text.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^([1-9]|1[0-9]|20)$")]
pub struct ResultNumberText(pub String);

/// A text that clients show to people, so without `<`, `>` and control characters.
#[derive(Debug, ToSchema)]
#[schema(max_length = 200, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
pub struct ShownText(pub String);

/// A text that clients show to people and that is not empty.
#[derive(Debug, ToSchema)]
#[schema(
    min_length = 1,
    max_length = 200,
    pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*[^<>\s\x00-\x1f\x7f-\x9f][^<>\x00-\x1f\x7f-\x9f]*$"
)]
pub struct ShownName(pub String);

/// An official code, or empty.
#[derive(Debug, ToSchema)]
#[schema(max_length = 20, pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*$")]
pub struct Code(pub String);

/// A postcode.
#[derive(Debug, ToSchema)]
#[schema(
    min_length = 1,
    max_length = 20,
    pattern = r"^[^<>\x00-\x1f\x7f-\x9f]*[^<>\s\x00-\x1f\x7f-\x9f][^<>\x00-\x1f\x7f-\x9f]*$",
    examples("9490")
)]
pub struct Zipcode(pub String);

/// ISO 639 code of a language; empty, or what a script has left `undefined`, means none.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^([A-Za-z]{2,3}|undefined)?$", examples("fr"))]
pub struct LanguageCode(pub String);

/// A text without control characters; empty takes back what was set.
#[derive(Debug, ToSchema)]
#[schema(max_length = 100, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
pub struct Label(pub String);

/// A text without control characters; empty takes back what was set.
#[derive(Debug, ToSchema)]
#[schema(max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*$")]
pub struct LongLabel(pub String);

/// A site: a host name, all names below one, or an IP address.
#[derive(Debug, ToSchema)]
#[schema(examples("example.com", "*.example.com"))]
#[serde(untagged)]
pub enum Domain {
    /// By name.
    Host(HostName),
    /// By an IPv4 address.
    V4(Ipv4Address),
    /// By an IPv6 address.
    V6(Ipv6Address),
}

/// A host name, all names below one as `*.example.com`, or `localhost`.
#[derive(Debug, ToSchema)]
#[schema(
    max_length = 253,
    pattern = r"^(localhost|(\*\.)?([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?)$"
)]
pub struct HostName(pub String);

/// An IPv4 address.
#[derive(Debug, ToSchema)]
#[schema(format = Ipv4)]
pub struct Ipv4Address(pub String);

/// An IPv6 address.
#[derive(Debug, ToSchema)]
#[schema(format = Ipv6)]
pub struct Ipv6Address(pub String);

/// A network in CIDR notation.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = r"^(((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])/(3[0-2]|[12]?[0-9])|([0-9A-Fa-f]{1,4}:){7}[0-9A-Fa-f]{1,4}/(12[0-8]|1[01][0-9]|[1-9]?[0-9])|([0-9A-Fa-f]{1,4}:){1,6}:/(12[0-8]|1[01][0-9]|[1-9]?[0-9]))$"
)]
pub struct CidrNetwork(pub String);

/// An IP address or a network.
#[derive(Debug, ToSchema)]
#[schema(examples("192.0.2.7", "192.0.2.0/24"))]
#[serde(untagged)]
pub enum Network {
    /// An IPv4 address.
    V4(Ipv4Address),
    /// An IPv6 address.
    V6(Ipv6Address),
    /// A network.
    Cidr(CidrNetwork),
}

/// Name of a permission of `GET /permissions`, its number, or the start of several with `*`.
#[derive(Debug, ToSchema)]
#[schema(
    pattern = r"^([1-9]|1[0-3]|\*|(geocode|sync|patches|keys|apps|shards|audit):\*|geocode:(search|reverse)|sync:read|patches:(read|write|approve|propose)|keys:(read|write)|apps:(read|write)|shards:publish|audit:read)$",
    examples("geocode:search", "patches:*")
)]
pub struct PermissionName(pub String);

/// A date and time.
#[derive(Debug, ToSchema)]
#[schema(format = DateTime, examples("2026-01-31T12:00:00.000Z"))]
pub struct DateTime(pub String);

/// Id of a key or app.
#[derive(Debug, ToSchema)]
#[schema(max_length = 64, pattern = "^[A-Za-z0-9]{1,64}$")]
pub struct Id(pub String);

/// Id of a key or app; empty counts as absent.
#[derive(Debug, ToSchema)]
#[schema(max_length = 64, pattern = "^[A-Za-z0-9]{0,64}$")]
pub struct AnyId(pub String);

/// Id of a patch: 32 hexadecimal digits.
#[derive(Debug, ToSchema)]
#[schema(pattern = "^[0-9a-f]{32}$", examples("b9152a4e5cf4ee0bc0a1d2b3c4d5e6f7"))]
pub struct PatchId(pub String);
