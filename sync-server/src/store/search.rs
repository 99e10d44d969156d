//! Statements that search patches and the audit log, with the total of what they find.

use serde::de::DeserializeOwned;

use super::patch_index::unit_vector;
use super::query::{Query, Row};
use super::{AuditFilter, Page, PatchFilter, Result, document};

/// Returns the statement that finds patches; `None` when it could find none.
pub(super) fn patches(filter: &PatchFilter) -> Option<Query> {
    if filter.app_ids.is_empty() {
        return None;
    }
    // Without a point all distances are the same. No point is 2 away from another one, so that
    // patches without one come last.
    let distance = match filter.near {
        Some(_) => "COALESCE((x - $1) * (x - $1) + (y - $2) * (y - $2) + (z - $3) * (z - $3), 5.0)",
        None => "0.0",
    };
    let mut query = Query::new("WITH hits AS (SELECT doc, id, updated_at, ");
    if let Some(near) = filter.near {
        let [x, y, z] = unit_vector(near);
        query = query.bind(x).bind(y).bind(z);
    }
    query.push(distance).push(" AS distance FROM patches WHERE app_id IN ");
    query.push_list(&filter.app_ids);
    if let Some(status) = filter.status {
        query.push(" AND status = ").push_value(status.name());
    }
    for (column, names) in [("country", &filter.countries), ("kind", &filter.kinds)] {
        if !names.is_empty() {
            query.push(" AND ").push(column).push(" IN ").push_list(names);
        }
    }
    for word in &filter.words {
        let pattern = format!("% {}%", escape_like(word));
        query.push(" AND words LIKE ").push_value(pattern.as_str()).push(" ESCAPE '~'");
    }
    query.push(")");
    push_page(&mut query, "distance, updated_at DESC, id", filter.offset, filter.limit);
    Some(query)
}

/// Returns the statement that finds entries of the audit log; `None` when it could find none.
pub(super) fn audit(filter: &AuditFilter) -> Option<Query> {
    if filter.app_ids.is_empty() {
        return None;
    }
    let mut query = Query::new("WITH hits AS (SELECT doc, seq FROM audit WHERE app_id IN ");
    query.push_list(&filter.app_ids);
    if let Some(target) = &filter.target {
        query.push(" AND target = ").push_value(target.as_str());
    }
    match &filter.action {
        Some(action) if action.ends_with('.') => {
            let pattern = format!("{}%", escape_like(action));
            query.push(" AND action LIKE ").push_value(pattern.as_str()).push(" ESCAPE '~'");
        }
        Some(action) => {
            query.push(" AND action = ").push_value(action.as_str());
        }
        None => {}
    }
    if let Some(key_id) = &filter.actor_key_id {
        query.push(" AND actor_key_id = ").push_value(key_id.as_str());
    }
    if let Some(before) = filter.before {
        query.push(" AND seq < ").push_value(before);
    }
    query.push(")");
    push_page(&mut query, "seq DESC", 0, filter.limit);
    Some(query)
}

/// Ends a statement with the total and one page of its `hits`: one row at least, all of one moment.
fn push_page(query: &mut Query, order: &str, offset: u64, limit: u64) {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    query.push(" SELECT total, doc FROM (SELECT COUNT(*) AS total FROM hits) AS counted");
    query.push(" LEFT JOIN (SELECT * FROM hits ORDER BY ").push(order);
    query.push(" LIMIT ").push_value(number(limit));
    query.push(" OFFSET ").push_value(number(offset));
    query.push(") AS page ON TRUE ORDER BY ").push(order);
}

/// Reads the rows of a statement that [`push_page`] ended.
pub(super) fn page<T: DeserializeOwned>(rows: &[Row]) -> Result<Page<T>> {
    let total = rows.first().map_or(Ok(0), |row| row.integer(0))?.unsigned_abs();
    let docs = rows.iter().filter_map(|row| row.optional_text(1));
    Ok(Page { items: docs.map(document::read).collect::<Result<_>>()?, total })
}

fn escape_like(text: &str) -> String {
    text.chars()
        .flat_map(|c| matches!(c, '~' | '%' | '_').then_some('~').into_iter().chain([c]))
        .collect()
}
