//! Encodes alternates that are apart from the records: a chunk for each chunk of records.

use super::Sections;
use super::blocks::{Block, Blocks};
use super::dictionary::Terms;
use super::records::with_header;
use crate::shard::alternates::BLOCK_SIZE_RICE;
use crate::shard::bits::BitWriter;
use crate::shard::names::{Name, NameCode};

/// Encodes the alternates of all blocks, given how many blocks each chunk has.
pub(super) fn encode(
    blocks: &Blocks<'_>,
    groups: impl Iterator<Item = usize>,
    terms: &Terms,
    sections: &mut Sections,
) -> Vec<Vec<u8>> {
    let mut rest = &blocks.blocks[..];
    let mut chunks = Vec::new();
    for length in groups {
        let (group, behind) = rest.split_at(length);
        rest = behind;
        let chunk = encode_chunk(group, terms);
        sections.add("alternates", chunk.len());
        chunks.push(chunk);
    }
    chunks
}

fn encode_chunk(blocks: &[Block<'_>], terms: &Terms) -> Vec<u8> {
    let names: Vec<Vec<Vec<Name>>> = blocks
        .iter()
        .map(|block| {
            let records = block.records.iter();
            records.map(|r| r.alternates.iter().map(|name| terms.name(name)).collect()).collect()
        })
        .collect();
    let code = terms.code(names.iter().flatten().flatten(), &[]);
    let encoded: Vec<Vec<u8>> = names.iter().map(|names| encode_block(names, &code)).collect();
    let mut header = BitWriter::default();
    header.gamma0(blocks.len() as u32);
    code.write(&mut header);
    for bytes in &encoded {
        header.rice(bytes.len() as u32, BLOCK_SIZE_RICE);
    }
    with_header(header, &encoded)
}

fn encode_block(names: &[Vec<Name>], code: &NameCode) -> Vec<u8> {
    let mut writer = BitWriter::default();
    writer.gamma(names.len() as u32);
    for names in names {
        code.write_alternates(names, &mut writer);
    }
    writer.finish()
}
