//! Classes of forward queries for addresses and streets.

use std::collections::BTreeMap;

use crate::abbreviations::{abbreviate, drop_words, join_words, split_compound};
use crate::case::{Question, Truth};
use crate::fold::{fold, without_accents};
use crate::random::Random;
use crate::records::{Address, Dataset};
use crate::sampling::Sampler;
use crate::spelling::{Habit, ascii};
use crate::typos::{self, Typo};

/// Typed queries are asked once for every character: a quarter of them is as much work.
const TYPING_SHARE: usize = 4;
/// Added to the greatest number of a street to get one that it does not have.
const BEYOND: u32 = 500;

/// Makes all classes of a country's addresses and streets. Classes of streets alone take every
/// street of a city once.
pub fn add(sampler: &mut Sampler, data: &Dataset) {
    forms(sampler, data);
    postcodes(sampler, data);
    errors(sampler, data);
    wordings(sampler, data);
    prefixes(sampler, data);
    languages(sampler, data);
}

/// Street and number in the country's order.
pub(crate) fn local(data: &Dataset, street: &str, number: &str) -> String {
    if data.number_first { format!("{number} {street}") } else { format!("{street} {number}") }
}

/// The first address of each key.
fn distinct<'a>(
    addresses: impl Iterator<Item = &'a Address>,
    key: impl Fn(&Address) -> String,
) -> Vec<&'a Address> {
    let mut first: BTreeMap<String, &Address> = BTreeMap::new();
    for address in addresses {
        first.entry(key(address)).or_insert(address);
    }
    first.into_values().collect()
}

pub(crate) type Made = Option<(Question, Truth)>;

pub(crate) fn ask(query: String, truth: Truth) -> Made {
    Some((Question::search(query), truth))
}

fn forms(sampler: &mut Sampler, data: &Dataset) {
    let all = &data.addresses;
    let known: Vec<&Address> = all.iter().filter(|address| !address.city.is_empty()).collect();
    sampler.class("street number", all, |a, _| {
        ask(format!("{} {}", a.street, a.number), data.house(a, false, false))
    });
    sampler.class("number street", all, |a, _| {
        ask(format!("{} {}", a.number, a.street), data.house(a, false, false))
    });
    sampler.class("street number, city", &known, |a, random| {
        let comma = if random.coin() { "," } else { "" };
        let query = format!("{} {}{comma} {}", a.street, a.number, a.city);
        ask(query, data.house(a, true, false))
    });
    sampler.class("number street, city", &known, |a, random| {
        let comma = if random.coin() { "," } else { "" };
        let query = format!("{} {}{comma} {}", a.number, a.street, a.city);
        ask(query, data.house(a, true, false))
    });
    sampler.class("city first", &known, |a, random| {
        let comma = if random.coin() { "," } else { "" };
        let query = format!("{}{comma} {}", a.city, local(data, &a.street, &a.number));
        ask(query, data.house(a, true, false))
    });
    let streets = distinct(all.iter(), |a| fold(&a.street));
    let of_cities = distinct(known.iter().copied(), |a| fold(&a.street) + "," + &fold(&a.city));
    sampler.class("street", &streets, |a, _| ask(a.street.clone(), data.street(&a.street, None)));
    sampler.class("street, city", &of_cities, |a, random| {
        let comma = if random.coin() { "," } else { "" };
        let query = format!("{}{comma} {}", a.street, a.city);
        ask(query, data.street(&a.street, Some(&a.city)))
    });
    sampler.class("unknown number", &of_cities, |a, _| {
        let of_street = &data.streets.get(&fold(&a.street))?.addresses;
        let numbers = of_street.iter().filter_map(|index| {
            let number = &data.addresses.get(*index)?.number;
            let digits = number.chars().take_while(char::is_ascii_digit);
            digits.collect::<String>().parse::<u32>().ok()
        });
        let number = (numbers.max()? + BEYOND).to_string();
        let query = format!("{}, {}", local(data, &a.street, &number), a.city);
        ask(query, data.street(&a.street, Some(&a.city)))
    });
}

fn postcodes(sampler: &mut Sampler, data: &Dataset) {
    let with_postcode = data.addresses.iter();
    let known: Vec<&Address> = with_postcode
        .filter(|address| !address.postcode.is_empty() && !address.city.is_empty())
        .collect();
    sampler.class("street number postcode", &known, |a, _| {
        let query = format!("{} {}", local(data, &a.street, &a.number), a.postcode);
        ask(query, data.house(a, false, true))
    });
    sampler.class("street number, postcode city", &known, |a, _| {
        let street = local(data, &a.street, &a.number);
        let query = format!("{street}, {} {}", a.postcode, a.city);
        ask(query, data.house(a, true, true))
    });
    sampler.class("street number, city postcode", &known, |a, _| {
        let street = local(data, &a.street, &a.number);
        let query = format!("{street} {} {}", a.city, a.postcode);
        ask(query, data.house(a, true, true))
    });
    sampler.class("postcode city first", &known, |a, _| {
        let street = local(data, &a.street, &a.number);
        let query = format!("{} {} {street}", a.postcode, a.city);
        ask(query, data.house(a, true, true))
    });
    let streets = distinct(known.iter().copied(), |a| fold(&a.street) + "," + &a.postcode);
    sampler.class("street postcode", &streets, |a, _| {
        let query = format!("{} {}", a.street, a.postcode);
        ask(query, data.street(&a.street, Some(&a.city)))
    });
}

/// Asks for a changed street, half of the time with its city; never for what is the name of
/// another street.
fn changed(data: &Dataset, a: &Address, street: &str, random: &mut Random) -> Made {
    if data.streets.contains_key(&fold(street)) {
        return None;
    }
    reworded(data, a, street, random)
}

/// Asks for a street in other words, half of the time with its city.
fn reworded(data: &Dataset, a: &Address, street: &str, random: &mut Random) -> Made {
    let query = local(data, street, &a.number);
    let in_city = random.coin() && !a.city.is_empty();
    let query = if in_city { format!("{query}, {}", a.city) } else { query };
    ask(query, data.house(a, in_city, false))
}

fn errors(sampler: &mut Sampler, data: &Dataset) {
    for typo in Typo::ALL {
        sampler.class(typo.class(), &data.addresses, |a, random| {
            changed(data, a, &typos::one(&a.street, typo, random)?, random)
        });
    }
    sampler.class("two typos in a long word", &data.addresses, |a, random| {
        changed(data, a, &typos::two(&a.street, random)?, random)
    });
    sampler.class("one typo in the city", &data.addresses, |a, random| {
        let city = typos::one(&a.city, *random.pick(&Typo::ALL)?, random)?;
        let query = format!("{}, {city}", local(data, &a.street, &a.number));
        ask(query, data.house(a, true, false))
    });
}

fn wordings(sampler: &mut Sampler, data: &Dataset) {
    let all = &data.addresses;
    let languages = data.languages;
    let habit = if languages.contains(&"de") { Habit::Digraph } else { Habit::Bare };
    sampler.class("abbreviated", all, |a, random| {
        reworded(data, a, &abbreviate(&a.street, languages, random)?, random)
    });
    sampler.class("stop words dropped", all, |a, random| {
        changed(data, a, &drop_words(&a.street, languages, false)?, random)
    });
    sampler.class("street type dropped", all, |a, random| {
        changed(data, a, &drop_words(&a.street, languages, true)?, random)
    });
    sampler.class("joined words", all, |a, random| {
        reworded(data, a, &join_words(&a.street, random)?, random)
    });
    sampler.class("split words", all, |a, random| {
        reworded(data, a, &split_compound(&a.street, languages)?, random)
    });
    let spelled = |a: &Address, random: &mut Random, spell: &dyn Fn(&str) -> Option<String>| {
        let query = local(data, &a.street, &a.number);
        let in_city = random.coin() && !a.city.is_empty();
        let query = if in_city { format!("{query} {}", a.city) } else { query };
        ask(spell(&query)?, data.house(a, in_city, false))
    };
    sampler.class("lower case", all, |a, random| {
        spelled(a, random, &|query| Some(query.to_lowercase()))
    });
    sampler.class("upper case", all, |a, random| {
        spelled(a, random, &|query| Some(query.to_uppercase()))
    });
    sampler.class("missing accents", all, |a, random| {
        spelled(a, random, &|query| Some(without_accents(query)).filter(|plain| plain != query))
    });
    sampler
        .class("ASCII keyboard", all, |a, random| spelled(a, random, &|query| ascii(query, habit)));
}

fn prefixes(sampler: &mut Sampler, data: &Dataset) {
    let n_typed = sampler.n_queries().div_ceil(TYPING_SHARE);
    sampler.class_of("typing street number", n_typed, &data.addresses, |a, _| {
        let query = local(data, &a.street, &a.number);
        Some((Question::Typing { query }, data.house(a, false, false)))
    });
    let known: Vec<&Address> = data.addresses.iter().filter(|a| !a.city.is_empty()).collect();
    let known = distinct(known.into_iter(), |a| fold(&a.street) + "," + &fold(&a.city));
    sampler.class_of("typing street, city", n_typed, &known, |a, _| {
        let query = format!("{}, {}", a.street, a.city);
        Some((Question::Typing { query }, data.street(&a.street, Some(&a.city))))
    });
    let streets: Vec<&str> = data.streets.values().map(|street| street.name.as_str()).collect();
    sampler.class_of("typing street", n_typed, &streets, |name, _| {
        Some((Question::Typing { query: (*name).to_owned() }, data.street(name, None)))
    });
    sampler.class("prefix of a street", &streets, |name, random| {
        ask(cut(name, random)?, data.street(name, None))
    });
    sampler.class("prefix of a street, any that fits", &streets, |name, random| {
        let prefix = cut(name, random)?;
        let folded = fold(&prefix);
        let fitting = data.streets.range(folded.clone()..);
        let fitting = fitting.take_while(|(key, _)| key.starts_with(&folded));
        let fitting = fitting.map(|(_, street)| data.street(&street.name, None));
        let all = fitting.reduce(|mut all, other| {
            all.names.extend(other.names);
            all.shapes.extend(other.shapes);
            all
        });
        ask(prefix, all?)
    });
}

/// The first 50 to 75 % of a name's characters, at least three.
fn cut(name: &str, random: &mut Random) -> Option<String> {
    let letters = name.chars().count();
    let (least, most) = (letters.div_ceil(2).max(3), letters * 3 / 4);
    let kept = least + random.below((most + 1).checked_sub(least)?);
    let prefix: String = name.chars().take(kept).collect();
    (kept < letters).then(|| prefix.trim_end().to_owned())
}

fn languages(sampler: &mut Sampler, data: &Dataset) {
    sampler.class("other language", &data.addresses, |a, random| {
        let names = &data.streets.get(&fold(&a.street))?.languages;
        let others: Vec<&String> =
            names.values().filter(|name| fold(name) != fold(&a.street)).collect();
        reworded(data, a, random.pick(&others)?, random)
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Point;

    fn dataset() -> Dataset {
        let names =
            ["Landstrasse", "Äulestrasse", "Im Rietle", "Herrengasse", "Feldkircher Strasse"];
        let objects = names.iter().enumerate().flat_map(|(east, street)| {
            (1..20).map(move |number| Address {
                street: (*street).to_owned(),
                number: number.to_string(),
                city: "Vaduz".into(),
                postcode: "9490".into(),
                points: vec![Point { lat: 47.1, lon: 9.5 }.shifted(
                    1_000.0 * f64::from(u32::try_from(east).unwrap()),
                    20.0 * f64::from(number),
                )],
                ..Address::default()
            })
        });
        let mut data = Dataset::new(objects.collect(), Vec::new(), false);
        data.languages = &["de"];
        data
    }

    fn queries(data: &Dataset, seed: u64) -> BTreeMap<&'static str, Vec<String>> {
        let mut sampler = Sampler::new(seed, 50);
        add(&mut sampler, data);
        let mut classes: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for case in &sampler.cases {
            classes.entry(case.class).or_default().push(case.question.to_string());
        }
        classes
    }

    #[test]
    fn no_error_class_asks_for_a_name_as_it_is_written() {
        let data = dataset();
        let classes = queries(&data, 1);
        for class in Typo::ALL.map(Typo::class).into_iter().chain(["two typos in a long word"]) {
            let asked = &classes[class];
            assert_eq!(asked.len(), 50, "{class}");
            for query in asked {
                let exact = data.streets.values().any(|street| query.contains(&street.name));
                assert!(!exact, "{class}: {query} has no error");
            }
        }
    }

    #[test]
    fn a_prefix_is_half_to_three_quarters_of_a_name() {
        let mut random = Random::new(1, "cut");
        for _ in 0..100 {
            let prefix = cut("Landstrasse", &mut random).unwrap();
            assert!((6..=8).contains(&prefix.chars().count()), "{prefix}");
            assert!("Landstrasse".starts_with(&prefix));
        }
        assert_eq!(cut("Au", &mut random), None);
    }

    #[test]
    fn the_seed_decides_the_queries() {
        let data = dataset();
        assert_eq!(queries(&data, 1), queries(&data, 1));
        assert_ne!(queries(&data, 1), queries(&data, 2));
    }

    #[test]
    fn classes_do_what_their_names_say() {
        let classes = queries(&dataset(), 1);
        let all = |class: &str, holds: &dyn Fn(&str) -> bool| {
            assert!(!classes[class].is_empty(), "{class}");
            for query in &classes[class] {
                assert!(holds(query), "{class}: {query}");
            }
        };
        all("lower case", &|query| query == query.to_lowercase());
        all("ASCII keyboard", &|query| query.starts_with("Aeule"));
        all("missing accents", &|query| query.starts_with("Aule"));
        all("abbreviated", &|query| !query.contains("strasse") && !query.contains("Strasse"));
        all("split words", &|query| query.contains(" strasse") || query.contains(" gasse"));
        all("joined words", &|query| query.contains("Imrietle") || query.contains("rstrasse"));
        all("number street", &|query| query.starts_with(|digit: char| digit.is_ascii_digit()));
        all("unknown number", &|query| query.contains(" 519"));
        assert!(!classes.contains_key("other language"), "the names are in one");
    }
}
