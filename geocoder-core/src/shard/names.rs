//! Names of records: sequences of term references from which names are rebuilt for display.

use super::bits::{BitReader, width};
use super::block::NameLists;
use super::terms::TermRef;

/// Largest number of terms in one name; longer names are cut by the writer.
pub(crate) const MAX_NAME_TERMS: u32 = 24;
/// Largest number of names of one record.
pub(crate) const MAX_NAMES: u32 = 400;
/// Longest run of other text around terms, in bytes.
pub(crate) const MAX_LITERAL_BYTES: u32 = 64;

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The local name.
    Default,
    /// The name in a language, by its number in the shard's list.
    Language(u32),
    /// Searched, never shown.
    Alternate,
}

/// Text between two terms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Separator {
    Space,
    Hyphen,
    Apostrophe,
    None,
}

impl Separator {
    pub(crate) const ALL: [Self; 4] = [Self::Space, Self::Hyphen, Self::Apostrophe, Self::None];

    pub(crate) fn text(self) -> &'static str {
        match self {
            Self::Space => " ",
            Self::Hyphen => "-",
            Self::Apostrophe => "'",
            Self::None => "",
        }
    }
}

/// One term of a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NameTerm {
    pub(crate) term: TermRef,
    pub(crate) variant: u32,
    /// Text behind the term.
    pub(crate) behind: Behind,
}

/// Text behind a term: a usual separator or something else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Behind {
    Usual(Separator),
    Literal(String),
}

/// One name of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) role: Role,
    /// Text before the first term.
    pub(crate) prefix: String,
    pub(crate) terms: Vec<NameTerm>,
    /// Terms that are searched but are no part of what is shown.
    pub(crate) hidden: Vec<TermRef>,
}

impl Name {
    /// Makes a name that is kept as text and refers to no terms.
    pub(crate) fn of_text(role: Role, text: String) -> Self {
        Self { role, prefix: text, terms: Vec::new(), hidden: Vec::new() }
    }
}

/// What is needed to read names of one chunk.
#[derive(Debug, Clone)]
pub(crate) struct NameCode {
    /// Frequent references of the chunk.
    pub(crate) local: Vec<TermRef>,
    /// Bits of a full reference.
    pub(crate) ref_width: u32,
    /// Number of languages of the shard.
    pub(crate) n_languages: usize,
}

impl NameCode {
    /// Reads the table of frequent references.
    pub(crate) fn read(reader: &mut BitReader<'_>, ref_width: u32, n_languages: usize) -> Self {
        let count = reader.gamma0().min(4096);
        let k = reader.bits(5);
        let mut local = Vec::new();
        let mut term = 0u32;
        for _ in 0..count {
            term = term.wrapping_add(reader.rice(k));
            local.push(TermRef(term));
            if reader.overrun() {
                break;
            }
        }
        Self { local, ref_width, n_languages }
    }

    /// Reads the names of one record; `None` when they are broken.
    pub(crate) fn read_names(&self, reader: &mut BitReader<'_>) -> Option<Vec<Name>> {
        let count = reader.gamma();
        let mut names = Vec::new();
        for index in 0..count {
            if index >= MAX_NAMES || reader.overrun() {
                return None;
            }
            names.push(self.read_name(reader, index == 0)?);
        }
        Some(names)
    }

    /// Reads the terms of the names of one record as a list; `None` when they are broken.
    pub(crate) fn read_terms(
        &self,
        reader: &mut BitReader<'_>,
        lists: &mut NameLists,
    ) -> Option<()> {
        let count = reader.gamma();
        for index in 0..count {
            if index >= MAX_NAMES || reader.overrun() {
                return None;
            }
            let role = self.read_role(reader, index == 0);
            let extended = reader.bit();
            if extended {
                skip_literal(reader)?;
            }
            let count = if extended { reader.gamma0() } else { reader.gamma() };
            if count > MAX_NAME_TERMS {
                return None;
            }
            for index in 0..count {
                lists.push_term(self.read_ref(reader)?);
                reader.gamma0();
                let last = index + 1 == count;
                if (last && extended) || (!last && !reader.bit() && reader.bits(2) == 0) {
                    skip_literal(reader)?;
                }
            }
            let n_hidden = if extended { reader.gamma0() } else { 0 };
            if n_hidden > MAX_NAME_TERMS {
                return None;
            }
            for _ in 0..n_hidden {
                lists.push_term(self.read_ref(reader)?);
            }
            lists.end_name(role, n_hidden);
        }
        lists.end_list();
        (!reader.overrun()).then_some(())
    }

    fn read_role(&self, reader: &mut BitReader<'_>, first: bool) -> Role {
        if first {
            Role::Default
        } else if reader.bit() {
            Role::Language(reader.bits(width(self.n_languages)))
        } else {
            Role::Alternate
        }
    }

    fn read_name(&self, reader: &mut BitReader<'_>, first: bool) -> Option<Name> {
        let role = self.read_role(reader, first);
        let extended = reader.bit();
        let prefix = if extended { read_literal(reader)? } else { String::new() };
        // Names without any term are rare and extended.
        let count = if extended { reader.gamma0() } else { reader.gamma() };
        if count > MAX_NAME_TERMS {
            return None;
        }
        let mut terms = Vec::with_capacity(count as usize);
        for index in 0..count {
            let term = self.read_ref(reader)?;
            let variant = reader.gamma0();
            let last = index + 1 == count;
            let behind = match (last, last && !extended) {
                (true, true) => Behind::Usual(Separator::None),
                (true, false) => Behind::Literal(read_literal(reader)?),
                _ => read_behind(reader)?,
            };
            terms.push(NameTerm { term, variant, behind });
        }
        let mut hidden = Vec::new();
        if extended {
            let count = reader.gamma0();
            if count > MAX_NAME_TERMS {
                return None;
            }
            for _ in 0..count {
                hidden.push(self.read_ref(reader)?);
            }
        }
        (!reader.overrun()).then_some(Name { role, prefix, terms, hidden })
    }

    /// Reads a reference, frequent or full.
    pub(crate) fn read_ref(&self, reader: &mut BitReader<'_>) -> Option<TermRef> {
        if reader.bit() {
            self.local.get(reader.bits(width(self.local.len())) as usize).copied()
        } else {
            Some(TermRef(reader.bits(self.ref_width)))
        }
    }
}

fn read_behind(reader: &mut BitReader<'_>) -> Option<Behind> {
    if reader.bit() {
        return Some(Behind::Usual(Separator::Space));
    }
    Some(match reader.bits(2) {
        0 => Behind::Literal(read_literal(reader)?),
        code => Behind::Usual(Separator::ALL.get(code as usize).copied()?),
    })
}

fn read_literal(reader: &mut BitReader<'_>) -> Option<String> {
    let length = reader.gamma0();
    if length > MAX_LITERAL_BYTES {
        return None;
    }
    let bytes = (0..length).map(|_| u8::try_from(reader.bits(8)).unwrap_or_default()).collect();
    String::from_utf8(bytes).ok()
}

fn skip_literal(reader: &mut BitReader<'_>) -> Option<()> {
    let length = reader.gamma0();
    reader.skip(8 * length as usize);
    (length <= MAX_LITERAL_BYTES).then_some(())
}

#[cfg(feature = "build")]
mod write {
    use super::{Behind, MAX_LITERAL_BYTES, Name, NameCode, Role, Separator, TermRef, width};
    use crate::shard::bits::BitWriter;

    impl NameCode {
        /// Writes the table of frequent references.
        pub(crate) fn write(&self, writer: &mut BitWriter) {
            let mut deltas = Vec::new();
            let mut previous = 0;
            for term in &self.local {
                deltas.push(term.0 - previous);
                previous = term.0;
            }
            let k = best_rice_parameter(&deltas);
            writer.gamma0(u32::try_from(deltas.len()).unwrap_or(0));
            writer.bits(k, 5);
            for delta in deltas {
                writer.rice(delta, k);
            }
        }

        pub(crate) fn write_names(&self, names: &[Name], writer: &mut BitWriter) {
            writer.gamma(u32::try_from(names.len()).unwrap_or(1));
            for (index, name) in names.iter().enumerate() {
                if index > 0 {
                    writer.bit(matches!(name.role, Role::Language(_)));
                    if let Role::Language(language) = name.role {
                        writer.bits(language, width(self.n_languages));
                    }
                }
                self.write_name(name, writer);
            }
        }

        fn write_name(&self, name: &Name, writer: &mut BitWriter) {
            let plain_end = match name.terms.last() {
                Some(last) => last.behind == Behind::Usual(Separator::None),
                None => true,
            };
            let extended = !name.prefix.is_empty()
                || !plain_end
                || !name.hidden.is_empty()
                || name.terms.is_empty();
            writer.bit(extended);
            if extended {
                write_literal(&name.prefix, writer);
            }
            let count = u32::try_from(name.terms.len()).unwrap_or(0);
            if extended {
                writer.gamma0(count);
            } else {
                writer.gamma(count);
            }
            for (index, term) in name.terms.iter().enumerate() {
                self.write_ref(term.term, writer);
                writer.gamma0(term.variant);
                let last = index + 1 == name.terms.len();
                match &term.behind {
                    Behind::Usual(separator) if last && extended => {
                        write_literal(separator.text(), writer);
                    }
                    Behind::Literal(text) if last && extended => write_literal(text, writer),
                    _ if last => {}
                    Behind::Usual(Separator::Space) => writer.bit(true),
                    Behind::Usual(separator) => {
                        writer.bit(false);
                        let code = Separator::ALL.iter().position(|s| s == separator);
                        writer.bits(u32::try_from(code.unwrap_or(0)).unwrap_or(0), 2);
                    }
                    Behind::Literal(text) => {
                        writer.bit(false);
                        writer.bits(0, 2);
                        write_literal(text, writer);
                    }
                }
            }
            if extended {
                writer.gamma0(u32::try_from(name.hidden.len()).unwrap_or(0));
                for term in &name.hidden {
                    self.write_ref(*term, writer);
                }
            }
        }

        /// Writes a reference, frequent or full.
        pub(crate) fn write_ref(&self, term: TermRef, writer: &mut BitWriter) {
            match self.local.binary_search(&term) {
                Ok(index) => {
                    writer.bit(true);
                    writer.bits(u32::try_from(index).unwrap_or(0), width(self.local.len()));
                }
                Err(_) => {
                    writer.bit(false);
                    writer.bits(term.0, self.ref_width);
                }
            }
        }
    }

    fn write_literal(text: &str, writer: &mut BitWriter) {
        let bytes = text.as_bytes();
        debug_assert!(bytes.len() <= MAX_LITERAL_BYTES as usize);
        writer.gamma0(u32::try_from(bytes.len()).unwrap_or(0));
        for byte in bytes {
            writer.bits(u32::from(*byte), 8);
        }
    }

    /// Returns the Rice parameter that codes the numbers in the fewest bits.
    pub(crate) fn best_rice_parameter(numbers: &[u32]) -> u32 {
        let cost = |k: u32| -> u64 {
            numbers.iter().map(|n| u64::from(n >> k).min(52) + 1 + u64::from(k)).sum()
        };
        (0..30).min_by_key(|k| cost(*k)).unwrap_or(0)
    }
}
#[cfg(feature = "build")]
pub(crate) use write::best_rice_parameter;
