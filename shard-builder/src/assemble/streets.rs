//! Streets being collected: addresses of all sources by city, name and number.
//!
//! A name in one city is one street, unless its addresses lie in groups more than 2 km apart
//! that contradict one another: both have the same number, other postcodes, or one is a name
//! without numbers, as farms are.

use std::collections::{BTreeMap, HashMap};

use geocoder_core::LonLat;
use geocoder_core::gazetteer::{House, Names, StreetRecord};
use geocoder_core::lexicon::Lexicon;

use super::SourceNumber;
use super::groups::groups;
use crate::entry::Entry;
use crate::house_number;
use crate::importance;
use crate::name;
use crate::report::Report;
use crate::spelling::Speller;

/// Units of a stored degree.
const UNITS_PER_DEGREE: f64 = 1e7;
/// Houses of one number and postcode farther apart than this are reported, in metres.
const FAR_TWIN_M: f64 = 500.0;

/// One address: a house, or a site of the street when there is no number. 28 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Site {
    /// 0 for none.
    pub(super) number: u32,
    /// Number of the suffix among the texts.
    suffix: u32,
    /// Number of the postcode among the texts, 0 for none.
    pub(super) zipcode: u32,
    source: SourceNumber,
    lat: i32,
    lon: i32,
}

impl Site {
    #[cfg(test)]
    pub(super) fn new(number: u32, zipcode: u32, point: LonLat) -> Self {
        let (lat, lon) = (stored(point.lat), stored(point.lon));
        Self { number, suffix: 0, zipcode, source: 0, lat, lon }
    }

    pub(super) fn point(self) -> LonLat {
        let degrees = |units: i32| f64::from(units) / UNITS_PER_DEGREE;
        LonLat { lon: degrees(self.lon), lat: degrees(self.lat) }
    }
}

/// What a source with lines said of a street.
#[derive(Debug, Clone)]
struct Lines {
    coordinates: LonLat,
    geometry: Vec<Vec<LonLat>>,
    importance: u8,
}

#[derive(Debug)]
struct StreetDraft {
    city: usize,
    names: Names,
    source: SourceNumber,
    sites: Vec<Site>,
    lines: Option<Lines>,
    /// Postcodes as a source with lines gives them.
    zipcodes: Vec<String>,
}

/// Texts that occur often, by number; number 0 is the empty one.
#[derive(Debug)]
struct Texts {
    numbers: HashMap<String, u32>,
    list: Vec<String>,
}

impl Texts {
    fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = u32::try_from(self.list.len()).unwrap_or(u32::MAX);
        self.numbers.insert(text.into(), number);
        self.list.push(text.into());
        number
    }

    fn text(&self, number: u32) -> &str {
        self.list.get(number as usize).map_or("", String::as_str)
    }
}

/// All streets so far.
#[derive(Debug)]
pub(super) struct Streets {
    speller: Speller,
    drafts: Vec<StreetDraft>,
    by_name: HashMap<(usize, String), usize>,
    by_spelling: HashMap<(usize, String), Vec<usize>>,
    texts: Texts,
}

impl Streets {
    pub(super) fn new(lexicon: &Lexicon) -> Self {
        Self {
            speller: Speller::new(lexicon),
            drafts: Vec::new(),
            by_name: HashMap::new(),
            by_spelling: HashMap::new(),
            texts: Texts {
                numbers: HashMap::from([(String::new(), 0)]),
                list: vec![String::new()],
            },
        }
    }

    /// Takes an address; tells how many houses or sites are new, and how many were known.
    pub(super) fn address(
        &mut self,
        entry: Entry,
        city: usize,
        source: SourceNumber,
        report: &mut Report,
    ) -> Taken {
        let mut taken = Taken::default();
        let numbers = house_number::parse(&entry.house_number);
        if !entry.house_number.is_empty() && numbers.is_empty() {
            report.warn("unusable house number", &entry.house_number);
        }
        let n_streets = self.drafts.len();
        let index = self.street(city, &entry.names.default, source);
        taken.streets_new += u64::from(index == n_streets);
        let zipcode = entry.locality.zipcodes.first().map_or(0, |code| self.texts.number(code));
        let Some(draft) = self.drafts.get_mut(index) else { return taken };
        let Names { default, languages, alternates } = entry.names;
        let is_new = |text: &String| *text != default && !draft.names.alternates.contains(text);
        if alternates.iter().any(is_new) || !languages.is_empty() {
            name::unite(&mut draft.names, Names { default, languages, alternates });
        }
        let Some(point) = entry.coordinates else {
            report.reject("no coordinates");
            return taken;
        };
        let site = |number, suffix| Site {
            number,
            suffix,
            zipcode,
            source,
            lat: stored(point.lat),
            lon: stored(point.lon),
        };
        if numbers.is_empty() {
            draft.sites.push(site(0, 0));
            report.join("name without a number");
        }
        for number in numbers {
            let suffix = self.texts.number(&number.suffix);
            if let Some(draft) = self.drafts.get_mut(index) {
                draft.sites.push(site(number.number, suffix));
                taken.houses += 1;
            }
            report.join("street name");
        }
        taken
    }

    /// Finds or makes the street of a name.
    fn street(&mut self, city: usize, text: &str, source: SourceNumber) -> usize {
        let key = (city, name::marked_key(text));
        if let Some(index) = self.by_name.get(&key) {
            return *index;
        }
        // Other sources may spell the name otherwise; one source means what it writes.
        let spelling = (city, self.speller.key(text));
        let other = self.by_spelling.get(&spelling).into_iter().flatten();
        let of_others =
            |index: &&usize| self.drafts.get(**index).is_some_and(|draft| draft.source != source);
        if let Some(index) = other.clone().find(of_others).copied() {
            if let Some(draft) = self.drafts.get_mut(index) {
                name::add_alternates(&mut draft.names, [text.to_owned()]);
            }
            self.by_name.insert(key, index);
            return index;
        }
        let index = self.drafts.len();
        self.drafts.push(StreetDraft {
            city,
            names: Names::new(text),
            source,
            sites: Vec::new(),
            lines: None,
            zipcodes: Vec::new(),
        });
        self.by_name.insert(key, index);
        self.by_spelling.entry(spelling).or_default().push(index);
        index
    }

    /// Takes over the streets of a source that knows their cities.
    pub(super) fn import(
        &mut self,
        records: Vec<StreetRecord>,
        places: &[usize],
        source: SourceNumber,
    ) -> Taken {
        let mut taken = Taken::default();
        for record in records {
            let Some(city) = places.get(record.city).copied() else { continue };
            let n_streets = self.drafts.len();
            let index = self.street(city, &record.names.default, source);
            taken.street(index == n_streets);
            for text in name::all(&record.names) {
                self.by_name.entry((city, name::marked_key(text))).or_insert(index);
            }
            let only_code = match record.zipcodes.as_slice() {
                [only] => self.texts.number(only),
                _ => 0,
            };
            let mut sites = Vec::with_capacity(record.houses.len());
            for house in record.houses {
                let of_house = house.zipcode.map_or(only_code, |code| self.texts.number(&code));
                sites.push(Site {
                    number: house.number,
                    suffix: self.texts.number(&house.suffix),
                    zipcode: of_house,
                    source,
                    lat: stored(house.coordinates.lat),
                    lon: stored(house.coordinates.lon),
                });
            }
            let Some(draft) = self.drafts.get_mut(index) else { continue };
            taken.houses += sites.len() as u64;
            name::unite(&mut draft.names, record.names);
            draft.sites.append(&mut sites);
            match &mut draft.lines {
                // Namesakes that the source keeps apart: the lines of both are the street's.
                Some(lines) => lines.geometry.extend(record.geometry),
                none => {
                    *none = Some(Lines {
                        coordinates: record.coordinates,
                        geometry: record.geometry,
                        importance: record.importance,
                    });
                }
            }
            draft.zipcodes.extend(record.zipcodes);
        }
        taken
    }

    /// Moves all streets of some cities to others; streets of one name become one.
    pub(super) fn move_cities(&mut self, moves: &BTreeMap<usize, usize>) {
        for index in 0..self.drafts.len() {
            let Some(draft) = self.drafts.get_mut(index) else { continue };
            let Some(city) = moves.get(&draft.city) else { continue };
            draft.city = *city;
            let key = (*city, name::marked_key(&draft.names.default));
            let sites = match self.by_name.get(&key) {
                Some(_) => std::mem::take(&mut draft.sites),
                None => {
                    self.by_name.insert(key, index);
                    continue;
                }
            };
            let target = self.by_name.get(&key).and_then(|target| self.drafts.get_mut(*target));
            if let Some(target) = target {
                target.sites.extend(sites);
            }
        }
        self.drafts.retain(|draft| draft.lines.is_some() || !draft.sites.is_empty());
        self.by_name.clear();
        self.by_spelling.clear();
    }

    /// Returns a point and postcode of each street that has one.
    pub(super) fn zipcodes(&self) -> impl Iterator<Item = (LonLat, &str)> {
        self.drafts.iter().filter_map(|draft| {
            let site = draft.sites.iter().find(|site| site.zipcode != 0)?;
            Some((site.point(), self.texts.text(site.zipcode)))
        })
    }

    /// Returns the points of all addresses, with the city of each.
    pub(super) fn points(&self) -> impl Iterator<Item = (usize, LonLat)> + '_ {
        self.drafts
            .iter()
            .flat_map(|draft| draft.sites.iter().map(|site| (draft.city, site.point())))
    }

    /// Returns the cities of all streets.
    pub(super) fn cities(&self) -> impl Iterator<Item = usize> + '_ {
        self.drafts.iter().map(|draft| draft.city)
    }

    /// Makes the records; `place` gives the number and postcodes of each city.
    pub(super) fn finish<'p>(
        self,
        place: impl Fn(usize) -> Option<(usize, &'p [String])>,
        report: &mut Report,
    ) -> Vec<StreetRecord> {
        let Self { drafts, texts, .. } = self;
        let mut records = Vec::new();
        for mut draft in drafts {
            let Some((city, of_city)) = place(draft.city) else { continue };
            draft.sites.sort_unstable();
            let lines = draft.lines.take();
            let found = if lines.is_some() { vec![draft.sites] } else { groups(draft.sites) };
            for sites in found {
                let draft = Group {
                    names: &draft.names,
                    lines: lines.as_ref(),
                    zipcodes: &draft.zipcodes,
                    sites,
                };
                match draft.record(city, of_city, &texts, report) {
                    Some(record) => records.push(record),
                    None => report.warn("street without any point", &draft.names.default),
                }
            }
        }
        records
    }
}

/// What became of an entry.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Taken {
    pub(super) houses: u64,
    pub(super) streets_new: u64,
    pub(super) streets_known: u64,
}

impl Taken {
    fn street(&mut self, is_new: bool) {
        *(if is_new { &mut self.streets_new } else { &mut self.streets_known }) += 1;
    }
}

/// Sites of one street.
struct Group<'a> {
    names: &'a Names,
    lines: Option<&'a Lines>,
    zipcodes: &'a [String],
    sites: Vec<Site>,
}

impl Group<'_> {
    fn record(
        &self,
        city: usize,
        of_city: &[String],
        texts: &Texts,
        report: &mut Report,
    ) -> Option<StreetRecord> {
        let mut votes: BTreeMap<u32, u32> = BTreeMap::new();
        for site in self.sites.iter().filter(|site| site.zipcode != 0) {
            *votes.entry(site.zipcode).or_default() += 1;
        }
        let mut codes: Vec<(u32, &str)> =
            votes.into_iter().map(|(code, count)| (count, texts.text(code))).collect();
        codes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let mut zipcodes: Vec<String> = codes.into_iter().map(|(_, code)| code.into()).collect();
        if zipcodes.is_empty() {
            zipcodes = self.zipcodes.to_vec();
        }
        if zipcodes.len() == 1 && zipcodes == of_city {
            zipcodes.clear();
        }
        let houses = self.houses(&zipcodes, texts, report);
        let coordinates = self.coordinates()?;
        let importance = match self.lines {
            Some(lines) => lines.importance,
            None => importance::street(importance::ADDRESSED_NAME, houses.len(), self.extent_m()),
        };
        Some(StreetRecord {
            names: self.names.clone(),
            city,
            zipcodes,
            coordinates,
            geometry: self.lines.map(|lines| lines.geometry.clone()).unwrap_or_default(),
            houses,
            importance,
        })
    }

    /// Returns each house once, from the most trusted source that has it. Namesakes that one
    /// source has far apart are as many houses, each found where it stands.
    fn houses(&self, zipcodes: &[String], texts: &Texts, report: &mut Report) -> Vec<House> {
        let mut found: BTreeMap<(u32, String), Vec<Site>> = BTreeMap::new();
        for site in self.sites.iter().filter(|site| site.number != 0) {
            let key = (site.number, texts.text(site.suffix).to_lowercase());
            let (number, suffix) = &key;
            let street = &self.names.default;
            let example = format_args!("{street} {number}{suffix}");
            let near = |known: &&mut Site| known.point().distance_m(site.point()) <= FAR_TWIN_M;
            let known = found.entry(key.clone()).or_default();
            let is_first = known.is_empty();
            if let Some(twin) = known.iter_mut().find(near) {
                if twin.source == site.source {
                    report.reject("address given twice");
                }
                // Sites are sorted, but by source only after their postcode.
                if site.source < twin.source {
                    *twin = *site;
                }
            } else if is_first || known.iter().any(|other| other.source == site.source) {
                if !is_first {
                    report.warn("same address far apart", example);
                }
                known.push(*site);
            } else {
                report.warn("sources disagree where an address is", example);
                if known.iter().all(|other| site.source < other.source) {
                    *known = vec![*site];
                }
            }
        }
        let house = |site: Site| House {
            number: site.number,
            suffix: texts.text(site.suffix).into(),
            coordinates: site.point(),
            zipcode: Some(texts.text(site.zipcode).to_owned())
                .filter(|code| zipcodes.len() > 1 && zipcodes.contains(code)),
        };
        found.into_values().flatten().map(house).collect()
    }

    /// Returns a point on the street: as stated, else the site nearest to the middle of all.
    fn coordinates(&self) -> Option<LonLat> {
        if let Some(lines) = self.lines {
            return Some(lines.coordinates);
        }
        let stated: Vec<Site> =
            self.sites.iter().filter(|site| site.number == 0).copied().collect();
        let sites = if stated.is_empty() { &self.sites } else { &stated };
        let middle = super::near::middle(sites.iter().map(|site| site.point()))?;
        let points = sites.iter().map(|site| site.point());
        points.min_by(|a, b| a.distance_m(middle).total_cmp(&b.distance_m(middle)))
    }

    fn extent_m(&self) -> f64 {
        let lats = self.sites.iter().map(|site| site.lat);
        let lons = self.sites.iter().map(|site| site.lon);
        let corner = |lat: Option<i32>, lon: Option<i32>| {
            let (lat, lon) = lat.zip(lon)?;
            LonLat::new(f64::from(lon) / UNITS_PER_DEGREE, f64::from(lat) / UNITS_PER_DEGREE)
        };
        let low = corner(lats.clone().min(), lons.clone().min());
        let high = corner(lats.max(), lons.max());
        low.zip(high).map_or(0.0, |(low, high)| low.distance_m(high))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "1,800,000,000 fits")]
fn stored(degrees: f64) -> i32 {
    (degrees * UNITS_PER_DEGREE).round() as i32
}
