//! Alternate names apart from the records they belong to: searched, never shown, so that they
//! are nothing but references to terms of a dictionary of their own.
//!
//! Question a chunk answers: what else are the records of this block called.

use super::bits::BitReader;
use super::container::block_starts;
use super::names::{Behind, MAX_NAME_TERMS, MAX_NAMES, Name, NameCode, NameTerm, Role, Separator};
use super::records::MAX_BLOCK_RECORDS;
use super::terms::TermRef;
use crate::error::{Error, Result};

/// Rice parameters of the sizes of blocks, in bytes, and of the names of a record, in bits.
pub(crate) const BLOCK_SIZE_RICE: u32 = 9;
const NAME_SIZE_RICE: u32 = 7;

/// What the header of a chunk says.
#[derive(Debug, Clone)]
pub(crate) struct AlternatesTable {
    code: NameCode,
    /// Start of each block in bytes, and one more for the end.
    starts: Vec<usize>,
    /// Pieces of the other dictionary, behind which those of the alternates are numbered.
    first_piece: usize,
}

fn malformed(what: &'static str) -> Error {
    Error::Malformed { section: "alternates", what }
}

impl AlternatesTable {
    /// Reads a chunk's table of blocks.
    pub(crate) fn read(bytes: &[u8], ref_width: u32, first_piece: usize) -> Result<Self> {
        let mut reader = BitReader::new(bytes, 32);
        let n_blocks = reader.gamma0();
        let code = NameCode::read(&mut reader, ref_width, 0);
        let starts = block_starts(bytes, &mut reader, n_blocks, BLOCK_SIZE_RICE);
        let starts = starts.ok_or(malformed("blocks exceed chunk"))?;
        Ok(Self { code, starts, first_piece })
    }

    /// Reads a block: calls `visit` with the number and alternates of every record that is wanted
    /// by its number and has a term which passes the test.
    pub(crate) fn scan(
        &self,
        bytes: &[u8],
        block: usize,
        wanted: impl Fn(usize) -> bool,
        mut test: impl FnMut(TermRef) -> bool,
        mut visit: impl FnMut(usize, Vec<Name>),
    ) -> Result<()> {
        let cut = malformed("no such block");
        let range = self.starts.get(block).zip(self.starts.get(block + 1)).ok_or(cut.clone())?;
        let bytes = bytes.get(*range.0..*range.1).ok_or(cut)?;
        let mut reader = BitReader::new(bytes, 0);
        let count = reader.gamma() as usize;
        if count > MAX_BLOCK_RECORDS {
            return Err(malformed("too many records in a block"));
        }
        for number in 0..count {
            let n_names = reader.gamma0();
            let mut own = reader;
            if n_names > 0 {
                let bits = reader.rice(NAME_SIZE_RICE);
                own = reader;
                reader.skip(bits as usize);
            }
            if n_names > MAX_NAMES || reader.overrun() {
                return Err(malformed("unreadable names"));
            }
            if n_names == 0 || !wanted(number) {
                continue;
            }
            // Names are made only of those that matter.
            let mut again = own;
            let mut any = false;
            let read = self.terms(n_names, &mut own, |_, _, term| any |= test(term));
            read.ok_or(malformed("unreadable names"))?;
            if any {
                let mut names: Vec<Name> = Vec::new();
                let read = self.terms(n_names, &mut again, |index, shown, term| {
                    names.resize_with(index as usize + 1, alternate);
                    if let Some(name) = names.last_mut() {
                        name.push(shown, term);
                    }
                });
                read.ok_or(malformed("unreadable names"))?;
                visit(number, names);
            }
        }
        Ok(())
    }

    /// Reads the names of one record: calls `visit` with the number of the name, whether the
    /// term would be shown, and the term; `None` when they are broken.
    fn terms(
        &self,
        n_names: u32,
        reader: &mut BitReader<'_>,
        mut visit: impl FnMut(u32, bool, TermRef),
    ) -> Option<()> {
        for index in 0..n_names {
            let shown = reader.gamma();
            let hidden = if reader.bit() { reader.gamma() } else { 0 };
            if shown > MAX_NAME_TERMS || hidden > MAX_NAME_TERMS || reader.overrun() {
                return None;
            }
            for number in 0..shown + hidden {
                let term = self.code.read_ref(reader)?;
                visit(index, number < shown, term.behind_pieces(self.first_piece));
            }
        }
        (!reader.overrun()).then_some(())
    }
}

fn alternate() -> Name {
    Name { role: Role::Alternate, prefix: String::new(), terms: Vec::new(), hidden: Vec::new() }
}

impl Name {
    fn push(&mut self, shown: bool, term: TermRef) {
        if shown {
            let behind = Behind::Usual(Separator::None);
            self.terms.push(NameTerm { term, variant: 0, behind });
        } else {
            self.hidden.push(term);
        }
    }
}

#[cfg(feature = "build")]
mod write {
    use super::{NAME_SIZE_RICE, Name, NameCode};
    use crate::shard::bits::BitWriter;

    impl NameCode {
        /// Writes the alternates of one record.
        pub(crate) fn write_alternates(&self, names: &[Name], writer: &mut BitWriter) {
            let length = |count: usize| u32::try_from(count).unwrap_or(0);
            writer.gamma0(length(names.len()));
            if names.is_empty() {
                return;
            }
            let mut own = BitWriter::default();
            for name in names {
                own.gamma(length(name.terms.len()));
                own.bit(!name.hidden.is_empty());
                if !name.hidden.is_empty() {
                    own.gamma(length(name.hidden.len()));
                }
                for (term, _) in name.all_terms() {
                    self.write_ref(term, &mut own);
                }
            }
            writer.rice(length(own.position()), NAME_SIZE_RICE);
            writer.append(&own);
        }
    }
}
