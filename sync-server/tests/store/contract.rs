//! The contract of [`Store`]: every test runs on SQLite in memory, on a file and on PostgreSQL.

use std::collections::BTreeSet;
use std::sync::Arc;

use sync_server::model::{KeyStatus, PatchStatus, Proposal, Role, Timestamp};
use sync_server::store::{
    AuditFilter, Change, Guard, Idempotency, PatchFilter, SqlStore, Store, StoreError, Write,
    search_words,
};
use tempfile::TempDir;

use crate::postgres;
use crate::samples::{
    NOW, app, approval, audit_entry, history_entry, key, operation, patch, writes,
};

/// Makes a module of the tests for every kind of store.
macro_rules! on_every_store {
    ($($name:ident)*) => {
        mod sqlite_in_memory {
            $(#[tokio::test]
            async fn $name() {
                super::$name(Arc::new(super::SqlStore::in_memory())).await;
            })*
            use std::sync::Arc;
        }

        mod sqlite_in_a_file {
            $(#[tokio::test]
            async fn $name() {
                let dir = super::TempDir::new().unwrap();
                let file = dir.path().join("store.db");
                super::$name(Arc::new(super::SqlStore::open_sqlite(&file).await.unwrap())).await;
            })*
            use std::sync::Arc;
        }

        mod postgresql {
            $(#[tokio::test]
            async fn $name() {
                let url = super::postgres::new_database().await;
                super::$name(Arc::new(super::SqlStore::open(&url).await.unwrap())).await;
            })*
            use std::sync::Arc;
        }
    };
}

on_every_store! {
    what_is_written_is_read_again
    a_change_of_an_older_revision_is_a_conflict_and_changes_nothing
    two_things_with_one_id_are_a_conflict
    the_last_usable_private_key_cannot_be_taken_away
    a_change_that_fails_leaves_nothing_behind
    concurrent_changes_give_a_feed_without_gaps
    of_concurrent_changes_of_one_thing_one_wins
    a_feed_tells_patches_as_they_are_now
    an_answer_is_kept_once_and_for_30_days
    patches_are_found_by_every_filter
    patches_come_nearest_first_across_the_date_line
    pages_have_the_total_even_behind_the_end
    the_audit_log_is_chained_and_filtered
    history_is_numbered_and_outlives_the_patch
    uses_of_keys_never_go_back_and_usage_adds_up
    a_change_wakes_those_who_wait
    texts_with_nul_are_stored_without
    a_proposal_is_stored_once_however_often_it_comes
}

async fn with_apps(store: &dyn Store, ids: &[&str]) {
    store.commit(writes(ids.iter().map(|id| Write::App(app(id))))).await.unwrap();
}

fn ids(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|id| (*id).to_owned()).collect()
}

fn all_of(app_id: &str) -> PatchFilter {
    PatchFilter { app_ids: ids(&[app_id]), limit: 100, ..PatchFilter::default() }
}

async fn what_is_written_is_read_again(store: Arc<SqlStore>) {
    with_apps(&*store, &["A", "B"]).await;
    let (one, two) = (key("A", "k1", Role::Private), key("B", "k2", Role::Public));
    let patch = patch("A", "p1", PatchStatus::Pending);
    let change = writes([
        Write::Key(Box::new(one.clone())),
        Write::Key(Box::new(two.clone())),
        Write::Patch(Box::new(patch.clone())),
    ]);
    assert_eq!(store.commit(change).await.unwrap().version, 2);
    assert_eq!(store.version().await.unwrap(), 2);
    assert_eq!(store.apps().await.unwrap(), [app("A"), app("B")]);
    assert_eq!(store.key_by_token_hash("hash of k2").await.unwrap(), Some(two.clone()));
    assert_eq!(store.key_by_token_hash("hash of k3").await.unwrap(), None);
    assert_eq!(store.key(&ids(&["B", "A"]), "k1").await.unwrap(), Some(one.clone()));
    assert_eq!(store.key(&ids(&["B"]), "k1").await.unwrap(), None);
    assert_eq!(store.key(&[], "k1").await.unwrap(), None);
    assert_eq!(store.keys(&ids(&["A", "B"])).await.unwrap(), [one.clone(), two]);
    assert_eq!(store.keys(&ids(&["A"])).await.unwrap(), [one]);
    assert_eq!(store.patch("A", "p1").await.unwrap(), Some(patch));
    assert_eq!(store.patch("B", "p1").await.unwrap(), None);
    let epoch = store.epoch().await.unwrap();
    assert_eq!((epoch.len(), store.epoch().await.unwrap()), (32, epoch));
}

async fn a_change_of_an_older_revision_is_a_conflict_and_changes_nothing(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let first = patch("A", "p1", PatchStatus::Pending);
    let mut second = first.clone();
    second.revision = 2;
    store.commit(writes([Write::Patch(Box::new(first))])).await.unwrap();
    store.commit(writes([Write::Patch(Box::new(second.clone()))])).await.unwrap();
    let mut late = second.clone();
    late.status = PatchStatus::Approved;
    let delete = |revision| Write::DeletePatch { app_id: "A".into(), id: "p1".into(), revision };
    for stale in [Write::Patch(Box::new(late)), delete(1), delete(3)] {
        let error = store.commit(writes([stale])).await.unwrap_err();
        assert!(
            matches!(&error, StoreError::Conflict { what: "patch", id } if id == "p1"),
            "{error}"
        );
    }
    assert_eq!(store.patch("A", "p1").await.unwrap(), Some(second));
    store.commit(writes([delete(2)])).await.unwrap();
    assert_eq!(store.patch("A", "p1").await.unwrap(), None);
}

async fn two_things_with_one_id_are_a_conflict(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let error = store.commit(writes([Write::App(app("A"))])).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { what: "app", .. }), "{error}");
    let one = key("A", "k1", Role::Public);
    let mut same_token = key("A", "k2", Role::Public);
    same_token.token_hash.clone_from(&one.token_hash);
    store.commit(writes([Write::Key(Box::new(one))])).await.unwrap();
    let error = store.commit(writes([Write::Key(Box::new(same_token))])).await.unwrap_err();
    assert!(matches!(error, StoreError::Conflict { what: "key", .. }), "{error}");
}

async fn the_last_usable_private_key_cannot_be_taken_away(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let mut private = key("A", "k1", Role::Private);
    private.expires_at = Some(Timestamp(NOW.0 + 10));
    let public = key("A", "k2", Role::Public);
    let guards = vec![Guard::UsablePrivateKey { app_id: "A".into(), at: NOW }];
    let keys = writes([Write::Key(Box::new(private.clone())), Write::Key(Box::new(public))]);
    store.commit(Change { guards: guards.clone(), ..keys }).await.unwrap();
    let end = |change: fn(&mut sync_server::model::Key)| {
        let mut key = private.clone();
        key.revision = 2;
        change(&mut key);
        Change { guards: guards.clone(), ..writes([Write::Key(Box::new(key))]) }
    };
    for change in [
        end(|key| key.status = KeyStatus::Inactive),
        end(|key| key.deleted_at = Some(NOW)),
        end(|key| key.expires_at = Some(NOW)),
        end(|key| key.role = Role::Public),
    ] {
        let error = store.commit(change).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)), "{error}");
    }
    assert_eq!(store.key(&ids(&["A"]), "k1").await.unwrap(), Some(private.clone()));
    let second = key("A", "k3", Role::Private);
    store.commit(writes([Write::Key(Box::new(second))])).await.unwrap();
    store.commit(end(|key| key.status = KeyStatus::Inactive)).await.unwrap();
}

async fn a_change_that_fails_leaves_nothing_behind(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let mut change = approval("A", "p1");
    let patch = patch("A", "p1", PatchStatus::Approved);
    change.audit = vec![audit_entry("A", "patch.create", "p1")];
    change.history = vec![history_entry(&patch, "create")];
    change.idempotency = Some(answer("once", NOW));
    // Guards are looked at after the writes.
    change.guards = vec![Guard::UsablePrivateKey { app_id: "A".into(), at: NOW }];
    let error = store.commit(change).await.unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "{error}");
    assert_eq!(store.version().await.unwrap(), 1);
    assert_eq!(store.patch("A", "p1").await.unwrap(), None);
    assert_eq!(store.feed_heads().await.unwrap(), []);
    assert_eq!(store.feed("A", "li", 0, 10).await.unwrap(), []);
    assert_eq!(store.history("A", "p1").await.unwrap(), []);
    assert_eq!(store.answered("A", "once").await.unwrap(), None);
    let log = AuditFilter { app_ids: ids(&["A"]), limit: 10, ..AuditFilter::default() };
    assert_eq!(store.audit(&log).await.unwrap().total, 0);
    // The next one takes the numbers that the failed one would have had.
    let committed = store.commit(approval("A", "p1")).await.unwrap();
    assert_eq!((committed.version, committed.feed_seqs), (2, vec![1]));
}

async fn concurrent_changes_give_a_feed_without_gaps(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let committers = (0..8).map(|committer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for number in 0..20 {
                // Changes in between that fail take no numbers.
                assert!(store.commit(writes([Write::App(app("A"))])).await.is_err());
                let change = approval("A", &format!("p{committer}-{number}"));
                seqs.extend(store.commit(change).await.unwrap().feed_seqs);
            }
            assert!(seqs.is_sorted());
            seqs
        })
    });
    let mut seqs = BTreeSet::new();
    for committer in committers.collect::<Vec<_>>() {
        seqs.extend(committer.await.unwrap());
    }
    assert!(seqs.into_iter().eq(1..=160));
    assert_eq!(store.feed_heads().await.unwrap(), [("A".into(), "li".into(), 160)]);
    let feed = store.feed("A", "li", 0, 1000).await.unwrap();
    assert!(feed.iter().map(|row| row.seq).eq(1..=160));
    assert_eq!(store.version().await.unwrap(), 161);
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

async fn of_concurrent_changes_of_one_thing_one_wins(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    store.commit(approval("A", "p1")).await.unwrap();
    let rivals = (0..8).map(|rival| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut patch = patch("A", "p1", PatchStatus::Approved);
            patch.revision = 2;
            patch.updated_at = Timestamp(NOW.0 + rival);
            store.commit(writes([Write::Patch(Box::new(patch))])).await
        })
    });
    let mut won = 0;
    for rival in rivals.collect::<Vec<_>>() {
        match rival.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::Conflict { .. }), "{error}"),
        }
    }
    assert_eq!(won, 1);
}

async fn a_feed_tells_patches_as_they_are_now(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    for id in ["p2", "p1"] {
        store.commit(approval("A", id)).await.unwrap();
    }
    let (head, approved) = store.approved("A", "li").await.unwrap();
    assert_eq!(
        (head, approved.iter().map(|patch| patch.id.as_str()).collect()),
        (2, vec!["p1", "p2"])
    );
    let mut pending = patch("A", "p1", PatchStatus::Pending);
    pending.revision = 2;
    let change =
        Change { feed: vec![operation(&pending)], ..writes([Write::Patch(Box::new(pending))]) };
    assert_eq!(store.commit(change).await.unwrap().feed_seqs, [3]);
    let feed = store.feed("A", "li", 0, 10).await.unwrap();
    let rows: Vec<_> = feed
        .iter()
        .map(|row| (row.seq, row.patch_id.as_str(), row.revision, row.patch.is_some()))
        .collect();
    assert_eq!(rows, [(1, "p2", 1, true), (2, "p1", 1, false), (3, "p1", 2, false)]);
    assert_eq!(feed[0].patch, Some(patch("A", "p2", PatchStatus::Approved)));
    let later = store.feed("A", "li", 1, 1).await.unwrap();
    assert_eq!(later, feed[1..2]);
    let (head, approved) = store.approved("A", "li").await.unwrap();
    assert_eq!((head, approved), (3, vec![patch("A", "p2", PatchStatus::Approved)]));
    assert_eq!(store.approved("A", "ch").await.unwrap(), (0, vec![]));
    let delete = Change {
        feed: vec![operation(&patch("A", "p2", PatchStatus::Pending))],
        ..writes([Write::DeletePatch { app_id: "A".into(), id: "p2".into(), revision: 1 }])
    };
    store.commit(delete).await.unwrap();
    assert_eq!(store.approved("A", "li").await.unwrap(), (4, vec![]));
    assert_eq!(store.feed("A", "li", 0, 10).await.unwrap()[0].patch, None);
}

fn answer(key: &str, at: Timestamp) -> Idempotency {
    Idempotency {
        app_id: "A".into(),
        key: key.into(),
        request_hash: "ab".into(),
        status: 200,
        body: "{\"id\":\"ü\"}".into(),
        at,
    }
}

async fn an_answer_is_kept_once_and_for_30_days(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let change = |key, at| Change {
        idempotency: Some(answer(key, at)),
        ..approval("A", &format!("{key}{}", at.0))
    };
    store.commit(change("x", NOW)).await.unwrap();
    assert_eq!(store.answered("A", "x").await.unwrap(), Some(answer("x", NOW)));
    assert_eq!(store.answered("B", "x").await.unwrap(), None);
    // Even where the change would be a conflict, being answered comes first.
    let day = 24 * 60 * 60;
    for at in [NOW, NOW.plus_seconds(30 * day)] {
        let error = store.commit(change("x", at)).await.unwrap_err();
        assert!(matches!(error, StoreError::AlreadyAnswered), "{error}");
    }
    store.commit(change("x", NOW.plus_seconds(30 * day + 1))).await.unwrap();
    store.commit(change("y", NOW.plus_seconds(61 * day))).await.unwrap();
    assert_eq!(store.answered("A", "x").await.unwrap(), None);
}

async fn patches_are_found_by_every_filter(store: Arc<SqlStore>) {
    with_apps(&*store, &["A", "B"]).await;
    let mut street = patch("A", "street", PatchStatus::Pending);
    street.updated_at = Timestamp(NOW.0 + 1);
    let mut city = patch("A", "city", PatchStatus::Approved);
    let fields = city.default.as_mut().unwrap();
    fields.name = Some("Zürich 100%_".into());
    fields.city = None;
    fields.country = None;
    fields.countrycode = Some("CH".into());
    fields.kind = Some(geocoder_core::RecordType::City);
    fields.zipcode = None;
    // Fields that the patch does not have are those of the record that it corrects.
    city.origin = Some(sync_server::model::Fields {
        county: Some("東京都庁".into()),
        ..Default::default()
    });
    let other = patch("B", "other", PatchStatus::Approved);
    for patch in [&street, &city, &other] {
        store.commit(writes([Write::Patch(Box::new(patch.clone()))])).await.unwrap();
    }
    let found = async |filter: PatchFilter| -> Vec<String> {
        let page = store.patches(&filter).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        page.items.into_iter().map(|patch| patch.id).collect()
    };
    assert_eq!(found(all_of("A")).await, ["street", "city"]);
    assert_eq!(found(PatchFilter { app_ids: vec![], ..all_of("A") }).await, [""; 0]);
    let both = PatchFilter { app_ids: ids(&["A", "B"]), ..all_of("A") };
    assert_eq!(found(both).await, ["street", "city", "other"]);
    let status = Some(PatchStatus::Approved);
    assert_eq!(found(PatchFilter { status, ..all_of("A") }).await, ["city"]);
    assert_eq!(found(PatchFilter { countries: ids(&["ch", "fr"]), ..all_of("A") }).await, ["city"]);
    assert_eq!(found(PatchFilter { kinds: ids(&["street"]), ..all_of("A") }).await, ["street"]);
    for (text, expected) in [
        ("vad", vec!["street"]),
        ("STADT vaduz 94", vec!["street"]),
        ("zurich", vec!["city"]),
        ("urich", vec![]),
        ("京都", vec!["city"]),
        ("庁東", vec![]),
        ("", vec!["street", "city"]),
    ] {
        let words = search_words(text);
        assert_eq!(found(PatchFilter { words, ..all_of("A") }).await, expected, "{text}");
    }
    // What means something in patterns of SQL means nothing here.
    for word in ["%", "_adu", "vad%z", "~"] {
        let words = ids(&[word]);
        assert_eq!(found(PatchFilter { words, ..all_of("A") }).await, [""; 0], "{word}");
    }
}

async fn patches_come_nearest_first_across_the_date_line(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    for (id, coordinates) in [
        ("suva", Some((-18.14, 178.44))),
        ("apia", Some((-13.83, -171.77))),
        ("street in suva", Some((-18.140_05, 178.440_05))),
        ("vaduz", Some((47.14, 9.52))),
        ("nowhere", None),
    ] {
        let mut patch = patch("A", id, PatchStatus::Pending);
        patch.default.as_mut().unwrap().coordinates = coordinates;
        store.commit(writes([Write::Patch(Box::new(patch))])).await.unwrap();
    }
    let near = async |point| -> Vec<String> {
        let page = store.patches(&PatchFilter { near: Some(point), ..all_of("A") }).await.unwrap();
        page.items.into_iter().map(|patch| patch.id).collect()
    };
    let from_east = near((-18.14, -179.9)).await;
    assert_eq!(from_east, ["street in suva", "suva", "apia", "vaduz", "nowhere"]);
    assert_eq!(near((-18.14, 178.44)).await[..2], ["suva", "street in suva"]);
    assert_eq!(near((90.0, 0.0)).await[0], "vaduz");
}

async fn pages_have_the_total_even_behind_the_end(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    for number in 0..7 {
        let mut patch = patch("A", &format!("p{number}"), PatchStatus::Pending);
        patch.updated_at = Timestamp(NOW.0 + number / 2);
        store.commit(writes([Write::Patch(Box::new(patch))])).await.unwrap();
    }
    let page = async |offset, limit| {
        let filter = PatchFilter { offset, limit, ..all_of("A") };
        let page = store.patches(&filter).await.unwrap();
        (page.total, page.items.into_iter().map(|patch| patch.id).collect::<Vec<_>>())
    };
    // Last changed first, and of one time in the order of ids.
    assert_eq!(page(0, 4).await, (7, ids(&["p6", "p4", "p5", "p2"])));
    assert_eq!(page(4, 4).await, (7, ids(&["p3", "p0", "p1"])));
    assert_eq!(page(9, 4).await, (7, vec![]));
    assert_eq!(page(0, 0).await, (7, vec![]));
    assert_eq!(page(u64::MAX, u64::MAX).await, (7, vec![]));
}

async fn the_audit_log_is_chained_and_filtered(store: Arc<SqlStore>) {
    with_apps(&*store, &["A", "B"]).await;
    let entries = [
        audit_entry("A", "key.create", "k1"),
        audit_entry("A", "key.delete", "k1"),
        audit_entry("B", "keys.list", "k2"),
        audit_entry("A", "app.update", "A"),
    ];
    for two in entries.chunks(2) {
        store.commit(Change { audit: two.to_vec(), ..Change::default() }).await.unwrap();
    }
    let log = async |filter: AuditFilter| {
        let page = store.audit(&AuditFilter { limit: 10, ..filter }).await.unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        page.items
    };
    let app_ids = ids(&["A", "B"]);
    let all = log(AuditFilter { app_ids: app_ids.clone(), ..AuditFilter::default() }).await;
    assert!(all.iter().map(|entry| entry.seq).eq([4, 3, 2, 1]));
    let hashes: BTreeSet<_> = all.iter().map(|entry| entry.hash.as_str()).collect();
    assert!(hashes.len() == 4 && hashes.iter().all(|hash| hash.len() == 64));
    let seqs = async |filter: AuditFilter| -> Vec<i64> {
        let filter = AuditFilter { app_ids: app_ids.clone(), ..filter };
        log(filter).await.into_iter().map(|entry| entry.seq).collect()
    };
    let none = AuditFilter::default();
    assert_eq!(seqs(AuditFilter { target: Some("k1".into()), ..none.clone() }).await, [2, 1]);
    assert_eq!(seqs(AuditFilter { action: Some("key.".into()), ..none.clone() }).await, [2, 1]);
    assert_eq!(seqs(AuditFilter { action: Some("key".into()), ..none.clone() }).await, [0; 0]);
    let action = Some("keys.list".into());
    assert_eq!(seqs(AuditFilter { action, ..none.clone() }).await, [3]);
    assert_eq!(seqs(AuditFilter { before: Some(3), ..none.clone() }).await, [2, 1]);
    let actor_key_id = Some("nobody".into());
    assert_eq!(seqs(AuditFilter { actor_key_id, ..none.clone() }).await, [0; 0]);
    assert_eq!(log(none).await, []);
    assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
}

async fn history_is_numbered_and_outlives_the_patch(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let (one, two) =
        (patch("A", "p1", PatchStatus::Pending), patch("A", "p2", PatchStatus::Pending));
    let change = Change {
        history: vec![history_entry(&one, "create"), history_entry(&two, "create")],
        ..writes([Write::Patch(Box::new(one.clone())), Write::Patch(Box::new(two))])
    };
    store.commit(change).await.unwrap();
    let change = Change {
        history: vec![history_entry(&one, "reject")],
        ..writes([Write::DeletePatch { app_id: "A".into(), id: "p1".into(), revision: 1 }])
    };
    store.commit(change).await.unwrap();
    let history = store.history("A", "p1").await.unwrap();
    let steps: Vec<_> = history.iter().map(|entry| (entry.seq, entry.action.as_str())).collect();
    assert_eq!(steps, [(1, "create"), (2, "reject")]);
    assert_eq!(history[1].reason.as_deref(), Some("moved"));
    assert_eq!(store.history("B", "p1").await.unwrap(), []);
}

async fn uses_of_keys_never_go_back_and_usage_adds_up(store: Arc<SqlStore>) {
    with_apps(&*store, &["A", "B"]).await;
    let keys = [key("A", "k1", Role::Public), key("B", "k2", Role::Public)];
    store.commit(writes(keys.map(|key| Write::Key(Box::new(key))))).await.unwrap();
    let used = |times: &[(&str, i64)]| -> Vec<_> {
        times.iter().map(|(id, at)| ((*id).to_owned(), Timestamp(*at))).collect()
    };
    store.touch_keys(&used(&[("k1", 5), ("k2", 7), ("k1", 3), ("gone", 1)])).await.unwrap();
    store.touch_keys(&used(&[("k1", 4), ("k2", 8)])).await.unwrap();
    store.touch_keys(&[]).await.unwrap();
    assert_eq!(store.last_used(&ids(&["A", "B"])).await.unwrap(), used(&[("k1", 5), ("k2", 8)]));
    assert_eq!(store.last_used(&ids(&["B"])).await.unwrap(), used(&[("k2", 8)]));
    let requests = |list: &[(&str, &str, u64)]| -> Vec<_> {
        list.iter().map(|(app, month, n)| ((*app).to_owned(), (*month).to_owned(), *n)).collect()
    };
    store
        .add_usage(&requests(&[("A", "2026-01", 2), ("B", "2026-01", 1), ("A", "2026-01", 3)]))
        .await
        .unwrap();
    store.add_usage(&requests(&[("A", "2026-01", 10), ("A", "2026-02", 1)])).await.unwrap();
    assert_eq!(store.usage("2026-01").await.unwrap(), [("A".into(), 15), ("B".into(), 1)]);
    assert_eq!(store.usage("2026-03").await.unwrap(), []);
    let many: Vec<_> = (0..1200).map(|n| (format!("k{n}"), Timestamp(n))).collect();
    store.touch_keys(&many).await.unwrap();
    // Neither is a change that others have to hear of.
    assert_eq!(store.version().await.unwrap(), 2);
}

async fn a_change_wakes_those_who_wait(store: Arc<SqlStore>) {
    let version = store.version().await.unwrap();
    let waiting = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            while store.version().await.unwrap() == version {
                store.changed_since(version).await.unwrap();
            }
            store.version().await.unwrap()
        }
    });
    with_apps(&*store, &["A"]).await;
    assert_eq!(waiting.await.unwrap(), version + 1);
    // What has happened already is not waited for.
    store.changed_since(version).await.unwrap();
}

async fn texts_with_nul_are_stored_without(store: Arc<SqlStore>) {
    with_apps(&*store, &["A"]).await;
    let mut patch = patch("A", "p1", PatchStatus::Pending);
    patch.default.as_mut().unwrap().name = Some("a\0b".into());
    store.commit(writes([Write::Patch(Box::new(patch.clone()))])).await.unwrap();
    assert_eq!(store.patch("A", "p1").await.unwrap(), Some(patch));
    assert_eq!(store.patch("A\0", "p1").await.unwrap(), None);
    assert_eq!(store.key_by_token_hash("\0").await.unwrap(), None);
}

fn proposal(app_id: &str, mutation_id: &str, patch_id: &str, record_id: &str) -> Proposal {
    Proposal {
        app_id: app_id.into(),
        mutation_id: mutation_id.into(),
        content_hash: format!("content of {patch_id}"),
        patch_id: Some(patch_id.into()),
        record_id: Some(record_id.into()),
        refusal: None,
        key_id: "k1".into(),
        created_at: NOW,
    }
}

async fn a_proposal_is_stored_once_however_often_it_comes(store: Arc<SqlStore>) {
    with_apps(&*store, &["A", "B"]).await;
    let sent = |app_id: &'static str, patch_id: &'static str| {
        let patch = patch(app_id, patch_id, PatchStatus::Pending);
        let proposal = proposal(app_id, "m1", patch_id, "r1");
        writes([Write::Patch(Box::new(patch)), Write::Proposal(Box::new(proposal))])
    };
    // Ten tries with patches of their own: one wins with its patch, and leaves nothing of others.
    let ids = ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9"];
    let tries = ids.map(|id| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.commit(sent("A", id)).await })
    });
    let mut won = 0;
    for tried in tries {
        match tried.await.unwrap() {
            Ok(_) => won += 1,
            Err(StoreError::Conflict { what: "proposal", id }) => assert_eq!(id, "m1"),
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(store.patches(&all_of("A")).await.unwrap().total, 1);
    let stored = store.proposals("A", &["m0".into(), "m1".into()]).await.unwrap();
    let [stored] = stored.as_slice() else { panic!("{stored:?}") };
    let patch = store.patch("A", stored.patch_id.as_ref().unwrap()).await.unwrap().unwrap();
    assert_eq!(store.proposed("A", "r1").await.unwrap(), std::slice::from_ref(&patch));

    // Another app has ids of its own.
    assert_eq!(store.proposals("B", &["m1".into()]).await.unwrap(), []);
    store.commit(sent("B", "p1")).await.unwrap();
    assert_eq!(store.proposed("B", "r1").await.unwrap().len(), 1);
    assert_eq!(store.proposed("A", "r2").await.unwrap(), []);

    let end = Write::DeletePatch { app_id: "A".into(), id: patch.id, revision: patch.revision };
    store.commit(writes([end])).await.unwrap();
    assert_eq!(store.proposed("A", "r1").await.unwrap(), []);
    assert_eq!(store.proposals("A", &["m1".into()]).await.unwrap().len(), 1);
}
