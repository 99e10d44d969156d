//! A block of records, decoded: what searches look at again and again. How names are written is
//! left where it is until a record is presented.

use super::names::Role;
use super::terms::TermRef;
use crate::record::RecordType;
use crate::sort::sort_by;

/// The records of a block.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) records: Vec<Record>,
    /// Names of the records, a list each.
    pub(crate) names: NameLists,
    /// Postcodes that records refer to.
    pub(crate) zipcodes: Vec<u32>,
    /// Numbers of the records, most inhabitants first, where all are cities; else nothing.
    by_population: Vec<u8>,
}

/// A street, point or city as stored, without its names.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) kind: RecordType,
    /// Latitude and longitude in coordinate units.
    pub(crate) lat: i32,
    pub(crate) lon: i32,
    /// Prominence, 0 to 15; of cities 0 to 255.
    pub(crate) importance: u32,
    /// Inhabitants of cities, and their decimal logarithm.
    pub(crate) population: u32,
    pub(crate) digits: f32,
    /// Where its postcodes stand; `None` means those of its city, and of a city none.
    pub(crate) zipcodes: Option<(u32, u32)>,
    /// Where its names stand in the block, in bits; in an overlay the record's number.
    pub(crate) names_at: u32,
}

impl Block {
    /// Makes an empty block with room for some records.
    pub(super) fn with_capacity(count: usize) -> Self {
        Self {
            records: Vec::with_capacity(count),
            names: NameLists::with_capacity(count),
            zipcodes: Vec::new(),
            by_population: Vec::new(),
        }
    }

    /// Orders the records of a block that has all of them.
    pub(super) fn order(&mut self) {
        if self.records.iter().any(|record| record.kind != RecordType::City) {
            return;
        }
        let population =
            |number: &u8| self.records.get(usize::from(*number)).map_or(0, |r| r.population);
        let mut order: Vec<u8> = (0..=u8::MAX).take(self.records.len()).collect();
        sort_by(&mut order, |a, b| population(b).cmp(&population(a)).then(a.cmp(b)));
        self.by_population = order;
    }

    /// Whether the records come in the order of their inhabitants, those with the most first.
    pub(crate) fn is_ordered(&self) -> bool {
        !self.by_population.is_empty()
    }

    /// Iterates over the records with their numbers, in that order if there is one.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = (usize, &Record)> {
        let number = |at: usize| self.by_population.get(at).map_or(at, |number| (*number).into());
        let numbers = (0..self.records.len()).map(number);
        numbers.filter_map(|number| Some((number, self.records.get(number)?)))
    }

    /// Returns the numbers of a record's own postcodes.
    pub(crate) fn zipcodes(&self, record: &Record) -> Option<&[u32]> {
        let (start, end) = record.zipcodes?;
        self.zipcodes.get(start as usize..end as usize)
    }
}

/// Lists of names as searches see them: which terms they have.
#[derive(Debug, Clone, Default)]
pub(crate) struct NameLists {
    /// For each list the end of its names.
    ends: Vec<u32>,
    names: Vec<NameEnds>,
    terms: Vec<TermRef>,
}

/// Where the terms of a name end.
#[derive(Debug, Clone, Copy)]
struct NameEnds {
    role: Role,
    shown: u32,
    all: u32,
}

/// The terms of one name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NameTerms<'a> {
    pub(crate) role: Role,
    /// Terms that are shown, in their order.
    pub(crate) shown: &'a [TermRef],
    /// Terms that are searched but are no part of what is shown.
    pub(crate) hidden: &'a [TermRef],
}

impl NameLists {
    /// Makes an empty list with room for a usual number of names of some records.
    fn with_capacity(count: usize) -> Self {
        Self {
            ends: Vec::with_capacity(count),
            names: Vec::with_capacity(count),
            terms: Vec::with_capacity(2 * count),
        }
    }

    /// Adds a term to the name under construction.
    pub(crate) fn push_term(&mut self, term: TermRef) {
        self.terms.push(term);
    }

    /// Ends a name, the last terms of which are hidden.
    pub(crate) fn end_name(&mut self, role: Role, n_hidden: u32) {
        let all = length(self.terms.len());
        self.names.push(NameEnds { role, shown: all.saturating_sub(n_hidden), all });
    }

    /// Ends a list of names.
    pub(crate) fn end_list(&mut self) {
        self.ends.push(length(self.names.len()));
    }

    /// Gives back what was reserved but is not needed.
    pub(super) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.names.shrink_to_fit();
        self.terms.shrink_to_fit();
    }

    /// Numbers of the first name of a list and of the one behind its last.
    fn range(&self, list: usize) -> (usize, usize) {
        let start = list.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(list).copied().unwrap_or(0);
        (start.unwrap_or(0) as usize, end as usize)
    }

    /// Number of the first term of a name.
    fn first_term(&self, name: usize) -> usize {
        let before = name.checked_sub(1).and_then(|before| self.names.get(before));
        before.map_or(0, |ends| ends.all as usize)
    }

    /// Returns the terms of all names of a list.
    #[inline]
    pub(crate) fn terms(&self, list: usize) -> &[TermRef] {
        let (start, end) = self.range(list);
        self.terms.get(self.first_term(start)..self.first_term(end)).unwrap_or_default()
    }

    /// Iterates over the names of a list.
    pub(crate) fn names(&self, list: usize) -> impl Iterator<Item = NameTerms<'_>> {
        let (start, end) = self.range(list);
        let mut first = self.first_term(start);
        let names = self.names.get(start..end).unwrap_or_default();
        names.iter().map(move |ends| {
            let (shown, all) = (ends.shown as usize, ends.all as usize);
            let hidden = self.terms.get(shown..all).unwrap_or_default();
            let shown = self.terms.get(first..shown).unwrap_or_default();
            first = all;
            NameTerms { role: ends.role, shown, hidden }
        })
    }
}

/// Blocks are small: no length in them exceeds 32 bits.
pub(crate) fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
