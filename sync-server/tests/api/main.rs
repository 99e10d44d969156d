//! The server as its clients see it: every route on the real configuration, and the built program
//! on real sockets.

#[cfg(test)]
mod blobs;
#[cfg(test)]
mod bucket;
#[cfg(test)]
mod cors;
#[cfg(all(test, unix))]
mod crash;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod gazetteer;
#[cfg(test)]
mod geocode;
#[cfg(test)]
mod geography;
#[cfg(test)]
mod keys_fixture;
#[cfg(test)]
mod liechtenstein;
#[cfg(test)]
mod manifest;
#[cfg(test)]
mod operation;
#[cfg(test)]
mod patches;
#[cfg(test)]
mod process;
#[cfg(test)]
mod site;
#[cfg(test)]
mod sockets;
#[cfg(test)]
mod tls;
