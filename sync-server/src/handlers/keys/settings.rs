//! Fields of a key that requests can set, in the words of three APIs.

use serde_json::Value;

use crate::access::allowed::{Domain, network_entry, parse_network};
use crate::access::rate_limit::is_sensible;
use crate::access::scopes_of_role;
use crate::access::version::{self, VersionChange};
use crate::error::ApiError;
use crate::fields::FieldReader;
use crate::model::key::RateLimit;
use crate::model::{Key, KeyStatus, Role, Scope, Timestamp};

/// Names of the list of addresses: this API's, a lender's and a mailer's.
const ALLOWED_IPS: [&str; 3] = ["allowedIps", "whitelistedIPs", "allowedIp"];
const MAX_DOMAINS: usize = 100;
const MAX_NETWORKS: usize = 50;
const MAX_COUNTRIES: usize = 250;
const MAX_METADATA: usize = 50;

/// Reads the role of a new key.
pub fn read_role(fields: &mut FieldReader) -> Option<Role> {
    fields.choice(
        &["role", "permissionType"],
        &[("public", Role::Public), ("private", Role::Private)],
    )
}

/// Accepts what cannot be changed when it is what it was.
pub fn read_fixed(fields: &mut FieldReader, key: &Key) {
    fields.fixed(&["id"], &key.id);
    fields.fixed(&["appId", "subAccountId"], &key.app_id);
    let role = match key.role {
        Role::Public => "public",
        Role::Private => "private",
    };
    fields.fixed(&["role", "permissionType"], role);
}

/// Changes a key by the fields that are there; `null` takes back what was set.
///
/// # Errors
/// Refuses an older version of the API once the time for going back is over. What is wrong with
/// the fields themselves is left in the reader.
pub fn apply(fields: &mut FieldReader, key: &mut Key, now: Timestamp) -> Result<(), ApiError> {
    if let Some(name) = fields.text(&["name"], 1..=100) {
        key.name = name;
    }
    if let Some(description) = fields.text(&["description"], 1..=200) {
        key.description = description;
    }
    if let Some(user_id) = fields.text(&["userId"], 1..=100) {
        key.user_id = user_id;
    }
    let statuses = [("active", KeyStatus::Active), ("inactive", KeyStatus::Inactive)];
    if let Some(status) = fields.choice(&["status"], &statuses) {
        key.status = status;
    }
    let domain =
        |text: &str| Domain::parse(text).map(|domain| domain.to_entry()).map_err(Into::into);
    if let Some(domains) = fields.list(&["domains"], MAX_DOMAINS, domain) {
        key.domains = domains.unwrap_or_default();
    }
    let network = |text: &str| parse_network(text).map(network_entry).map_err(Into::into);
    if let Some(networks) = fields.list(&ALLOWED_IPS, MAX_NETWORKS, network) {
        key.allowed_ips = networks.unwrap_or_default();
    }
    if let Some(countries) = fields.list(&["countries"], MAX_COUNTRIES, parse_country) {
        key.countries = countries.filter(|countries| !countries.is_empty());
    }
    if let Some(expires_at) = fields.timestamp(&["expiresAt"]) {
        match expires_at {
            Some(end) if end <= now && key.expires_at != expires_at => {
                fields.refuse("expiresAt", &end.to_string().into(), "Must be in the future.");
            }
            _ => key.expires_at = expires_at,
        }
    }
    if let Some(metadata) = fields.texts(&["metadata", "metaData"], MAX_METADATA, 100, 500) {
        key.metadata = metadata.unwrap_or_default();
    }
    apply_permissions(fields, key);
    apply_rate_limit(fields, key);
    apply_version(fields, key, now)
}

fn apply_permissions(fields: &mut FieldReader, key: &mut Key) {
    let (usual, most) = scopes_of_role(key.role);
    let parse = |text: &str| {
        let scopes = parse_scopes(text)?;
        match scopes.iter().find(|scope| !most.contains(**scope)) {
            Some(scope) => Err(format!("Keys of this role cannot have {}.", scope.name())),
            None => Ok(scopes),
        }
    };
    let Some(permissions) = fields.list(&["permissions", "permissionIds"], 100, parse) else {
        return;
    };
    key.permissions = permissions.map(|lists| {
        let mut scopes: Vec<Scope> = lists.into_iter().flatten().collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    });
    // What the role allows anyway is kept as such, so that later scopes of the role are added.
    if key.permissions.as_ref().is_some_and(|scopes| usual.iter().eq(scopes.iter().copied())) {
        key.permissions = None;
    }
}

/// Reads a permission by name, by number, or several by `*` behind the start of their names.
///
/// # Errors
/// Says what is wrong.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, String> {
    let text = text.trim();
    let scopes: Vec<Scope> = match (text.parse::<usize>(), text.strip_suffix('*')) {
        (Ok(number), _) => {
            number.checked_sub(1).and_then(|at| Scope::ALL.get(at)).copied().into_iter().collect()
        }
        (_, Some(start)) if start.is_empty() || start.ends_with(':') => {
            Scope::ALL.into_iter().filter(|scope| scope.name().starts_with(start)).collect()
        }
        _ => Scope::ALL.into_iter().filter(|scope| scope.name() == text).collect(),
    };
    if scopes.is_empty() {
        return Err("Must be a name or id of GET /permissions.".into());
    }
    Ok(scopes)
}

fn apply_rate_limit(fields: &mut FieldReader, key: &mut Key) {
    let Some((name, value)) = fields.take(&["rateLimit"]) else { return };
    if value.is_null() {
        key.rate_limit = None;
        return;
    }
    match serde_json::from_value::<RateLimit>(value.clone()) {
        Ok(limit) if is_sensible(limit) => key.rate_limit = Some(limit),
        _ => fields.refuse(
            name,
            &value,
            "Must be an object of limit, 1 to 1000000 requests, and window, 1 to 86400 seconds.",
        ),
    }
}

fn apply_version(fields: &mut FieldReader, key: &mut Key, now: Timestamp) -> Result<(), ApiError> {
    let Some(Some(wanted)) = fields.text(&["apiVersion"], 1..=10) else { return Ok(()) };
    if let Err(msg) = version::check(&wanted) {
        fields.refuse("apiVersion", &Value::from(wanted), msg);
        return Ok(());
    }
    let until = key.api_version_downgrade_not_allowed_after;
    match version::change(&key.api_version, &wanted, until, now) {
        VersionChange::Same => {}
        VersionChange::Changed { downgrade_until } => {
            key.api_version = wanted;
            key.api_version_updated_at = now;
            key.api_version_downgrade_not_allowed_after = downgrade_until;
        }
        // A key that is being made has nothing to go back from.
        VersionChange::TooLate if key.created_at == now => key.api_version = wanted,
        VersionChange::TooLate => {
            return Err(ApiError::Conflict(
                "The time for going back to an older apiVersion is over.".into(),
            ));
        }
    }
    Ok(())
}

fn parse_country(text: &str) -> Result<String, String> {
    let code = text.trim().to_ascii_lowercase();
    if code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_lowercase()) {
        Ok(code)
    } else {
        Err("Must be an ISO 3166-1 alpha-2 code.".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_named_numbered_or_taken_by_their_start() {
        assert_eq!(parse_scopes("geocode:search"), Ok(vec![Scope::GeocodeSearch]));
        assert_eq!(parse_scopes("1"), Ok(vec![Scope::GeocodeSearch]));
        assert_eq!(parse_scopes("13"), Ok(vec![Scope::AuditRead]));
        assert_eq!(parse_scopes("keys:*"), Ok(vec![Scope::KeysRead, Scope::KeysWrite]));
        assert_eq!(parse_scopes("*").unwrap().len(), Scope::ALL.len());
        for wrong in ["", "0", "14", "-1", "geo*", "geocode", "nothing:*"] {
            assert!(parse_scopes(wrong).is_err(), "{wrong:?}");
        }
    }
}
