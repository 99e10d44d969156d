//! Sizes are exact, so they are asserted: what a country costs to download and to hold.

use geocoder_core::Shard;
use hereabouts_tests::liechtenstein;
use shard_builder::inspect::inspect;

#[test]
fn liechtenstein_stays_within_its_size_bars() {
    let shard = Shard::open(liechtenstein().bytes.clone()).unwrap();
    let inspection = inspect(&shard);
    assert!(inspection.total.brotli_bytes < 200_000, "{:?}", inspection.total);
    assert!(inspection.without_geometry.brotli_bytes < 150_000);
    // Bytes per record: compressed, and as they lie in memory where there is a bar for it.
    let bars = [("house", 2.7, 2.7), ("street", 9.0, 15.0), ("street_geometry", 8.0, 8.0)];
    for (name, compressed, raw) in bars {
        let found = inspection.per_record.get(name).unwrap();
        assert!(found.brotli_bytes <= compressed, "{name}: {:.2}", found.brotli_bytes);
        assert!(found.raw_bytes <= raw, "{name}: {:.2}", found.raw_bytes);
    }
}
