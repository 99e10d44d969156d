//! Lists in pages: by cursor, by offset or by number of the page, in the words of three APIs.
//!
//! A list without any of these parameters is a bare array, as PlaceKit's; with one of them it
//! comes in an envelope.

use std::cmp::Ordering;

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::Value;
use url::form_urlencoded;
use utoipa::ToSchema;

use crate::fields::FieldReader;

const MOST: u64 = 100;
const USUAL_LIMIT: u64 = 25;
const USUAL_SIZE: u64 = 10;
/// Largest number of a page or offset.
const FARTHEST: u64 = 1_000_000_000;

/// Parameters of this module.
pub const PARAMETERS: [&str; 7] =
    ["limit", "startingAfter", "endingBefore", "offset", "page", "size", "envelope"];

/// Which part of a list is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageRequest {
    /// All of it, without an envelope.
    All,
    /// What follows an item, or the start.
    After {
        /// Id of the item.
        id: Option<String>,
        /// Items of a page.
        limit: u64,
    },
    /// What comes right before an item.
    Before {
        /// Id of the item.
        id: String,
        /// Items of a page.
        limit: u64,
    },
    /// What follows so many items.
    Offset {
        /// Items left out.
        offset: u64,
        /// Items of a page.
        limit: u64,
    },
    /// A page by its number, from 1.
    Number {
        /// The number.
        page: u64,
        /// Items of a page.
        size: u64,
    },
}

impl PageRequest {
    /// Reads the parameters of a query. `endingBefore` wins over `startingAfter`; other mixtures
    /// are refused.
    pub fn read(fields: &mut FieldReader) -> Self {
        let has = |names: &[&str]| names.iter().any(|name| fields.has(name));
        let by_cursor = has(&["startingAfter", "endingBefore"]);
        let by_number = has(&["page", "size"]);
        let by_offset = has(&["offset"]);
        let limited = has(&["limit"]);
        let families = [by_cursor || (limited && !by_offset), by_number, by_offset];
        if families.into_iter().filter(|there| *there).count() > 1 {
            let mixed =
                PARAMETERS.iter().find(|name| fields.has(name)).copied().unwrap_or_default();
            let msg = "Must not be mixed: use limit with startingAfter or endingBefore, limit with offset, or page with size.";
            fields.refuse(mixed, &Value::Null, msg);
        }
        let limit = fields.integer(&["limit"], 1..=MOST).unwrap_or(USUAL_LIMIT);
        let before = fields.text(&["endingBefore"], 1..=64).flatten();
        let after = fields.text(&["startingAfter"], 1..=64).flatten();
        let page = fields.integer(&["page"], 1..=FARTHEST);
        let size = fields.integer(&["size"], 1..=MOST);
        let offset = fields.integer(&["offset"], 0..=FARTHEST);
        let envelope = fields.flag(&["envelope"]);
        match (before, page, size, offset) {
            (Some(id), ..) => Self::Before { id, limit },
            (None, None, None, Some(offset)) => Self::Offset { offset, limit },
            (None, None, None, None) if after.is_none() && !limited && !envelope => Self::All,
            (None, None, None, None) => Self::After { id: after, limit },
            (None, page, size, _) => {
                Self::Number { page: page.unwrap_or(1), size: size.unwrap_or(USUAL_SIZE) }
            }
        }
    }

    /// Returns the id of the item that the page is counted from.
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::After { id, .. } => id.as_deref(),
            Self::Before { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// A part of a list.
#[derive(Debug, PartialEq, Eq)]
pub struct Part<T> {
    /// The items.
    pub items: Vec<T>,
    /// Number of items of the whole list.
    pub total: usize,
    /// Parameters of the next part.
    pub next: Option<Vec<(&'static str, String)>>,
    /// Parameters of the part before.
    pub previous: Option<Vec<(&'static str, String)>>,
}

impl<T> Part<T> {
    /// Turns the items into something else.
    pub fn map<U>(self, to: impl FnMut(T) -> U) -> Part<U> {
        Part {
            items: self.items.into_iter().map(to).collect(),
            total: self.total,
            next: self.next,
            previous: self.previous,
        }
    }
}

/// Cuts a part out of a sorted list. The cursor may be an item that is no longer in the list: its
/// place is that which it would have.
pub fn cut<T>(
    mut sorted: Vec<T>,
    request: &PageRequest,
    cursor: Option<&T>,
    order: impl Fn(&T, &T) -> Ordering,
    id_of: impl Fn(&T) -> String,
) -> Part<T> {
    let total = sorted.len();
    let small = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let place = |wanted: &[Ordering]| {
        cursor.map(|cursor| sorted.partition_point(|item| wanted.contains(&order(item, cursor))))
    };
    let (start, count) = match request {
        PageRequest::All => (0, total),
        PageRequest::After { limit, .. } => {
            (place(&[Ordering::Less, Ordering::Equal]).unwrap_or(0), small(*limit))
        }
        PageRequest::Before { limit, .. } => {
            let end = place(&[Ordering::Less]).unwrap_or(0);
            let start = end.saturating_sub(small(*limit));
            (start, end - start)
        }
        PageRequest::Offset { offset, limit } => (small(*offset).min(total), small(*limit)),
        PageRequest::Number { page, size } => {
            (small((page - 1).saturating_mul(*size)).min(total), small(*size))
        }
    };
    let end = start.saturating_add(count).min(total);
    sorted.truncate(end);
    let items = sorted.split_off(start.min(end));
    let ids = items.first().map(&id_of).zip(items.last().map(&id_of));
    let (next, previous) = match (request, ids) {
        (PageRequest::All, _) | (PageRequest::After { .. } | PageRequest::Before { .. }, None) => {
            (None, None)
        }
        (PageRequest::After { limit, .. } | PageRequest::Before { limit, .. }, Some(ids)) => (
            Some(vec![("limit", limit.to_string()), ("startingAfter", ids.1)]),
            Some(vec![("limit", limit.to_string()), ("endingBefore", ids.0)]),
        ),
        (PageRequest::Offset { limit, .. }, _) => {
            let at =
                |offset: usize| vec![("limit", limit.to_string()), ("offset", offset.to_string())];
            (Some(at(end)), Some(at(start.saturating_sub(count))))
        }
        (PageRequest::Number { page, size }, _) => {
            let at = |page: u64| vec![("page", page.to_string()), ("size", size.to_string())];
            (Some(at(page + 1)), Some(at(page - 1)))
        }
    };
    Part {
        items,
        total,
        next: next.filter(|_| end < total),
        previous: previous.filter(|_| start > 0),
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Page)]
pub struct Envelope<'a, T> {
    status: u16,
    total: usize,
    count: usize,
    next_url: Option<String>,
    previous_url: Option<String>,
    data: &'a [T],
}

/// Answers with a part, in an envelope or not as the request wants.
pub fn answer<T: Serialize>(
    http_request: &HttpRequest,
    request: &PageRequest,
    part: &Part<T>,
) -> HttpResponse {
    let url = |parameters: &Option<Vec<(&'static str, String)>>| {
        parameters.as_ref().map(|parameters| url_of(http_request, parameters))
    };
    let (next_url, previous_url) = (url(&part.next), url(&part.previous));
    let links: Vec<String> = [(&next_url, "next"), (&previous_url, "prev")]
        .into_iter()
        .filter_map(|(url, rel)| Some(format!("<{}>; rel=\"{rel}\"", url.as_ref()?)))
        .collect();
    let mut response = HttpResponse::Ok();
    response.insert_header(("x-total-count", part.total.to_string()));
    if !links.is_empty() {
        response.insert_header(("link", links.join(", ")));
    }
    if *request == PageRequest::All {
        return response.json(&part.items);
    }
    response.json(Envelope {
        status: 200,
        total: part.total,
        count: part.items.len(),
        next_url,
        previous_url,
        data: &part.items,
    })
}

/// Returns the path and query of a request, with other parameters of this module.
fn url_of(request: &HttpRequest, parameters: &[(&'static str, String)]) -> String {
    let kept = form_urlencoded::parse(request.query_string().as_bytes())
        .filter(|(name, _)| !PARAMETERS.contains(&name.as_ref()));
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(kept)
        .extend_pairs(parameters)
        .finish();
    format!("{}?{query}", request.path())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> Result<PageRequest, String> {
        let mut fields = FieldReader::query(query);
        let request = PageRequest::read(&mut fields);
        fields.finish().map(|()| request).map_err(|error| error.to_string())
    }

    /// Items are numbers in order; shows the items with the queries of the neighbouring pages.
    fn cut_tens(query: &str) -> String {
        let request = read(query).unwrap();
        let cursor: Option<u32> = request.cursor().map(|id| id.parse().unwrap());
        let items: Vec<u32> = (1..=9).map(|number| number * 10).collect();
        let part = cut(items, &request, cursor.as_ref(), Ord::cmp, ToString::to_string);
        let query = |parameters: Option<Vec<(&str, String)>>| match parameters {
            None => "-".to_owned(),
            Some(parameters) => parameters
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect::<Vec<_>>()
                .join("&"),
        };
        format!("{:?} {} {}", part.items, query(part.previous), query(part.next))
    }

    #[test]
    fn parts_are_cut_by_cursor_offset_and_number() {
        for (query, expected) in [
            ("", "[10, 20, 30, 40, 50, 60, 70, 80, 90] - -"),
            ("limit=2", "[10, 20] - limit=2&startingAfter=20"),
            (
                "limit=2&startingAfter=20",
                "[30, 40] limit=2&endingBefore=30 limit=2&startingAfter=40",
            ),
            // The item itself is gone.
            (
                "limit=2&startingAfter=25",
                "[30, 40] limit=2&endingBefore=30 limit=2&startingAfter=40",
            ),
            ("limit=2&endingBefore=30", "[10, 20] - limit=2&startingAfter=20"),
            ("limit=5&endingBefore=30", "[10, 20] - limit=5&startingAfter=20"),
            ("limit=2&startingAfter=80", "[90] limit=2&endingBefore=90 -"),
            ("startingAfter=90", "[] - -"),
            ("startingAfter=80&endingBefore=20", "[10] - limit=25&startingAfter=10"),
            ("offset=7&limit=1", "[80] limit=1&offset=6 limit=1&offset=8"),
            ("offset=99", "[] limit=25&offset=0 -"),
            ("page=2&size=4", "[50, 60, 70, 80] page=1&size=4 page=3&size=4"),
            ("page=1", "[10, 20, 30, 40, 50, 60, 70, 80, 90] - -"),
            ("size=8", "[10, 20, 30, 40, 50, 60, 70, 80] - page=2&size=8"),
            ("page=1000000000&size=100", "[] page=999999999&size=100 -"),
        ] {
            assert_eq!(cut_tens(query), expected, "{query}");
        }
    }

    #[test]
    fn styles_are_not_mixed_and_numbers_have_limits() {
        for query in [
            "page=1&offset=1",
            "page=1&startingAfter=x",
            "offset=1&endingBefore=x",
            "limit=1&page=1",
            "limit=0",
            "limit=101",
            "limit=x",
            "page=0",
            "size=101",
            "offset=-1",
            "envelope=maybe",
        ] {
            assert!(read(query).is_err(), "{query}");
        }
        assert_eq!(read("envelope=true"), Ok(PageRequest::After { id: None, limit: 25 }));
        assert_eq!(read("limit=undefined"), Ok(PageRequest::All));
    }
}
