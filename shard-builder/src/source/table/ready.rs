//! Mappings of well-known address registers.

use geocoder_core::manifest::Attribution;

use super::Mapping;

/// A register with its format and licence.
struct Ready {
    name: &'static str,
    columns: &'static str,
    /// Numbers that stand for none.
    no_number: &'static [&'static str],
    /// Source, licence, address and notice; nothing when it differs by file.
    attribution: Option<[&'static str; 4]>,
}

/// Attribution of the French national address base.
const BAN: Option<[&str; 4]> = Some([
    "Base Adresse Nationale",
    "etalab-2.0",
    "https://adresse.data.gouv.fr/",
    "Base Adresse Nationale, Licence Ouverte 2.0",
]);

const READY: [Ready; 6] = [
    // https://github.com/BaseAdresseNationale/adresse.data.gouv.fr/blob/master/public/schemas/adresses-csv.md
    Ready {
        name: "ban",
        columns: "street=nom_voie,street_alt=alias?,number=numero,suffix=rep,postcode=code_postal,\
                  city=nom_commune,city_alt=nom_ancienne_commune?,city_id=insee:code_insee,\
                  lat=lat,lon=lon",
        no_number: &["0", "99999"],
        attribution: BAN,
    },
    // https://adresse.data.gouv.fr/data/ban/adresses/latest/csv, lieux-dits-*.csv.gz
    Ready {
        name: "ban-lieux-dits",
        columns: "name=nom_lieu_dit,postcode=code_postal,city=nom_commune,\
                  city_alt=nom_ancienne_commune?,city_id=insee:code_insee,lat=lat,lon=lon",
        no_number: &[],
        attribution: BAN,
    },
    // https://doc.adresse.data.gouv.fr/mettre-a-jour-sa-base-adresse-locale/le-format-base-adresse-locale
    Ready {
        name: "bal",
        columns: "street=voie_nom,number=numero,suffix=suffixe,city=commune_nom,\
                  city_alt=commune_deleguee_nom?,city_id=insee:commune_insee,lat=lat,lon=long",
        no_number: &["99999"],
        attribution: BAN,
    },
    // https://github.com/openaddresses/openaddresses/blob/master/schema/layers/address_conform.json
    Ready { name: "openaddresses", columns: OPENADDRESSES, no_number: &["0"], attribution: None },
    Ready {
        name: "openaddresses-geojson",
        columns: OPENADDRESSES,
        no_number: &["0"],
        attribution: None,
    },
    // https://github.com/sveinbjornt/iceaddr, of https://www.fasteignaskra.is/stadfangaskra/
    Ready {
        name: "iceland",
        columns: "street=street,street_alt=street_dative,name=special_name,number=number,\
                  suffix=letter,postcode=postcode,city=place,city_alt=place_dative,\
                  county=municipality,administrative=region,lat=lat,lon=lon,country=:is",
        no_number: &["0"],
        attribution: Some([
            "Staðfangaskrá",
            "LicenseRef-Stadfangaskra-open",
            "https://www.hms.is/stadfangaskra",
            "Staðfangaskrá, Húsnæðis- og mannvirkjastofnun",
        ]),
    },
];

const OPENADDRESSES: &str = "street=street,number=number,postcode=postcode,city=city,\
                             county=district?,administrative=region,lat=lat,lon=lon";

impl Mapping {
    /// Returns the mapping of a well-known register by its name.
    pub fn ready(name: &str) -> Option<Self> {
        let ready = find(name)?;
        let mapping = Self::parse(ready.columns).ok()?;
        Some(Self { no_number: ready.no_number, ..mapping })
    }

    /// Names of the well-known registers.
    pub fn ready_names() -> impl Iterator<Item = &'static str> {
        READY.iter().map(|ready| ready.name)
    }

    /// Returns who must be credited for a well-known register, where it is the same for every
    /// file of it.
    pub fn ready_attribution(name: &str) -> Option<Attribution> {
        let [source, licence, url, notice] = find(name)?.attribution?.map(str::to_owned);
        Some(Attribution { source, licence, url, notice, share_alike: false })
    }
}

fn find(name: &str) -> Option<&'static Ready> {
    READY.iter().find(|ready| ready.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ready_mapping_can_be_read() {
        for name in Mapping::ready_names() {
            assert!(Mapping::ready(name).is_some(), "{name}");
        }
        assert_eq!(Mapping::ready("atlantis"), None);
    }
}
