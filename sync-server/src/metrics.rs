//! Counts of requests and sizes of what is served, in the text format of Prometheus.
//!
//! Format: <https://prometheus.io/docs/instrumenting/exposition_formats/>

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::{Method, StatusCode};

use crate::overlays::OverlaySize;
use crate::state::AppState;

/// Upper ends of the ranges of durations that are counted, in seconds.
const BUCKETS_S: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

/// Path of the route that a request matched: what paths are put together under.
#[derive(Debug, Clone, Copy)]
pub struct RoutePath(pub &'static str);

/// Counts since the start.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    answers: BTreeMap<(&'static str, &'static str, u16), u64>,
    durations: BTreeMap<&'static str, Durations>,
}

#[derive(Debug, Default)]
struct Durations {
    /// Number within each range, the last one beyond all.
    within: [u64; BUCKETS_S.len() + 1],
    sum: Duration,
}

impl Metrics {
    /// Counts an answer. The time is that until its head; bodies may stream on for long.
    pub fn count(
        &self,
        route: Option<RoutePath>,
        method: &Method,
        status: StatusCode,
        duration: Duration,
    ) {
        // Whatever clients make up must not make new series.
        let route = route.map_or("other", |route| route.0);
        let method = match *method {
            Method::GET => "GET",
            Method::HEAD => "HEAD",
            Method::POST => "POST",
            Method::PUT => "PUT",
            Method::PATCH => "PATCH",
            Method::DELETE => "DELETE",
            Method::OPTIONS => "OPTIONS",
            _ => "other",
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.answers.entry((route, method, status.as_u16())).or_default() += 1;
        let durations = counts.durations.entry(route).or_default();
        durations.sum += duration;
        let range = BUCKETS_S.partition_point(|end| *end < duration.as_secs_f64());
        if let Some(count) = durations.within.get_mut(range) {
            *count += 1;
        }
    }

    fn write_requests(&self, text: &mut String) -> std::fmt::Result {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        head(text, "hereabouts_requests_total", "counter", "Requests answered.")?;
        for ((route, method, status), count) in &counts.answers {
            writeln!(
                text,
                "hereabouts_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}} {count}"
            )?;
        }
        let name = "hereabouts_request_duration_seconds";
        head(text, name, "histogram", "Time from the head of a request to that of its answer.")?;
        for (route, durations) in &counts.durations {
            let mut total = 0;
            let ends = BUCKETS_S.iter().map(f64::to_string).chain(["+Inf".to_owned()]);
            for (end, count) in ends.zip(durations.within) {
                total += count;
                writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{end}\"}} {total}")?;
            }
            let sum_s = durations.sum.as_secs_f64();
            writeln!(text, "{name}_sum{{route=\"{route}\"}} {sum_s}")?;
            writeln!(text, "{name}_count{{route=\"{route}\"}} {total}")?;
        }
        Ok(())
    }
}

/// Writes all metrics of a server.
pub async fn write(state: &AppState) -> String {
    // A store that does not answer is told by its absence: the other metrics are wanted then.
    let store_version = state.store.version().await.ok();
    let mut text = String::new();
    // Writing into a text does not fail.
    let _ = state.metrics.write_requests(&mut text);
    let _ = write_sizes(&mut text, state, store_version);
    text
}

fn write_sizes(
    text: &mut String,
    state: &AppState,
    store_version: Option<i64>,
) -> std::fmt::Result {
    let catalog = state.catalog.current();
    let manifest = catalog.manifest();
    head(text, "hereabouts_build_info", "gauge", "Version of the program.")?;
    writeln!(text, "hereabouts_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"))?;
    head(text, "hereabouts_shards", "gauge", "Countries on offer.")?;
    writeln!(text, "hereabouts_shards {}", manifest.countries.len())?;
    head(text, "hereabouts_shard_bytes", "gauge", "Size of the shards on offer.")?;
    let bytes: u64 = manifest.countries.values().map(|entry| entry.base.size).sum();
    writeln!(text, "hereabouts_shard_bytes {bytes}")?;
    head(text, "hereabouts_manifest_version", "gauge", "Version of the manifest.")?;
    writeln!(text, "hereabouts_manifest_version {}", manifest.version)?;
    if let Some(version) = store_version {
        head(text, "hereabouts_store_version", "gauge", "Changes of the database so far.")?;
        writeln!(text, "hereabouts_store_version {version}")?;
    }
    head(text, "hereabouts_overlay_patches", "gauge", "Approved patches over the shards.")?;
    let sizes = state.overlays.sizes();
    for OverlaySize { app_id, country, applied, .. } in &sizes {
        writeln!(
            text,
            "hereabouts_overlay_patches{{app=\"{app_id}\",country=\"{country}\"}} {applied}"
        )?;
    }
    head(text, "hereabouts_overlay_state_bytes", "gauge", "Size of a snapshot of the patches.")?;
    for OverlaySize { app_id, country, state_bytes, .. } in &sizes {
        writeln!(
            text,
            "hereabouts_overlay_state_bytes{{app=\"{app_id}\",country=\"{country}\"}} {state_bytes}"
        )?;
    }
    head(text, "hereabouts_sync_streams", "gauge", "Devices that listen to changes.")?;
    writeln!(text, "hereabouts_sync_streams {}", state.sync.streams.len())?;
    Ok(())
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_route_and_durations_add_up() {
        let metrics = Metrics::default();
        let search = Some(RoutePath("/search"));
        for duration_us in [400, 500, 501, 3_000_000] {
            let duration = Duration::from_micros(duration_us);
            metrics.count(search, &Method::POST, StatusCode::OK, duration);
        }
        metrics.count(None, &Method::TRACE, StatusCode::NOT_FOUND, Duration::ZERO);
        let mut text = String::new();
        metrics.write_requests(&mut text).unwrap();
        for line in [
            "hereabouts_requests_total{route=\"/search\",method=\"POST\",status=\"200\"} 4",
            "hereabouts_requests_total{route=\"other\",method=\"other\",status=\"404\"} 1",
            "hereabouts_request_duration_seconds_bucket{route=\"/search\",le=\"0.0005\"} 2",
            "hereabouts_request_duration_seconds_bucket{route=\"/search\",le=\"0.001\"} 3",
            "hereabouts_request_duration_seconds_bucket{route=\"/search\",le=\"2.5\"} 3",
            "hereabouts_request_duration_seconds_bucket{route=\"/search\",le=\"+Inf\"} 4",
            "hereabouts_request_duration_seconds_sum{route=\"/search\"} 3.001401",
            "hereabouts_request_duration_seconds_count{route=\"/search\"} 4",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
