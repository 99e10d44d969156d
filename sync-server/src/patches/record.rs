//! Which of several values of a field counts: those of a language, of none, of the origin.

use geocoder_core::CountryCode;

use crate::catalog::Catalog;
use crate::model::{Fields, Patch};

/// Applies a macro to the name of every field.
macro_rules! each_field {
    ($apply:ident) => {
        $apply!(
            name,
            city,
            county,
            administrative,
            country,
            administrativecode,
            countycode,
            citycode,
            countrycode,
            zipcode,
            population,
            coordinates,
            kind,
            street
        )
    };
}
pub(super) use each_field;

impl Fields {
    /// Returns these fields, and others where these have none.
    #[must_use]
    pub fn or(mut self, others: &Self) -> Self {
        macro_rules! fill {
            ($($field:ident),*) => {
                $(if self.$field.is_none() { self.$field.clone_from(&others.$field); })*
            };
        }
        each_field!(fill);
        self
    }

    /// Takes out the fields that have no language.
    #[must_use]
    pub fn take_facts(&mut self) -> Self {
        Self {
            countrycode: self.countrycode.take(),
            zipcode: self.zipcode.take(),
            population: self.population.take(),
            coordinates: self.coordinates.take(),
            kind: self.kind.take(),
            ..Self::default()
        }
    }

    /// Returns these fields without empty texts, which translate nothing.
    #[must_use]
    pub fn without_empty_texts(mut self) -> Self {
        let Self { city, county, administrative, country, .. } = &mut self;
        for text in [city, county, administrative, country] {
            text.take_if(|text| text.is_empty());
        }
        self
    }

    /// Returns those fields that others do not have.
    #[must_use]
    pub fn beside(mut self, others: &Self) -> Self {
        macro_rules! drop_known {
            ($($field:ident),*) => {
                $(if others.$field.is_some() { self.$field = None; })*
            };
        }
        each_field!(drop_known);
        self
    }

    /// Returns those fields that others do not have, or have otherwise.
    #[must_use]
    pub fn changed_from(&self, others: &Self) -> Self {
        let mut changed = self.clone();
        macro_rules! drop_equal {
            ($($field:ident),*) => {
                $(if changed.$field == others.$field { changed.$field = None; })*
            };
        }
        each_field!(drop_equal);
        changed
    }
}

impl Patch {
    /// Returns the whole record in a language.
    pub fn record(&self, language: Option<&str>) -> Fields {
        let translation = language.and_then(|code| self.languages.get(code));
        let first = self.first_language.as_ref().and_then(|code| self.languages.get(code));
        let layers = [translation, self.default.as_ref(), self.origin.as_ref(), first];
        let mut record = Fields::default();
        for layer in layers.into_iter().flatten() {
            record = record.or(layer);
        }
        // A new name of a house or street leaves the parts of the old one behind.
        let of_origin = self.origin.as_ref();
        if let Some(origin) = of_origin
            && record.street == origin.street
            && record.name != origin.name
        {
            record.street = None;
        }
        record
    }

    /// Returns an id that all corrections of one record have.
    pub fn record_id(&self) -> &str {
        self.proposal.as_ref().map_or(&self.id, |mark| &mark.record_id)
    }

    /// Returns the code of the country that the patch is of.
    pub fn country(&self) -> String {
        self.record(None).countrycode.unwrap_or_default()
    }

    /// Returns the code of the shard that the patch is of.
    pub fn base(&self) -> String {
        if self.in_world { CountryCode::WORLD.to_string() } else { self.country() }
    }

    /// Whether it is of the world's shard while its country has one of its own, which answers in
    /// its place.
    pub fn is_outgrown(&self, catalog: &Catalog) -> bool {
        let offers = |country: CountryCode| catalog.offers(country);
        self.in_world && CountryCode::parse(&self.country()).is_some_and(offers)
    }

    /// Returns the codes of the shards whose feeds it is in: besides its own that of its origin,
    /// when it has moved the record to another country.
    pub fn bases(&self) -> Vec<String> {
        let of_origin = self.target.as_ref().and_then(|target| {
            let country = || self.origin.as_ref()?.countrycode.clone();
            if target.in_world { Some(CountryCode::WORLD.to_string()) } else { country() }
        });
        let own = self.base();
        let left = of_origin.filter(|base| *base != own);
        [own].into_iter().chain(left).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::{PatchStatus, Timestamp};

    fn named(name: &str) -> Fields {
        Fields { name: Some(name.into()), ..Fields::default() }
    }

    fn patch(origin: Option<Fields>, default: Option<Fields>, french: Option<Fields>) -> Patch {
        Patch {
            id: String::new(),
            app_id: String::new(),
            status: PatchStatus::Pending,
            origin,
            target: None,
            in_world: false,
            remove: false,
            default,
            first_language: french.as_ref().map(|_| "fr".into()),
            languages: french
                .map(|fields| ("fr".into(), fields))
                .into_iter()
                .collect::<BTreeMap<_, _>>(),
            proposal: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            revision: 1,
        }
    }

    #[test]
    fn a_field_falls_back_from_its_language_to_none_to_the_origin_to_the_first_translation() {
        let name = |patch: &Patch, language| patch.record(language).name.unwrap();
        let of = |name| Some(named(name));
        let all = patch(of("origin"), of("default"), of("french"));
        assert_eq!(name(&all, Some("fr")), "french");
        assert_eq!(name(&all, Some("en")), "default");
        assert_eq!(name(&all, None), "default");
        assert_eq!(name(&patch(of("origin"), None, of("french")), None), "origin");
        assert_eq!(name(&patch(None, None, of("french")), Some("en")), "french");
    }

    #[test]
    fn fields_fall_back_one_by_one() {
        let city = Fields { city: Some("Vaduz".into()), ..named("default") };
        let record = patch(None, Some(city), Some(named("french"))).record(Some("fr"));
        assert_eq!(
            (record.name.as_deref(), record.city.as_deref()),
            (Some("french"), Some("Vaduz"))
        );
    }
}
