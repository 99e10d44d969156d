//! The permissions that keys can have.

use actix_web::HttpResponse;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::Scope;

#[derive(Serialize, ToSchema)]
struct Permission {
    /// The number that `permissionIds` takes.
    id: usize,
    name: &'static str,
    detail: &'static str,
}

/// `GET /permissions`
#[utoipa::path(
    get,
    path = "/permissions",
    tag = "Keys",
    operation_id = "listPermissions",
    summary = "Lists what keys can be allowed to do",
    description = "",
    responses(
        (status = 200, description = "Permissions", body = Vec<Permission>),
    ),
)]
pub async fn list() -> HttpResponse {
    let permissions: Vec<_> = Scope::ALL
        .into_iter()
        .enumerate()
        .map(|(index, scope)| Permission {
            id: index + 1,
            name: scope.name(),
            detail: detail(scope),
        })
        .collect();
    HttpResponse::Ok().json(permissions)
}

fn detail(scope: Scope) -> &'static str {
    match scope {
        Scope::GeocodeSearch => "Search places by text.",
        Scope::GeocodeReverse => "Find what is at a point.",
        Scope::SyncRead => "Download shards and follow their changes.",
        Scope::PatchesRead => "Read patches and their history.",
        Scope::PatchesWrite => "Make and change pending patches.",
        Scope::PatchesApprove => "Make patches visible or pending, and change visible ones.",
        Scope::PatchesPropose => "Propose corrections without seeing those of others.",
        Scope::KeysRead => "Read keys.",
        Scope::KeysWrite => "Make, change, rotate and delete keys.",
        Scope::AppsRead => "Read apps.",
        Scope::AppsWrite => "Make, change and delete apps.",
        Scope::ShardsPublish => "Publish generations of shards and take them back.",
        Scope::AuditRead => "Read the audit log.",
    }
}
