//! Tags of an object, packed into one string so that tens of millions of objects fit in memory.

/// Keys that are looked at, in the order of their codes; other keys would only cost memory.
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
/// Ends a tag.
const END: char = '\0';
/// Starts a tag whose key is spelled out; any other first character is the code of a key.
const SPELLED: char = '\u{1}';
/// Code of the first of the known keys.
const FIRST_CODE: u8 = 2;

/// Tags of an object that the builder may use.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tags(Box<str>);

impl Tags {
    /// Keeps the useful ones of all tags.
    pub(crate) fn keep<'a>(tags: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut packed = String::new();
        for (key, value) in tags {
            if value.is_empty() || value.contains(END) {
                continue;
            }
            if let Some(code) = code_of(key) {
                packed.push(char::from(code));
            } else if is_name_key(key) && !key.contains([END, SPELLED]) {
                packed.push(SPELLED);
                packed.push_str(key);
                packed.push(SPELLED);
            } else {
                continue;
            }
            packed.push_str(value);
            packed.push(END);
        }
        Self(packed.into_boxed_str())
    }

    /// Whether nothing useful is tagged.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<&str> {
        match code_of(key) {
            Some(code) => self.0.split_terminator(END).find_map(|tag| {
                let (first, value) = tag.split_at_checked(1)?;
                (first.as_bytes() == [code]).then_some(value)
            }),
            None => self.iter().find(|(found, _)| *found == key).map(|(_, value)| value),
        }
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
        self.0.split_terminator(END).filter_map(|tag| match tag.strip_prefix(SPELLED) {
            Some(spelled) => spelled.split_once(SPELLED),
            None => {
                let (code, value) = tag.split_at_checked(1)?;
                let number = code.bytes().next()?.checked_sub(FIRST_CODE)?;
                Some((*KEYS.get(usize::from(number))?, value))
            }
        })
    }
}

/// Returns the one-byte character that stands for a known key.
fn code_of(key: &str) -> Option<u8> {
    let number = KEYS.binary_search(&key).ok()?;
    u8::try_from(number).ok()?.checked_add(FIRST_CODE)
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
    fn keys_are_in_the_order_that_their_search_needs() {
        assert!(KEYS.is_sorted());
        assert!(KEYS.len() + usize::from(FIRST_CODE) < 128, "codes are one byte each");
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
            ("fixme", "a\u{0}b"),
            ("highway", "residential"),
        ]);
        let all: Vec<(&str, &str)> = tags.iter().collect();
        let expected = [
            ("name", "Städtle"),
            ("name:zh-Hant", "城"),
            ("old_name:1900-1950", "Gasse"),
            ("name_1", "Zwei"),
            ("highway", "residential"),
        ];
        assert_eq!(all, expected);
        assert_eq!(tags.get("name"), Some("Städtle"));
        assert_eq!(tags.get("name:zh-Hant"), Some("城"));
        assert!(tags.is("highway", &["residential"]) && !tags.has("surface"));
        assert!(Tags::keep([("surface", "asphalt")]).is_empty());
    }
}
