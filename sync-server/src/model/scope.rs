//! What a key may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One permission; routes name the one they need.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
pub enum Scope {
    /// `POST /search`.
    #[serde(rename = "geocode:search")]
    GeocodeSearch,
    /// `POST /reverse`.
    #[serde(rename = "geocode:reverse")]
    GeocodeReverse,
    /// Manifest, changes and events of synchronisation.
    #[serde(rename = "sync:read")]
    SyncRead,
    /// Reading patches and their history.
    #[serde(rename = "patches:read")]
    PatchesRead,
    /// Making and changing pending patches.
    #[serde(rename = "patches:write")]
    PatchesWrite,
    /// Making patches approved or pending again, and changing or deleting approved ones.
    #[serde(rename = "patches:approve")]
    PatchesApprove,
    /// Proposing corrections without seeing those of others; the one that public keys may get.
    #[serde(rename = "patches:propose")]
    PatchesPropose,
    /// Reading keys.
    #[serde(rename = "keys:read")]
    KeysRead,
    /// Making, changing, rotating and deleting keys.
    #[serde(rename = "keys:write")]
    KeysWrite,
    /// Reading apps.
    #[serde(rename = "apps:read")]
    AppsRead,
    /// Making, changing and deleting apps.
    #[serde(rename = "apps:write")]
    AppsWrite,
    /// Publishing and rolling back generations of shards.
    #[serde(rename = "shards:publish")]
    ShardsPublish,
    /// Reading the audit log.
    #[serde(rename = "audit:read")]
    AuditRead,
}

impl Scope {
    /// All scopes in the order of their numbers, which start at 1 and never change.
    pub const ALL: [Self; 13] = [
        Self::GeocodeSearch,
        Self::GeocodeReverse,
        Self::SyncRead,
        Self::PatchesRead,
        Self::PatchesWrite,
        Self::PatchesApprove,
        Self::PatchesPropose,
        Self::KeysRead,
        Self::KeysWrite,
        Self::AppsRead,
        Self::AppsWrite,
        Self::ShardsPublish,
        Self::AuditRead,
    ];

    /// Returns the name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::GeocodeSearch => "geocode:search",
            Self::GeocodeReverse => "geocode:reverse",
            Self::SyncRead => "sync:read",
            Self::PatchesRead => "patches:read",
            Self::PatchesWrite => "patches:write",
            Self::PatchesApprove => "patches:approve",
            Self::PatchesPropose => "patches:propose",
            Self::KeysRead => "keys:read",
            Self::KeysWrite => "keys:write",
            Self::AppsRead => "apps:read",
            Self::AppsWrite => "apps:write",
            Self::ShardsPublish => "shards:publish",
            Self::AuditRead => "audit:read",
        }
    }

    fn bit(self) -> u32 {
        1 << self as u32
    }
}

/// A set of scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScopeSet(u32);

impl ScopeSet {
    /// What public keys may do unless told less: geocode and synchronise.
    pub const PUBLIC: Self = Self(
        1 << Scope::GeocodeSearch as u32
            | 1 << Scope::GeocodeReverse as u32
            | 1 << Scope::SyncRead as u32,
    );
    /// Everything.
    pub const ALL: Self = Self((1 << Scope::ALL.len()) - 1);

    /// Returns the set with one more.
    #[must_use]
    pub fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether a scope is in the set.
    pub fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }

    /// Returns what both sets have.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Iterates over the scopes in the order of their numbers.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::default(), Self::with)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_keys_may_geocode_and_synchronise_and_nothing_else() {
        let names: Vec<_> = ScopeSet::PUBLIC.iter().map(Scope::name).collect();
        assert_eq!(names, ["geocode:search", "geocode:reverse", "sync:read"]);
        assert!(Scope::ALL.into_iter().all(|scope| ScopeSet::ALL.contains(scope)));
    }

    #[test]
    fn names_on_the_wire_are_those_in_json() {
        for scope in Scope::ALL {
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.name());
        }
    }
}
