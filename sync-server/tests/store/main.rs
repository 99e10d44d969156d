//! What every store has to do, on SQLite and on PostgreSQL, and what each does besides.

#[cfg(test)]
mod backups;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod model;
#[cfg(test)]
mod postgres;
#[cfg(test)]
mod replicas;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sync;
