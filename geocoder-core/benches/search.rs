//! Time of a search by data set and kind of query; a sample is a pass over all queries of a kind.
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![expect(clippy::expect_used, reason = "a bench of an unsound shard has nothing to measure")]

mod corpus;

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use geocoder_core::SearchRequest;

fn search(criterion: &mut Criterion) {
    for set in corpus::data_sets() {
        let mut group = criterion.benchmark_group(format!("search/{}", set.name));
        group.sample_size(10).measurement_time(Duration::from_secs(3));
        for (kind, texts) in set.queries.iter().filter(|(kind, _)| *kind != "reverse") {
            let requests: Vec<SearchRequest> = texts
                .iter()
                .map(|query| SearchRequest { query: query.clone(), ..SearchRequest::default() })
                .collect();
            group.throughput(Throughput::Elements(requests.len() as u64));
            group.bench_function(kind, |bencher| {
                bencher.iter(|| {
                    for request in &requests {
                        black_box(set.geocoder.search(request).expect("a sound shard"));
                    }
                });
            });
        }
        group.finish();
    }
}

criterion_group!(benches, search);
criterion_main!(benches);
