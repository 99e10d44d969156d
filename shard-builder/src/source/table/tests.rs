//! Tests on rows of real registers: Iceland, France, OpenAddresses.

use std::io::Write;

use geocoder_core::RecordType;

use super::super::collected::{Collected, bundled};
use super::*;
use crate::entry::{Entry, EntryKind};

fn table(path: PathBuf, mapping: Mapping) -> Table {
    Table { path, delimiter: None, mapping, country: None, attribution: Vec::new() }
}

fn file(content: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file
}

/// Reads a table given as text.
fn read(content: &str, mapping: &str) -> Collected {
    let file = file(content);
    Collected::of(&table(file.path().into(), Mapping::parse(mapping).unwrap()), "zz")
}

fn problem(content: &str, mapping: &str) -> String {
    let file = file(content);
    let table = table(file.path().into(), Mapping::parse(mapping).unwrap());
    Collected::try_of(&table, "zz").unwrap_err().to_string()
}

fn named<'a>(read: &'a Collected, name: &str, number: &str) -> &'a Entry {
    let same = |entry: &&Entry| entry.names.default == name && entry.house_number == number;
    read.entries.iter().find(same).unwrap_or_else(|| panic!("no {name} {number}"))
}

#[test]
fn icelandic_streets_have_their_dative_and_farms_their_name() {
    let path = bundled("tables/iceland.csv");
    let read = Collected::of(&table(path, Mapping::ready("iceland").unwrap()), "is");
    let street = named(&read, "Austurstræti", "14");
    assert_eq!(street.kind, EntryKind::Address);
    assert_eq!(street.locality.city.name, "Reykjavík");
    assert_eq!(street.locality.county.name, "Reykjavíkurborg");
    assert_eq!(street.locality.administrative.name, "Höfuðborgarsvæðið");
    assert_eq!(street.locality.zipcodes, ["101"]);
    let point = street.coordinates.unwrap();
    assert!((point.lat - 64.147).abs() < 0.01 && (point.lon + 21.94).abs() < 0.01, "{point:?}");
    let house = named(&read, "Brattagata", "4 B");
    assert_eq!(house.names.alternates, ["Bröttugötu"]);
    assert_eq!(house.locality.city.alternate, "Borgarnesi");
    // An address with a name of its own is found by both.
    assert_eq!(named(&read, "Lynghólar", "28").line, named(&read, "Markland", "").line);
    assert!(read.report.warnings.is_empty(), "{:?}", read.report.warnings);
}

#[test]
fn suffixes_that_are_none_do_no_harm() {
    let path = bundled("tables/iceland.csv");
    let read = Collected::of(&table(path, Mapping::ready("iceland").unwrap()), "is");
    let numbers = |street: &str| {
        let of_street = |entry: &&Entry| entry.names.default == street;
        read.entries.iter().filter(of_street).map(|e| e.house_number.clone()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("Grensásvegur"), ["10"], "a star is no suffix");
    assert_eq!(numbers("Mánagrund A"), [""], "a letter without a number is part of the name");
    assert_eq!(numbers("Austurkór"), ["157"], "a number without a number is the number");
    assert_eq!(numbers("Hvammsholt"), ["1/806"]);
}

#[test]
fn french_addresses_name_their_commune_by_its_official_code() {
    let path = bundled("tables/ban.csv");
    let read = Collected::of(&table(path, Mapping::ready("ban").unwrap()), "fr");
    let house = named(&read, "Place du Pese Lait", "6");
    assert_eq!(house.locality.city.id, "insee:01002");
    assert_eq!(house.locality.city.name, "L'Abergement-de-Varey");
    assert_eq!(house.locality.zipcodes, ["01640"]);
    assert_eq!(house.coordinates.unwrap().lat, 46.005447);
    let hamlets = "id;nom_lieu_dit;code_postal;code_insee;nom_commune;\
                   code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;source_position;\
                   source_nom_voie\n\
                   01415_b028;Greffets Sud;01440;01451;Viriat;;;;;5.19;46.25;commune;commune\n";
    let hamlets = file(hamlets);
    let mapping = Mapping::ready("ban-lieux-dits").unwrap();
    let read = Collected::of(&table(hamlets.path().into(), mapping), "fr");
    assert_eq!(read.entries[0].kind, EntryKind::Address);
    assert_eq!(read.entries[0].names.default, "Greffets Sud");
    assert_eq!(read.entries[0].locality.city.id, "insee:01451");
}

#[test]
fn openaddresses_is_read_as_features_and_as_a_table() {
    let mapping = Mapping::ready("openaddresses").unwrap();
    let features =
        Collected::of(&table(bundled("tables/openaddresses.geojson"), mapping.clone()), "zz");
    assert_eq!(features.entries.len(), 3);
    let house = named(&features, "Chaussée de Mons", "475");
    assert_eq!(house.locality.city.name, "Anderlecht");
    let csv = file(
        "LON,LAT,NUMBER,STREET,UNIT,CITY,DISTRICT,REGION,POSTCODE,ID,HASH\n\
         4.31653,50.83595,475,Chaussée de Mons,RDC,Anderlecht,,,1070,BE-BRU:615867,e9bf\n",
    );
    let rows = Collected::of(&table(csv.path().into(), mapping), "zz");
    assert_eq!(rows.entries[0].coordinates, house.coordinates);
    assert_eq!(rows.entries[0].names, house.names);
    assert_eq!(rows.entries[0].locality, house.locality);
}

#[test]
fn features_that_are_no_points_are_counted() {
    let good = std::fs::read_to_string(bundled("tables/openaddresses.geojson")).unwrap();
    let line = "{\"type\":\"Feature\",\"properties\":{\"street\":\"A\"},\"geometry\":\
                {\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}}\n{\"a\":1\n";
    let file = file(&format!("{good}{line}"));
    let mapping = Mapping::ready("openaddresses-geojson").unwrap();
    let read = Collected::of(&table(file.path().into(), mapping), "zz");
    assert_eq!(read.entries.len(), 3);
    let bad = &read.report.warnings["bad row"];
    assert_eq!(bad.count, 2);
    assert!(bad.examples[0].ends_with(":4: the geometry is no point"), "{bad:?}");
}

#[test]
fn constants_type_lists_languages_and_identifiers_fill_an_entry() {
    let content = "kind,nom,name,others,pop,iata\n\
                   commune,Genève,Geneva,\"Genf;Ginevra\",203856,\n\
                   gare,Cornavin,,,,\n\
                   lac,Léman,,,,\n";
    let mapping = "name=nom,names:en=name,alt=others|iata,population=pop,id=ch:iata|name,\
                   country=:ch,type=kind{commune:city|gare:train}";
    let read = read(content, mapping);
    let geneva = &read.entries[0];
    assert_eq!(geneva.kind, EntryKind::Record(RecordType::City));
    assert_eq!(geneva.names.languages, [("en".to_owned(), "Geneva".to_owned())]);
    assert_eq!(geneva.ids, ["ch:Geneva"]);
    assert_eq!(geneva.population, 203_856);
    assert_eq!(geneva.locality.country, CountryCode::parse("ch"));
    assert_eq!(read.entries.len(), 1);
    assert_eq!(read.report.clipped["of another type"], 1);
    assert_eq!(read.report.unjoined["no coordinates"], 1, "a station must be somewhere");
}

#[test]
fn only_rows_of_the_country_and_those_without_one_are_read() {
    let content = "s,n,c,y,x\nA,1,IS,64,-21\nB,2,LI,47.1,9.5\nC,3,,64,-21\nD,4,Iceland,64,-21\n\
                   ,5,IS,64,-21\nE,6,IS,,\nF,7,IS,95,-21\n";
    let file = file(content);
    let mapping = Mapping::parse("street=s,number=n,country=c,lat=y,lon=x").unwrap();
    let read = Collected::of(&table(file.path().into(), mapping), "is");
    let names: Vec<_> = read.entries.iter().map(|entry| entry.names.default.as_str()).collect();
    assert_eq!(names, ["A", "C"]);
    assert_eq!(read.report.clipped["of another country"], 1);
    assert_eq!(read.report.unjoined["no street and no name"], 1);
    assert_eq!(read.report.unjoined["no coordinates"], 1);
    let bad = &read.report.warnings["bad row"];
    assert_eq!(bad.count, 2);
    assert!(bad.examples[0].ends_with(":5: 'Iceland' is no country code"), "{bad:?}");
    assert!(bad.examples[1].ends_with(":8: '95', '-21' is no position"), "{bad:?}");
}

#[test]
fn a_table_without_the_mapped_columns_is_refused_with_its_header() {
    let problem = problem("street,number\nA,1\n", "street=strasse");
    assert!(problem.ends_with(":1: no column 'strasse', the header has street, number"));
    let lenient = read("street\nA\n", "street=street,postcode=zip?,type=:street,lat=la?,lon=lo?");
    assert_eq!(lenient.report.unjoined["no coordinates"], 1);
}

#[test]
fn the_whole_icelandic_register_is_read() {
    let path = bundled("iceland_addresses.csv.xz");
    let read = Collected::of(&table(path, Mapping::ready("iceland").unwrap()), "is");
    assert!(read.report.warnings.is_empty(), "{:?}", read.report.warnings);
    let lines: std::collections::BTreeSet<u64> = read.entries.iter().map(|e| e.line).collect();
    assert_eq!(lines.len(), 139_409);
    let numbered = read.entries.iter().filter(|entry| !entry.house_number.is_empty());
    // Three more than have a number: theirs is in the column of letters.
    assert_eq!(numbered.count(), 115_080 + 3);
}
