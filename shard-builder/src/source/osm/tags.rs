//! Tags of an object, packed into one string so that tens of millions of objects fit in memory.

/// Keys that are looked at; other keys would only cost memory.
const KEYS: [&str; 62] = [
    "addr:city",
    "addr:conscriptionnumber",
    "addr:country",
    "addr:housenumber",
    "addr:interpolation",
    "addr:place",
    "addr:postcode",
    "addr:provisionalnumber",
    "addr:street",
    "addr:streetnumber",
    "admin_level",
    "aerodrome",
    "aerodrome:type",
    "aeroway",
    "alt_name",
    "amenity",
    "area",
    "boundary",
    "building",
    "bus",
    "capital",
    "craft",
    "entrance",
    "faa",
    "ferry",
    "funicular",
    "highway",
    "historic",
    "iata",
    "icao",
    "information",
    "int_name",
    "junction",
    "leisure",
    "light_rail",
    "loc_name",
    "monorail",
    "name",
    "nat_name",
    "office",
    "official_name",
    "old_name",
    "place",
    "population",
    "postal_code",
    "public_transport",
    "railway",
    "ref",
    "ref:INSEE",
    "reg_name",
    "shop",
    "short_name",
    "station",
    "subway",
    "tourism",
    "train",
    "tram",
    "trolleybus",
    "type",
    "uic_name",
    "wikidata",
    "wikipedia",
];
/// Code of a key that is spelled out.
const SPELLED: u8 = 1;
/// Code of the first of the known keys.
const FIRST_CODE: u8 = 2;
/// Longest text kept, in bytes; OpenStreetMap has at most 255 characters.
const MAX_TEXT_BYTES: usize = 2_000;
/// Slots of the table that finds a key; several times the keys, so that few share a slot.
const SLOTS: usize = 256;
/// Codes of keys by their hash, each in the first free slot from there.
const CODES: [u8; SLOTS] = codes();

/// Tags of an object that the builder may use.
///
/// Each tag is the character of its key's code, a character that is the length of the value in
/// bytes, and the value; a key that is spelled out precedes the value in the same way.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tags(Box<str>);

impl Tags {
    /// Keeps the useful ones of all tags.
    pub(crate) fn keep<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = String::new();
        for (key, value) in tags {
            if value.is_empty() || value.len() > MAX_TEXT_BYTES {
                continue;
            }
            if let Some(code) = code_of(key) {
                packed.push(char::from(code));
            } else if is_name_key(key) && key.len() <= MAX_TEXT_BYTES {
                packed.push(char::from(SPELLED));
                push_text(&mut packed, key);
            } else {
                continue;
            }
            push_text(&mut packed, value);
        }
        Self(packed.into_boxed_str())
    }

    /// Whether nothing useful is tagged.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        let wanted = code_of(key).unwrap_or(SPELLED);
        let mut packed = &*self.0;
        while let Some((code, spelled, value)) = take_tag(&mut packed) {
            if code == wanted && (code != SPELLED || spelled == key) {
                return Some(value);
            }
        }
        None
    }

    /// Whether a key has one of some values.
    pub(crate) fn is(&self, key: &str, values: &[&str]) -> bool {
        self.get(key).is_some_and(|value| values.contains(&value))
    }

    /// Whether the key is there, with any value.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Returns all tags.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut packed = &*self.0;
        std::iter::from_fn(move || {
            let (code, spelled, value) = take_tag(&mut packed)?;
            let key = code.checked_sub(FIRST_CODE).and_then(|number| KEYS.get(usize::from(number)));
            Some((key.copied().unwrap_or(spelled), value))
        })
    }
}

/// Takes a tag off the front: the code of its key, the key if spelled out, and the value.
fn take_tag<'a>(packed: &mut &'a str) -> Option<(u8, &'a str, &'a str)> {
    let (code, rest) = (*packed.as_bytes().first()?, packed.get(1..)?);
    *packed = rest;
    let spelled = if code == SPELLED { take_text(packed)? } else { "" };
    Some((code, spelled, take_text(packed)?))
}

fn take_text<'a>(packed: &mut &'a str) -> Option<&'a str> {
    let mut characters = packed.chars();
    let length = characters.next()? as usize;
    let (text, rest) = characters.as_str().split_at_checked(length)?;
    *packed = rest;
    Some(text)
}

fn push_text(packed: &mut String, text: &str) {
    let length = u32::try_from(text.len()).ok().and_then(char::from_u32);
    packed.push(length.unwrap_or_default());
    packed.push_str(text);
}

/// Returns the one-byte character that stands for a known key.
fn code_of(key: &str) -> Option<u8> {
    let mut slot = hash(key.as_bytes());
    loop {
        let code = *CODES.get(slot % SLOTS)?;
        let known = KEYS.get(usize::from(code.checked_sub(FIRST_CODE)?))?;
        if *known == key {
            return Some(code);
        }
        slot += 1;
    }
}

/// Returns where to look for a key; its length and four of its bytes tell most keys apart.
#[expect(clippy::indexing_slicing, reason = "within the length, and checked when compiled")]
const fn hash(key: &[u8]) -> usize {
    let n = key.len();
    if n == 0 {
        return 0;
    }
    let bytes = [key[0], key[n / 3], key[n / 2], key[n - 1]];
    n * 7
        + bytes[0] as usize * 5
        + bytes[1] as usize * 31
        + bytes[2] as usize * 57
        + bytes[3] as usize * 101
}

#[expect(clippy::indexing_slicing, reason = "within the lengths, and evaluated when compiled")]
const fn codes() -> [u8; SLOTS] {
    let mut codes = [0; SLOTS];
    let mut number = 0;
    while number < KEYS.len() {
        let mut slot = hash(KEYS[number].as_bytes()) % SLOTS;
        while codes[slot] != 0 {
            slot = (slot + 1) % SLOTS;
        }
        codes[slot] = FIRST_CODE + number as u8;
        number += 1;
    }
    codes
}

/// Whether the key holds a name in a language or a code of ISO 3166.
fn is_name_key(key: &str) -> bool {
    const PREFIXES: [&str; 2] = ["name:", "ISO3166-"];
    PREFIXES.iter().any(|prefix| key.starts_with(prefix))
        || key.split_once([':', '_']).is_some_and(|(first, rest)| {
            matches!(first, "alt" | "old" | "short" | "loc" | "official" | "nat" | "reg" | "int")
                && rest.starts_with("name")
        })
        || key.strip_prefix("name_").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_own_code_of_one_byte() {
        let codes: Vec<u8> = KEYS.iter().filter_map(|key| code_of(key)).collect();
        let expected: Vec<u8> = (FIRST_CODE..).take(KEYS.len()).collect();
        assert_eq!(codes, expected);
        assert!(codes.last().is_some_and(|code| *code < 128));
        assert_eq!((code_of(""), code_of("surface"), code_of("nam")), (None, None, None));
    }

    #[test]
    fn tags_come_back_as_they_were_without_the_useless_ones() {
        let tags = Tags::keep([
            ("name", "Städtle"),
            ("surface", "asphalt"),
            ("name:zh-Hant", "城"),
            ("old_name:1900-1950", "Gasse"),
            ("name_1", "Zwei"),
            ("name_suffix", "x"),
            ("sorting_name", "x"),
            ("old_name", ""),
            ("loc_name", &"ß".repeat(255)),
            ("highway", "residential"),
        ]);
        let all: Vec<(&str, &str)> = tags.iter().collect();
        let expected = [
            ("name", "Städtle"),
            ("name:zh-Hant", "城"),
            ("old_name:1900-1950", "Gasse"),
            ("name_1", "Zwei"),
            ("loc_name", &"ß".repeat(255)),
            ("highway", "residential"),
        ];
        assert_eq!(all, expected);
        assert_eq!(tags.get("name"), Some("Städtle"));
        assert_eq!(tags.get("name:zh-Hant"), Some("城"));
        assert!(tags.is("highway", &["residential"]) && !tags.has("surface"));
        assert!(Tags::keep([("surface", "asphalt")]).is_empty());
    }
}
