//! Several servers on one PostgreSQL.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sync_server::store::{SqlStore, Store, StoreError, Write};

use crate::postgres;
use crate::samples::{app, approval, key, writes};
use crate::schema::run;
use sync_server::model::{KeyStatus, Role};
use sync_server::store::{Change, Guard};

use crate::samples::NOW;

/// Longest time that a change may stay unseen on another server.
const SEEN_WITHIN: Duration = Duration::from_secs(5);

async fn two_servers() -> (String, [Arc<SqlStore>; 2]) {
    let url = postgres::new_database().await;
    let one = SqlStore::open(&url).await.unwrap();
    one.commit(writes([Write::App(app("A"))])).await.unwrap();
    let two = SqlStore::open(&url).await.unwrap();
    (url, [Arc::new(one), Arc::new(two)])
}

/// Waits as servers do, until the version is another one.
async fn wait_for_change(store: &SqlStore, version: i64) -> Duration {
    let start = Instant::now();
    while store.version().await.unwrap() == version {
        store.changed_since(version).await.unwrap();
    }
    start.elapsed()
}

#[tokio::test]
async fn approvals_on_two_servers_make_one_feed_without_gaps() {
    let (_, stores) = two_servers().await;
    let committers = (0..8).map(|committer| {
        let store = Arc::clone(&stores[committer % 2]);
        tokio::spawn(async move {
            let mut seqs = Vec::new();
            for number in 0..25 {
                let change = approval("A", &format!("p{committer}-{number}"));
                seqs.extend(store.commit(change).await.unwrap().feed_seqs);
            }
            seqs
        })
    });
    let mut seqs = BTreeSet::new();
    for committer in committers.collect::<Vec<_>>() {
        seqs.extend(committer.await.unwrap());
    }
    assert!(seqs.into_iter().eq(1..=200));
    for store in stores {
        let feed = store.feed("A", "li", 0, 1000).await.unwrap();
        assert!(feed.iter().map(|row| row.seq).eq(1..=200));
        let patches: BTreeSet<_> = feed.into_iter().map(|row| row.patch_id).collect();
        assert_eq!(patches.len(), 200);
        assert_eq!(store.verify().await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_change_on_one_server_is_told_to_the_other() {
    let (_, [one, two]) = two_servers().await;
    for number in 0..5 {
        let version = two.version().await.unwrap();
        let waiting = tokio::spawn({
            let two = Arc::clone(&two);
            async move { wait_for_change(&two, version).await }
        });
        one.commit(approval("A", &format!("p{number}"))).await.unwrap();
        assert!(waiting.await.unwrap() < SEEN_WITHIN);
        assert_eq!(two.approved("A", "li").await.unwrap().0, number + 1);
    }
}

#[tokio::test]
async fn a_server_whose_connections_were_cut_sees_what_it_missed() {
    let (url, [one, two]) = two_servers().await;
    let version = two.version().await.unwrap();
    // Takes all connections of both away, as a restart of the database does.
    run(
        &url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    one.commit(approval("A", "p1")).await.unwrap();
    assert!(wait_for_change(&two, version).await < SEEN_WITHIN);
}

#[tokio::test]
async fn changes_that_nobody_tells_are_found_by_looking() {
    let (url, [_, two]) = two_servers().await;
    let version = two.version().await.unwrap();
    let waiting = tokio::spawn(async move { wait_for_change(&two, version).await });
    run(&url, "UPDATE store SET version = version + 1").await;
    assert!(waiting.await.unwrap() < SEEN_WITHIN);
}

#[tokio::test]
async fn two_servers_cannot_each_take_away_the_last_but_one_private_key() {
    let (_, stores) = two_servers().await;
    let keys = ["k0", "k1"].map(|id| key("A", id, Role::Private));
    stores[0].commit(writes(keys.clone().map(|key| Write::Key(Box::new(key))))).await.unwrap();
    let revoking: Vec<_> = keys
        .into_iter()
        .zip(stores)
        .map(|(mut key, store)| {
            (key.revision, key.status) = (2, KeyStatus::Inactive);
            let guards = vec![Guard::UsablePrivateKey { app_id: "A".into(), at: NOW }];
            let change = Change { guards, ..writes([Write::Key(Box::new(key))]) };
            tokio::spawn(async move { store.commit(change).await })
        })
        .collect();
    let mut refused = 0;
    for revoked in revoking {
        match revoked.await.unwrap() {
            Ok(_) => {}
            Err(StoreError::Refused(_)) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(refused, 1);
}
