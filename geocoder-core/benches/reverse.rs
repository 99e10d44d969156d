//! Time of a reverse search by data set; a sample is a pass over all points.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![expect(clippy::expect_used, reason = "a bench of an unsound shard has nothing to measure")]

mod corpus;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geocoder_core::ReverseRequest;

fn reverse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("reverse");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    for set in corpus::data_sets() {
        let requests: Vec<ReverseRequest> =
            set.points().into_iter().map(ReverseRequest::at).collect();
        group.throughput(Throughput::Elements(requests.len() as u64));
        group.bench_function(&set.name, |bencher| {
            bencher.iter(|| {
                for request in &requests {
                    black_box(set.geocoder.reverse(request).expect("a sound shard"));
                }
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reverse);
criterion_main!(benches);
