//! What a map can draw of a shard: lines of streets and boundaries of places in a box.

use crate::error::Result;
use crate::geo::{BBox, LonLat};
use crate::overlay::is_hidden;
use crate::shard::{Lookup, Shard, point};

/// Lines to draw; every line is a list of points.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features {
    /// Lines of streets that may touch the box.
    pub streets: Vec<Vec<LonLat>>,
    /// Pieces of the boundaries of places whose box may touch the box.
    pub boundaries: Vec<Vec<LonLat>>,
}

/// Largest number of street lines of one answer; a map of more would be a stain.
pub const MAX_STREET_LINES: usize = 20_000;

/// Collects what a shard has in a box; streets only when they are asked for.
pub(crate) fn collect<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    bbox: &BBox,
    with_streets: bool,
    features: &mut Features,
) -> Result<()> {
    for (number, entry) in shard.places().boundaries.iter().enumerate() {
        if !entry.bbox.touches(bbox) {
            continue;
        }
        if let Lookup::Found(chunk) = shard.boundaries(number)? {
            chunk.each_arc(|arc| features.boundaries.push(arc.to_vec()));
        }
    }
    if !with_streets {
        return Ok(());
    }
    for (number, entry) in shard.places().records.iter().enumerate() {
        if !entry.bbox.touches(bbox) {
            continue;
        }
        let Lookup::Found(boxes) = shard.block_boxes(number)? else { continue };
        for (block, block_box) in boxes {
            if block_box.touches(bbox) && features.streets.len() < MAX_STREET_LINES {
                collect_block(shard, block, features)?;
            }
        }
    }
    Ok(())
}

fn collect_block<D: AsRef<[u8]>>(
    shard: &Shard<D>,
    block: u32,
    features: &mut Features,
) -> Result<()> {
    let (Lookup::Found(records), Lookup::Found(lines)) =
        (shard.block(block)?, shard.block_lines(block)?)
    else {
        return Ok(());
    };
    let hidden = shard.hidden_records(block);
    let shown = (0..records.records.len()).filter(|record| !is_hidden(hidden, *record));
    for line in shown.flat_map(|record| lines.of(record)) {
        features.streets.push(line.iter().map(|(lat, lon)| point(*lat, *lon)).collect());
    }
    Ok(())
}
