//! What corrections cost on the wire: snapshots and deltas of real records of Iceland, compressed
//! as servers do.
#![expect(clippy::unwrap_used, reason = "a test that finds something missing has failed")]

use geocoder_core::Shard;
use geocoder_core::delta::{Delta, Generation, Operation, OperationChange, Snapshot};
use geocoder_core::overlay::{Change, Correction, CorrectionId, PatchRecord, RecordRef};
use geocoder_core::shard::writer::ShardWriter;
use hereabouts_tests::demo_gazetteer;

const GENERATION: Generation = Generation([7; 8]);

/// Returns some streets and points of every block of a shard.
fn records(shard: &Shard<Vec<u8>>) -> Vec<(RecordRef, PatchRecord)> {
    let mut records = Vec::new();
    for block in 0.. {
        let of_block = (0..3).map(|index| RecordRef::Record { block, index });
        let of_block = of_block.map_while(|r| Some((r.clone(), shard.record(&r).unwrap()?)));
        let before = records.len();
        records.extend(of_block);
        if records.len() == before {
            return records;
        }
    }
    records
}

/// Corrects records all over the country: names, positions, numbers of houses, postcodes.
fn corrections(records: &[(RecordRef, PatchRecord)], count: usize) -> Vec<Correction> {
    let step = records.len() / count;
    let mut corrections = Vec::new();
    for (number, (target, record)) in records.iter().step_by(step).take(count).enumerate() {
        let (mut target, mut record) = (Some(target.clone()), record.clone());
        match number % 5 {
            0 => record.default.name.insert_str(0, "Neðri "),
            1 => record.coordinates.lat = (record.coordinates.lat * 1e7 + 12_345.0).round() / 1e7,
            2 => record.zipcodes = vec![format!("{}", 101 + number % 899)],
            3 => target = None,
            _ => record.population += 1,
        }
        let mut id = [0; 16];
        let mut random = number as u64;
        for part in id.chunks_mut(8) {
            random = (random ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            random ^= random >> 29;
            part.copy_from_slice(&random.wrapping_mul(0x94d0_49bb_1331_11eb).to_le_bytes());
        }
        let change = Change::Put(Box::new(record));
        corrections.push(Correction { id: CorrectionId(id), target, change });
    }
    corrections.sort_by_key(|correction| correction.id);
    corrections
}

fn brotli(bytes: &[u8], quality: i32) -> usize {
    let parameters = brotli::enc::BrotliEncoderParams { quality, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &bytes[..], &mut compressed, &parameters).unwrap();
    compressed.len()
}

#[test]
fn corrections_stay_within_their_bars_on_the_wire() {
    let written = ShardWriter::new(&demo_gazetteer("is").unwrap()).write().unwrap();
    let records = records(&Shard::open(written.bytes).unwrap());
    for (count, bar) in [(1, 1_000), (100, 10_000), (1_000, 80_000)] {
        let corrections = corrections(&records, count);
        let snapshot = Snapshot { generation: GENERATION, corrections };
        let operations = (1..)
            .zip(snapshot.corrections.clone())
            .map(|(seq, correction)| Operation { seq, change: OperationChange::Put(correction) });
        let head = count as u64;
        let delta = Delta {
            generation: GENERATION,
            from: 0,
            to: head,
            head,
            state: Some([9; 32]),
            operations: operations.collect(),
        };
        let encoded = [("snapshot", snapshot.encode()), ("delta", delta.encode())];
        assert_eq!(Snapshot::decode(&encoded[0].1).unwrap(), snapshot);
        assert_eq!(Delta::decode(&encoded[1].1).unwrap(), delta);
        for (what, bytes) in encoded {
            let sizes = [5, 11].map(|quality| brotli(&bytes, quality));
            eprintln!("{what} of {count}: {} bytes, brotli {sizes:?}", bytes.len());
            assert!(sizes.into_iter().all(|size| size <= bar), "{what} of {count}: {sizes:?}");
        }
    }
}
