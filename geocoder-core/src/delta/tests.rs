//! Snapshots and deltas over any corrections, and decoding over any bytes.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::overlay::{
    Change, Correction, CorrectionId, PatchFields, PatchHouse, PatchNames, PatchRecord, RecordRef,
};
use crate::{LonLat, RecordType};

const GENERATION: Generation = Generation(*b"\xd5\xe7\x51\xde\x94\x90\x9b\xe5");

fn any_text() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Za-zÁáÐðÞþ東 ]{1,40}", Just("Reykjavík".to_string())]
}

fn any_record() -> impl Strategy<Value = PatchRecord> {
    let fields = (any_text(), prop::option::of(any_text()), any_text(), any_text());
    let fields = fields.prop_map(|(name, city, county, country)| PatchFields {
        name,
        city: city.unwrap_or_default(),
        county,
        country,
        ..PatchFields::default()
    });
    let house = (0u32..10_000, "[a-z]{0,3}", any_text());
    let house = house.prop_map(|(number, suffix, street)| PatchHouse { number, suffix, street });
    let names = prop::array::uniform5(prop::option::of(any_text()));
    let names = names.prop_map(|[name, city, county, administrative, country]| PatchNames {
        name,
        city,
        county,
        administrative,
        country,
    });
    let coordinates = prop_oneof![
        (-18_000_000..=18_000_000, -9_000_000..=9_000_000)
            .prop_map(|(lon, lat)| (f64::from(lon) / 1e5, f64::from(lat) / 1e5)),
        (-1_800_000_000..=1_800_000_000, -900_000_000..=900_000_000)
            .prop_map(|(lon, lat)| (f64::from(lon) / 1e7, f64::from(lat) / 1e7)),
        (-180.0..=180.0, -90.0..=90.0),
        Just((-0.0, 0.0)),
    ];
    let languages = prop::collection::vec(("[a-z]{2,3}", names), 0..3);
    let lists = (languages, prop::collection::vec("[0-9]{3,5}", 0..4));
    let kind = (0u8..10).prop_map(|kind| RecordType::from_number(kind).unwrap());
    let population = 0..=i32::MAX.unsigned_abs();
    (kind, fields, lists, population, coordinates, prop::option::of(house)).prop_map(
        |(kind, default, (languages, zipcodes), population, (lon, lat), house)| PatchRecord {
            kind,
            default,
            languages,
            zipcodes,
            population,
            coordinates: LonLat { lon, lat },
            house,
        },
    )
}

/// A correction with one of a few ids, so that operations meet.
fn any_correction() -> impl Strategy<Value = Correction> {
    let target = prop_oneof![
        any::<u32>().prop_map(|ordinal| RecordRef::Place { ordinal }),
        (any::<u32>(), 0u32..128).prop_map(|(block, index)| RecordRef::Record { block, index }),
        (0u32..9_000, 0u32..128, 0u32..500, "[a-z]{0,3}").prop_map(
            |(block, index, number, suffix)| RecordRef::House { block, index, number, suffix }
        ),
        any::<[u8; 16]>().prop_map(|id| RecordRef::Added { id: CorrectionId(id) }),
    ];
    (0u8..20, prop::option::of(target), prop::option::of(any_record())).prop_map(
        |(id, target, record)| Correction {
            id: id_of(id),
            target,
            change: record.map_or(Change::Remove, |record| Change::Put(Box::new(record))),
        },
    )
}

fn id_of(number: u8) -> CorrectionId {
    // Order of ids is not that of the numbers.
    CorrectionId([number.wrapping_mul(37); 16])
}

fn any_change() -> impl Strategy<Value = OperationChange> {
    prop_oneof![
        3 => any_correction().prop_map(OperationChange::Put),
        1 => (0u8..20).prop_map(|id| OperationChange::Delete(id_of(id))),
    ]
}

/// Numbers changes from one on, some of them left out.
fn operations(changes: Vec<OperationChange>) -> Vec<Operation> {
    let numbered = (1u64..).step_by(3).zip(changes);
    numbered.map(|(seq, change)| Operation { seq, change }).collect()
}

fn delta_of(from: u64, to: u64, head: u64, operations: &[Operation]) -> Delta {
    let inside = operations.iter().filter(|o| (from + 1..=to).contains(&o.seq));
    let state = (to == head).then_some([9; 32]);
    let operations = inside.cloned().collect();
    Delta { generation: GENERATION, from, to, head, state, operations }
}

fn state_of(operations: &[Operation]) -> Snapshot {
    let mut model = BTreeMap::new();
    for operation in operations {
        match &operation.change {
            OperationChange::Put(correction) => model.insert(correction.id, correction.clone()),
            OperationChange::Delete(id) => model.remove(id),
        };
    }
    Snapshot { generation: GENERATION, corrections: model.into_values().collect() }
}

/// Decodes bytes as both; what is taken is what encoding writes.
fn check_bytes(bytes: &[u8]) -> Result<bool, TestCaseError> {
    let snapshot = Snapshot::decode(bytes);
    if let Ok(snapshot) = &snapshot {
        prop_assert_eq!(snapshot.encode(), bytes);
    }
    let delta = Delta::decode(bytes);
    if let Ok(delta) = &delta {
        prop_assert_eq!(delta.encode(), bytes);
    }
    Ok(snapshot.is_ok() || delta.is_ok())
}

proptest! {
    #[test]
    fn deltas_of_any_lengths_lead_to_the_state_of_all_operations(
        changes in prop::collection::vec(any_change(), 0..60),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..5),
    ) {
        let operations = operations(changes);
        let head = operations.last().map_or(0, |last| last.seq);
        let expected = state_of(&operations);
        let mut ends: Vec<u64> =
            cuts.iter().map(|cut| cut.index(operations.len() * 3 + 1) as u64).collect();
        ends.retain(|end| *end < head);
        ends.push(head);
        ends.sort_unstable();
        let mut state = Snapshot::empty(GENERATION);
        let mut before: Option<Delta> = None;
        for to in ends {
            let from = before.as_ref().map_or(0, |before| before.to);
            let delta = delta_of(from, to, head, &operations);
            let read = Delta::decode(&delta.encode()).unwrap();
            prop_assert_eq!(&read, &delta);
            prop_assert!(before.is_none_or(|before| read.follows(&before).is_ok()));
            state.apply(&read).unwrap();
            // What is stored in between comes back as it was.
            state = Snapshot::decode(&state.encode()).unwrap();
            before = Some(read);
        }
        prop_assert_eq!(state.encode(), expected.encode());
        prop_assert_eq!(state, expected);
    }

    #[test]
    fn what_later_operations_replace_can_be_left_out(
        changes in prop::collection::vec(any_change(), 0..60),
    ) {
        let all = operations(changes);
        let head = all.last().map_or(0, |last| last.seq);
        let mut folded = all.clone();
        folded.retain(|o| all.iter().all(|later| later.seq <= o.seq || later.change.id() != o.change.id()));
        let mut state = Snapshot::empty(GENERATION);
        state.apply(&delta_of(0, head, head, &folded)).unwrap();
        prop_assert_eq!(state, state_of(&all));
    }

    #[test]
    fn no_bytes_make_decoding_panic_and_what_it_takes_is_what_encoding_writes(
        random in prop::collection::vec(any::<u8>(), 0..80),
        changes in prop::collection::vec(any_change(), 1..8),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1u8..=255), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        check_bytes(&random)?;
        let operations = operations(changes);
        let head = operations.last().map_or(0, |last| last.seq);
        let delta = delta_of(0, head, head, &operations).encode();
        for encoded in [delta, state_of(&operations).encode()] {
            prop_assert!(check_bytes(&encoded)?);
            check_bytes(&[&encoded[..13], &random].concat())?;
            let mut flipped = encoded.clone();
            for (at, bits) in &flips {
                flipped[at.index(encoded.len())] ^= bits;
            }
            check_bytes(&flipped)?;
            prop_assert!(!check_bytes(&encoded[..cut.index(encoded.len())])?);
            prop_assert!(!check_bytes(&[&encoded[..], b"a"].concat())?);
        }
    }

    #[test]
    fn corrections_with_ids_out_of_order_or_twice_are_refused(
        first in any_correction(),
        second in any_correction(),
    ) {
        let ordered = first.id < second.id;
        let corrections = vec![first, second];
        let encoded = Snapshot { generation: GENERATION, corrections }.encode();
        prop_assert_eq!(Snapshot::decode(&encoded).is_ok(), ordered);
    }
}

#[test]
fn counts_that_the_bytes_cannot_hold_are_refused() {
    for magic in [b"HSNP", b"HDLT"] {
        let mut bytes = magic.to_vec();
        bytes.push(1);
        bytes.extend([0; 8]);
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f].repeat(6));
        assert!(Snapshot::decode(&bytes).is_err());
        assert!(Delta::decode(&bytes).is_err());
    }
}

#[test]
fn other_kinds_versions_and_generations_are_told_apart() {
    let empty = Snapshot::empty(GENERATION).encode();
    assert_eq!(Delta::decode(&empty), Err(DeltaError::NotThis { expected: "delta" }));
    let mut newer = empty.clone();
    newer[4] = 2;
    assert_eq!(Snapshot::decode(&newer), Err(DeltaError::UnsupportedVersion { found: 2 }));
    let other = Generation([7; 8]);
    let delta = Delta { generation: other, ..delta_of(0, 0, 0, &[]) };
    let mut state = Snapshot::decode(&empty).unwrap();
    let error = state.apply(&delta).unwrap_err();
    assert_eq!(error, DeltaError::WrongGeneration { expected: GENERATION, got: other });
    assert_eq!(
        delta_of(4, 5, 6, &[]).follows(&delta_of(0, 3, 6, &[])),
        Err(DeltaError::OutOfOrder { expected: 3, got: 4 })
    );
}

#[test]
fn positions_and_hashes_that_contradict_each_other_are_refused() {
    let put = Operation { seq: 3, change: OperationChange::Delete(id_of(1)) };
    let sound = Delta { operations: vec![put], ..delta_of(2, 5, 5, &[]) };
    assert_eq!(Delta::decode(&sound.encode()).as_ref(), Ok(&sound));
    let wrong = [
        Delta { from: 6, ..sound.clone() },
        Delta { to: 2, head: 2, ..sound.clone() },
        Delta { head: 4, ..sound.clone() },
        // The hash of a state that is not the head's.
        Delta { head: 6, ..sound.clone() },
        Delta { from: 3, ..sound.clone() },
        Delta { operations: [&sound.operations[..], &sound.operations].concat(), ..sound.clone() },
    ];
    for (number, wrong) in wrong.iter().enumerate() {
        assert!(Delta::decode(&wrong.encode()).is_err(), "{number}");
    }
}

#[test]
fn a_state_has_at_most_a_million_corrections() {
    let removal = |number: u32| {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        Correction { id: CorrectionId(id), target: None, change: Change::Remove }
    };
    let full = (0..1_000_000).map(removal).collect();
    let mut state = Snapshot { generation: GENERATION, corrections: full };
    let replace = Operation { seq: 1, change: OperationChange::Put(removal(7)) };
    let delta = Delta { operations: vec![replace], ..delta_of(0, 1, 1, &[]) };
    assert_eq!(state.apply(&delta), Ok(()));
    let add = Operation { seq: 1, change: OperationChange::Put(removal(1_000_000)) };
    let delta = Delta { operations: vec![add], ..delta_of(0, 1, 1, &[]) };
    let error = state.apply(&delta).unwrap_err();
    assert_eq!(error, DeltaError::TooManyCorrections { limit: MAX_CORRECTIONS });
    assert_eq!(state.corrections.len(), MAX_CORRECTIONS);
    state.corrections.push(removal(1_000_000));
    assert!(Snapshot::decode(&state.encode()).is_err());
}

#[test]
fn a_generation_is_sixteen_digits() {
    assert_eq!(GENERATION.to_string(), "d5e751de94909be5");
    assert_eq!("d5e751de94909be5".parse(), Ok(GENERATION));
    for wrong in ["", "d5e751de94909be", "d5e751de94909be5a", "d5e751de94909beg"] {
        assert_eq!(wrong.parse::<Generation>(), Err(DeltaError::NotAGeneration), "{wrong}");
    }
}

#[test]
fn people_read_a_delta_as_json() {
    let removal = Correction {
        id: id_of(1),
        target: Some(RecordRef::Place { ordinal: 4 }),
        change: Change::Remove,
    };
    let changes = vec![OperationChange::Put(removal), OperationChange::Delete(id_of(0))];
    let json = serde_json::to_value(delta_of(0, 4, 4, &operations(changes))).unwrap();
    let expected = serde_json::json!({
        "generation": "d5e751de94909be5", "from": 0, "to": 4, "head": 4,
        "state": "09".repeat(32),
        "operations": [
            { "seq": 1, "change": { "put": {
                "id": "25".repeat(16), "target": { "place": { "ordinal": 4 } }, "change": "remove",
            } } },
            { "seq": 4, "change": { "delete": "00".repeat(16) } },
        ],
    });
    assert_eq!(json, expected);
}
