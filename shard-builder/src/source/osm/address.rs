//! Addresses: objects with a house number become houses of streets.
//!
//! The street of an address is the one that it names ([`super::joiner`]); without a name it is
//! the nearest street of the municipality within 60 m, unless that has the number already.
//!
//! One number of one street is one house however often it is mapped. Its position is the best
//! of: an entrance, a plain address node, the middle of a building, anything else.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use geocoder_core::LonLat;
use geocoder_core::gazetteer::House;
use geocoder_core::lexicon::Lexicon;
use rstar::primitives::{GeomWithData, Line};
use rstar::{PointDistance, RTree};

use super::extract::Extract;
use super::joiner::{Asked, Joiner};
use super::locate::{Locator, Nowhere};
use super::object::{ObjectKind, Tags};
use super::street::{StreetKey, Streets};
use crate::geometry::mean;
use crate::house_number;
use crate::name;
use crate::report::Report;

/// Farthest that an address without a street may be from the street it is given, in metres.
const NEAREST_STREET_M: f64 = 60.0;
/// Houses of one number farther apart than this are a sign of two streets of one name.
const FAR_TWIN_M: f64 = 500.0;

/// A house being collected.
#[derive(Debug)]
pub(crate) struct HouseDraft {
    suffix: String,
    pub(crate) coordinates: LonLat,
    pub(crate) zipcode: Option<String>,
    /// How well the object says where the house is; lower is better.
    rank: (u8, ObjectKind, i64),
}

impl HouseDraft {
    /// Takes over what another object says better of the same house.
    pub(crate) fn merge(&mut self, other: Self) {
        let zipcode = self.zipcode.take().or(other.zipcode.clone());
        if other.rank < self.rank {
            *self = other;
        }
        self.zipcode = zipcode;
    }

    /// Completes the house; its postcode is told only when its street has several.
    pub(crate) fn finish(self, number: u32, of_street: &[String]) -> House {
        let zipcode = self.zipcode.filter(|code| of_street.len() > 1 && of_street.contains(code));
        House { number, suffix: self.suffix, coordinates: self.coordinates, zipcode }
    }
}

/// An object with a house number.
pub(crate) struct Address<'a> {
    kind: ObjectKind,
    id: i64,
    tags: &'a Tags,
    point: LonLat,
}

/// How often each name was given as the city of addresses, by municipality.
pub(crate) type CityMentions = BTreeMap<(usize, String), Mention>;

/// One name given as a city.
#[derive(Debug, Default)]
pub(crate) struct Mention {
    /// The name as written.
    pub(crate) name: String,
    /// Number of addresses.
    pub(crate) count: u32,
    /// Postcodes of these addresses.
    pub(crate) zipcodes: BTreeMap<String, u32>,
}

/// Finds the municipality of every address of the country, and which cities they name.
pub(crate) fn locate<'a>(
    extract: &'a Extract,
    locator: &Locator,
    country: &str,
    report: &mut Report,
) -> (Vec<(usize, Address<'a>)>, CityMentions) {
    let mut located = Vec::new();
    let mut mentions = CityMentions::new();
    for address in addresses(extract) {
        let tags = address.tags;
        if tags.get("addr:country").is_some_and(|code| !code.trim().eq_ignore_ascii_case(country)) {
            report.clip("address tagged with another country");
            continue;
        }
        let named_city = tags.get("addr:city");
        match locator.city(address.point, named_city) {
            Ok(city) => {
                if let Some(named) = named_city {
                    let mention = mentions.entry((city, name::key(named))).or_default();
                    mention.name = name::clean(named);
                    mention.count += 1;
                    for code in name::zipcodes(tags.get("addr:postcode").unwrap_or_default()) {
                        *mention.zipcodes.entry(code).or_default() += 1;
                    }
                }
                located.push((city, address));
            }
            Err(Nowhere::Abroad) => report.clip("address outside the country"),
            Err(Nowhere::Unincorporated) => report.reject("no city around or near"),
        }
    }
    (located, mentions)
}

/// Joins addresses to the streets, making new ones as needed.
pub(crate) fn join(
    extract: &Extract,
    locator: &Locator,
    lexicon: &Lexicon,
    located: Vec<(usize, Address<'_>)>,
    streets: &mut Streets,
    report: &mut Report,
) {
    let joiner = Joiner::new(extract, locator, lexicon, streets);
    let mut without_street = Vec::new();
    for (city, address) in located {
        let (member, tags, point) = ((address.kind, address.id), address.tags, address.point);
        match joiner.street_of(streets, &Asked { member, tags, point, city }) {
            Some((key, how)) => {
                let named_city = tags.get("addr:city");
                if let (Some(named), Some(draft)) = (named_city, streets.drafts.get_mut(&key)) {
                    *draft.cities.entry(name::key(named)).or_default() += 1;
                }
                add_houses(streets, &key, &address, how, report);
            }
            None => without_street.push((city, address)),
        }
    }
    // Guesses come last, so that they never displace what an address says of itself.
    let near = NearStreets::new(extract, streets);
    for (city, address) in without_street {
        let Some(key) = near.find(city, address.point) else {
            report.reject("no street named and none near");
            continue;
        };
        let numbers = house_number::parse(address.tags.get("addr:housenumber").unwrap_or_default());
        let houses = streets.drafts.get(&key).map(|draft| &draft.houses);
        let known = |number: &house_number::HouseNumber| {
            houses.is_some_and(|houses| houses.contains_key(&house_key(number)))
        };
        if !numbers.is_empty() && numbers.iter().all(known) {
            report.reject("no street named, and the nearest has the number");
        } else {
            add_houses(streets, &key, &address, "nearest street", report);
        }
    }
}

fn addresses(extract: &Extract) -> impl Iterator<Item = Address<'_>> {
    let nodes = extract.nodes.iter().map(|node| Address {
        kind: ObjectKind::Node,
        id: node.id,
        tags: &node.tags,
        point: node.point,
    });
    let ways = extract.ways.iter().filter_map(|way| {
        // The repeated first node of an outline would pull its middle to it.
        let distinct = match way.nodes.split_last() {
            Some((last, rest)) if way.nodes.first() == Some(last) && !rest.is_empty() => rest,
            _ => way.nodes.as_slice(),
        };
        let point = mean(&extract.points(distinct))?;
        Some(Address { kind: ObjectKind::Way, id: way.id, tags: &way.tags, point })
    });
    let relations = extract.relations.iter().filter_map(|relation| {
        let (outline, _) = extract.outline(relation);
        let point = mean(&extract.points(&outline.concat()))?;
        Some(Address { kind: ObjectKind::Relation, id: relation.id, tags: &relation.tags, point })
    });
    nodes.chain(ways).chain(relations).filter(|address| address.tags.has("addr:housenumber"))
}

fn house_key(number: &house_number::HouseNumber) -> (u32, String) {
    (number.number, number.suffix.to_lowercase())
}

fn add_houses(
    streets: &mut Streets,
    key: &StreetKey,
    address: &Address<'_>,
    how: &'static str,
    report: &mut Report,
) {
    let text = address.tags.get("addr:housenumber").unwrap_or_default();
    let numbers = house_number::parse(text);
    let Some(draft) = streets.drafts.get_mut(key).filter(|_| !numbers.is_empty()) else {
        report.reject("no usable number");
        report.warn(
            "unusable house number",
            format_args!("{text} at {} {}", address.kind.name(), address.id),
        );
        return;
    };
    report.join(how);
    let zipcode = name::zipcodes(address.tags.get("addr:postcode").unwrap_or_default()).next();
    if let Some(code) = &zipcode {
        *draft.zipcodes.entry(code.clone()).or_default() += 1;
    }
    let rank = (position_rank(address), address.kind, address.id);
    for number in numbers {
        let house = HouseDraft {
            suffix: number.suffix.clone(),
            coordinates: address.point,
            zipcode: zipcode.clone(),
            rank,
        };
        match draft.houses.entry(house_key(&number)) {
            Entry::Vacant(entry) => {
                entry.insert(house);
            }
            Entry::Occupied(mut entry) => {
                let known = entry.get_mut();
                if known.coordinates.distance_m(address.point) > FAR_TWIN_M {
                    let (kind, id) = (address.kind.name(), address.id);
                    report.warn("same address far apart", format_args!("{text} at {kind} {id}"));
                }
                known.merge(house);
            }
        }
    }
}

/// Returns how well an object says where its house is; lower is better.
fn position_rank(address: &Address<'_>) -> u8 {
    const BUSINESS: [&str; 7] =
        ["amenity", "craft", "leisure", "office", "shop", "tourism", "historic"];
    let tags = address.tags;
    let business = BUSINESS.iter().any(|key| tags.has(key));
    match address.kind {
        ObjectKind::Node if tags.has("entrance") => 0,
        ObjectKind::Node if !business => 1,
        ObjectKind::Way | ObjectKind::Relation if tags.has("building") => 2,
        _ => 3,
    }
}

/// Finds the nearest street of a city.
struct NearStreets {
    segments: RTree<GeomWithData<Line<[f64; 2]>, u32>>,
    keys: Vec<StreetKey>,
    lon_scale: f64,
}

impl NearStreets {
    fn new(extract: &Extract, streets: &Streets) -> Self {
        let mut keys = Vec::new();
        let mut lines = Vec::new();
        for (key, draft) in &streets.drafts {
            let number = u32::try_from(keys.len()).unwrap_or(u32::MAX);
            keys.push(key.clone());
            lines.extend(draft.lines(extract).into_iter().map(|line| (number, line)));
        }
        let lat = lines.first().and_then(|(_, line)| line.first()).map_or(0.0, |point| point.lat);
        let lon_scale = lat.to_radians().cos();
        let flat = |point: &LonLat| [point.lon * lon_scale, point.lat];
        let segments = lines.iter().flat_map(|(number, line)| {
            line.windows(2).filter_map(move |pair| match pair {
                [from, to] => Some(GeomWithData::new(Line::new(flat(from), flat(to)), *number)),
                _ => None,
            })
        });
        Self { segments: RTree::bulk_load(segments.collect()), keys, lon_scale }
    }

    fn find(&self, city: usize, point: LonLat) -> Option<StreetKey> {
        let at = [point.lon * self.lon_scale, point.lat];
        let reach = NEAREST_STREET_M / geocoder_core::geo::DEGREE_M;
        let nearest = self.segments.nearest_neighbor_iter(at);
        nearest
            .take_while(|segment| segment.distance_2(&at) <= reach * reach)
            .filter_map(|segment| self.keys.get(segment.data as usize))
            .find(|key| key.0 == city)
            .cloned()
    }
}
