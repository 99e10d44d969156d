//! Parameters that many routes share.

use utoipa::IntoParams;

use super::values::AnyId;

/// Which part of a list is wanted. `limit` goes with `startingAfter`, `endingBefore` or `offset`,
/// and `page` with `size`; other mixtures are refused.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParameters {
    /// Most items of the answer.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    pub limit: Option<u8>,
    /// Id of the item that the page follows.
    #[param(rename = "startingAfter", nullable = false)]
    pub starting_after: Option<AnyId>,
    /// Id of the item that the page comes before; wins over `startingAfter`.
    #[param(rename = "endingBefore", nullable = false)]
    pub ending_before: Option<AnyId>,
    /// Number of items to leave out.
    #[param(nullable = false, minimum = 0, maximum = 1_000_000_000)]
    pub offset: Option<u32>,
    /// Number of the page, from 1.
    #[param(nullable = false, minimum = 1, maximum = 1_000_000_000)]
    pub page: Option<u32>,
    /// Items of a page.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    pub size: Option<u8>,
    /// Whether the list comes in an envelope even without any other parameter of pages.
    #[param(nullable = false)]
    pub envelope: Option<bool>,
}

/// Makes a request that is sent again answer as the first time.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Repeatable {
    /// Name of the attempt, chosen by the client and kept for 30 days; another request with it
    /// is refused.
    #[param(
        rename = "Idempotency-Key",
        nullable = false,
        min_length = 1,
        max_length = 255,
        pattern = "^[!-~]+$"
    )]
    pub idempotency_key: Option<String>,
}

/// Makes a change depend on what is stored.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Conditional {
    /// `ETag` of the object as it was read; another one is answered with 409.
    #[param(rename = "If-Match", nullable = false, pattern = r#"^(\*|"[0-9]+")$"#)]
    pub if_match: Option<String>,
}

/// Asks for content where the answer has none.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
pub struct Preferring {
    /// `return=representation` asks for 200 with content in place of 204.
    #[param(rename = "Prefer", nullable = false, example = "return=representation")]
    pub prefer: Option<String>,
}
