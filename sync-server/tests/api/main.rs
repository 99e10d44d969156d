//! The server as its clients see it: every route on the real configuration, and the built program
//! on real sockets.

#[cfg(test)]
mod access;
#[cfg(test)]
mod access_fixture;
#[cfg(test)]
mod apps;
#[cfg(test)]
mod audit;
#[cfg(test)]
mod blobs;
#[cfg(test)]
mod bucket;
#[cfg(test)]
mod conflicts;
#[cfg(test)]
mod cors;
#[cfg(test)]
#[cfg(unix)]
mod crash;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod gazetteer;
#[cfg(test)]
mod generations;
#[cfg(test)]
mod geocode;
#[cfg(test)]
mod geography;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod keys_fields;
#[cfg(test)]
mod keys_fixture;
#[cfg(test)]
mod keys_list;
#[cfg(test)]
mod keys_process;
#[cfg(test)]
mod liechtenstein;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod patches;
#[cfg(test)]
mod patches_extremes;
#[cfg(test)]
mod patches_seen;
#[cfg(test)]
mod patches_world;
#[cfg(test)]
#[path = "../store/postgres.rs"]
mod postgres;
#[cfg(test)]
mod process;
#[cfg(test)]
mod proposals;
#[cfg(test)]
mod publish;
#[cfg(test)]
#[cfg(unix)]
mod publish_crash;
#[cfg(test)]
mod rebase;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod site;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod sync_compaction;
#[cfg(test)]
mod sync_fixture;
#[cfg(test)]
mod sync_process;
#[cfg(test)]
mod tls;
