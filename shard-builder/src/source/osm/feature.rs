//! Which objects become which records; tables of tags, as documented on the OpenStreetMap wiki.

use geocoder_core::RecordType;

use super::tags::Tags;

/// Ways to drive or walk on; a name on any other highway value is no street's.
const STREETS: [&str; 26] = [
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "pedestrian",
    "road",
    "service",
    "busway",
    "track",
    "path",
    "footway",
    "cycleway",
    "bridleway",
    "steps",
    "corridor",
    "via_ferrata",
    "turning_circle",
];
const TOURISM: [&str; 20] = [
    "alpine_hut",
    "apartment",
    "aquarium",
    "artwork",
    "attraction",
    "camp_site",
    "caravan_site",
    "chalet",
    "gallery",
    "guest_house",
    "hostel",
    "hotel",
    "motel",
    "museum",
    "picnic_site",
    "theme_park",
    "viewpoint",
    "wilderness_hut",
    "winery",
    "zoo",
];
const HISTORIC: [&str; 14] = [
    "archaeological_site",
    "castle",
    "church",
    "city_gate",
    "citywalls",
    "fort",
    "manor",
    "memorial",
    "monastery",
    "monument",
    "palace",
    "ruins",
    "ship",
    "tower",
];
/// Sights only when they are known well enough to have an article or an entry in Wikidata.
const KNOWN_AMENITY: [&str; 9] = [
    "arts_centre",
    "casino",
    "events_venue",
    "exhibition_centre",
    "fountain",
    "marketplace",
    "monastery",
    "place_of_worship",
    "theatre",
];
const KNOWN_LEISURE: [&str; 6] =
    ["garden", "marina", "nature_reserve", "park", "stadium", "water_park"];

/// A kind of point and how prominent it is by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PointKind {
    pub(crate) kind: RecordType,
    pub(crate) prominence: u8,
}

/// Returns what kind of point an object is, if any; it needs a name to become one.
pub(crate) fn point_kind(tags: &Tags) -> Option<PointKind> {
    let known = tags.has("wikidata") || tags.has("wikipedia");
    let point = |kind, prominence: u8| {
        let prominence = if known { prominence.saturating_add(25) } else { prominence };
        Some(PointKind { kind, prominence })
    };
    if tags.is("aeroway", &["aerodrome"]) {
        return point(RecordType::Airport, airport_prominence(tags));
    }
    if tags.is("aeroway", &["heliport"]) {
        return point(RecordType::Airport, 80);
    }
    if tags.is("railway", &["station", "halt"]) {
        return point(RecordType::Train, if tags.is("railway", &["halt"]) { 90 } else { 110 });
    }
    if tags.is("public_transport", &["station"]) && tags.is("train", &["yes"]) {
        return point(RecordType::Train, 110);
    }
    if tags.is("amenity", &["bus_station"]) {
        return point(RecordType::Bus, 90);
    }
    if is_stop(tags) {
        return point(RecordType::Bus, 50);
    }
    if tags.is("amenity", &["townhall"]) {
        return point(RecordType::Townhall, 90);
    }
    sight_prominence(tags, known).and_then(|prominence| point(RecordType::Tourism, prominence))
}

/// Returns how prominent an airport is: by its scheduled flights, of which its IATA code and its
/// kind tell.
fn airport_prominence(tags: &Tags) -> u8 {
    let kind = tags.get("aerodrome:type").or_else(|| tags.get("aerodrome")).unwrap_or_default();
    let international = kind.split(';').any(|kind| kind.trim() == "international");
    match (tags.has("iata"), international) {
        (true, true) => 185,
        (true, false) => 165,
        (false, true) => 140,
        (false, false) if tags.has("icao") => 110,
        (false, false) => 90,
    }
}

fn is_stop(tags: &Tags) -> bool {
    let road = ["bus", "tram", "trolleybus"].iter().any(|mode| tags.is(mode, &["yes"]));
    tags.is("highway", &["bus_stop"])
        || tags.is("railway", &["tram_stop"])
        || (road && tags.is("public_transport", &["platform", "station", "stop_position"]))
}

fn sight_prominence(tags: &Tags, known: bool) -> Option<u8> {
    let tourism = tags.get("tourism").unwrap_or_default();
    let historic = tags.get("historic").unwrap_or_default();
    if TOURISM.contains(&tourism) {
        return Some(match tourism {
            "aquarium" | "theme_park" | "zoo" => 85,
            "attraction" | "museum" => 80,
            "gallery" | "hotel" => 55,
            "artwork" | "picnic_site" | "apartment" => 30,
            _ => 45,
        });
    }
    if tourism == "information" {
        return tags.is("information", &["office", "visitor_centre"]).then_some(60);
    }
    if HISTORIC.contains(&historic) {
        return Some(match historic {
            "castle" | "monastery" | "palace" => 80,
            "memorial" => 30,
            _ => 55,
        });
    }
    let sight = tags.is("amenity", &KNOWN_AMENITY) || tags.is("leisure", &KNOWN_LEISURE);
    (sight && known).then_some(50)
}

/// Returns how prominent a city place is by its kind, nothing when it is no city.
pub(crate) fn city_prominence(place: &str) -> Option<u8> {
    Some(match place {
        "city" => 110,
        "town" => 95,
        "village" => 70,
        "suburb" | "borough" | "quarter" => 60,
        "hamlet" | "island" => 45,
        "neighbourhood" => 35,
        _ => return None,
    })
}

/// Returns how prominent a street is by its kind, nothing when it is no street.
pub(crate) fn street_prominence(tags: &Tags) -> Option<u8> {
    if tags.is("place", &["square"]) {
        return Some(65);
    }
    let highway = tags.get("highway")?;
    STREETS.contains(&highway).then(|| match highway.strip_suffix("_link").unwrap_or(highway) {
        "motorway" | "trunk" | "primary" => 80,
        "secondary" => 70,
        "pedestrian" | "tertiary" => 60,
        "living_street" | "residential" | "road" | "unclassified" => 50,
        "service" | "busway" => 35,
        _ => 25,
    })
}

/// Whether an outline stands for its inside, such as a square.
pub(crate) fn is_area(tags: &Tags) -> bool {
    tags.is("area", &["yes"]) || tags.is("place", &["square"]) || tags.is("type", &["multipolygon"])
}

/// Whether an object may become a record or a part of one by its middle alone.
pub(crate) fn keeps_spot(tags: &Tags) -> bool {
    if tags.is_empty() || !(tags.has("name") || has_number(tags)) {
        return false;
    }
    let place = tags.get("place").unwrap_or_default();
    let is_place = city_prominence(place).is_some() || matches!(place, "country" | "square");
    has_number(tags) || (tags.has("name") && (is_place || point_kind(tags).is_some()))
}

/// Whether an object has a house number of any kind.
pub(crate) fn has_number(tags: &Tags) -> bool {
    const KEYS: [&str; 4] = [
        "addr:housenumber",
        "addr:conscriptionnumber",
        "addr:streetnumber",
        "addr:provisionalnumber",
    ];
    KEYS.iter().any(|key| tags.has(key))
}

/// Whether the course of a way or the outline of a relation counts, and not its middle alone.
pub(crate) fn is_lined(tags: &Tags) -> bool {
    is_boundary(tags)
        || tags.has("addr:interpolation")
        || (tags.has("name") && street_prominence(tags).is_some())
}

/// Whether a way may become a record or a part of one by itself.
pub(crate) fn keeps_way(tags: &Tags) -> bool {
    !tags.is_empty() && (keeps_spot(tags) || (is_lined(tags) && !is_boundary(tags)))
}

/// Whether a relation may become a record or a part of one.
pub(crate) fn keeps_relation(tags: &Tags) -> bool {
    let is_kind = is_boundary(tags) || tags.is("type", &["associatedStreet", "street"]);
    let is_place = keeps_way(tags) && !tags.is("type", &["route", "route_master", "treaty"]);
    is_kind || is_place
}

fn is_boundary(tags: &Tags) -> bool {
    tags.is("boundary", &["administrative", "postal_code", "ceremonial"])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(tags: &[(&str, &str)]) -> Option<RecordType> {
        point_kind(&Tags::keep(tags.iter().copied())).map(|point| point.kind)
    }

    #[test]
    fn tags_tell_the_kind_of_a_point() {
        assert_eq!(kind(&[("aeroway", "aerodrome")]), Some(RecordType::Airport));
        assert_eq!(kind(&[("railway", "halt")]), Some(RecordType::Train));
        assert_eq!(kind(&[("highway", "bus_stop")]), Some(RecordType::Bus));
        let platform = [("public_transport", "platform"), ("bus", "yes")];
        assert_eq!(kind(&platform), Some(RecordType::Bus));
        assert_eq!(kind(&platform[..1]), None, "a platform of unknown use");
        assert_eq!(kind(&[("amenity", "townhall")]), Some(RecordType::Townhall));
        assert_eq!(kind(&[("tourism", "museum")]), Some(RecordType::Tourism));
        let train = [("public_transport", "station"), ("train", "yes")];
        assert_eq!(kind(&train), Some(RecordType::Train));
        let board = [("tourism", "information"), ("information", "board")];
        assert_eq!(kind(&board), None, "a board is no sight");
        let church = [("amenity", "place_of_worship"), ("wikidata", "Q1")];
        assert_eq!(kind(&church), Some(RecordType::Tourism));
        assert_eq!(kind(&church[..1]), None, "a church nobody wrote about");
    }

    #[test]
    fn airports_with_flights_stand_before_airfields() {
        let prominence = |more: &[(&'static str, &'static str)]| {
            let all = std::iter::once(("aeroway", "aerodrome")).chain(more.iter().copied());
            point_kind(&Tags::keep(all)).unwrap().prominence
        };
        let international = ("aerodrome:type", "public;international");
        let ranked = [
            prominence(&[("iata", "ZRH"), ("icao", "LSZH"), international]),
            prominence(&[("iata", "ACH"), ("icao", "LSZR")]),
            prominence(&[("aerodrome", "international")]),
            prominence(&[("icao", "LSZE")]),
            prominence(&[]),
        ];
        assert!(ranked.is_sorted_by(|a, b| a > b), "{ranked:?}");
    }

    #[test]
    fn construction_sites_and_platforms_are_no_streets() {
        for (value, street) in [("residential", true), ("construction", false), ("platform", false)]
        {
            let tags = Tags::keep([("highway", value), ("name", "X")]);
            assert_eq!(keeps_way(&tags), street, "{value}");
        }
    }
}
