//! Alternate names apart from the records they belong to: searched, never shown, so that they
//! are nothing but references to terms of a dictionary of their own.
//!
//! Question a chunk answers: what else are the records of this block called.

use super::bits::BitReader;
use super::block::NameLists;
use super::container::block_starts;
use super::names::{MAX_NAME_TERMS, MAX_NAMES, NameCode, Role};
use super::records::MAX_BLOCK_RECORDS;
use crate::error::{Error, Result};

/// Rice parameter of the sizes of blocks, in bytes.
pub(crate) const BLOCK_SIZE_RICE: u32 = 9;

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

    /// Reads a block: the alternates of each of its records, as a list.
    pub(crate) fn block(&self, bytes: &[u8], block: usize) -> Result<NameLists> {
        let cut = malformed("no such block");
        let range = self.starts.get(block).zip(self.starts.get(block + 1)).ok_or(cut.clone())?;
        let bytes = bytes.get(*range.0..*range.1).ok_or(cut)?;
        let mut reader = BitReader::new(bytes, 0);
        let count = reader.gamma() as usize;
        if count > MAX_BLOCK_RECORDS {
            return Err(malformed("too many records in a block"));
        }
        let mut lists = NameLists::default();
        for _ in 0..count {
            let n_names = reader.gamma0();
            if n_names > MAX_NAMES {
                return Err(malformed("too many names"));
            }
            let read = self.names(n_names, &mut reader, &mut lists);
            read.ok_or(malformed("unreadable names"))?;
        }
        lists.shrink();
        Ok(lists)
    }

    /// Reads the names of one record; `None` when they are broken.
    fn names(&self, n_names: u32, reader: &mut BitReader<'_>, lists: &mut NameLists) -> Option<()> {
        for _ in 0..n_names {
            let shown = reader.gamma();
            let hidden = if reader.bit() { reader.gamma() } else { 0 };
            if shown > MAX_NAME_TERMS || hidden > MAX_NAME_TERMS || reader.overrun() {
                return None;
            }
            for _ in 0..shown + hidden {
                let term = self.code.read_ref(reader)?;
                lists.push_term(term.behind_pieces(self.first_piece));
            }
            lists.end_name(Role::Alternate, hidden);
        }
        lists.end_list();
        (!reader.overrun()).then_some(())
    }
}

#[cfg(feature = "build")]
mod write {
    use super::NameCode;
    use crate::shard::bits::BitWriter;
    use crate::shard::names::Name;

    impl NameCode {
        /// Writes the alternates of one record.
        pub(crate) fn write_alternates(&self, names: &[Name], writer: &mut BitWriter) {
            let length = |count: usize| u32::try_from(count).unwrap_or(0);
            writer.gamma0(length(names.len()));
            for name in names {
                writer.gamma(length(name.terms.len()));
                writer.bit(!name.hidden.is_empty());
                if !name.hidden.is_empty() {
                    writer.gamma(length(name.hidden.len()));
                }
                let shown = name.terms.iter().map(|term| term.term);
                for term in shown.chain(name.hidden.iter().copied()) {
                    self.write_ref(term, writer);
                }
            }
        }
    }
}
