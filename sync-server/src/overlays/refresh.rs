//! Takes over what was approved, published or compacted since the last time.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use actix_web::web;

use super::app::{AppOverlay, CountryFeed};
use super::country::CountryState;
use super::{Known, Overlays};
use crate::catalog::Catalog;
use crate::error::Cause;
use crate::live::LiveCatalog;
use crate::model::Timestamp;
use crate::patches::base::Base;
use crate::store::{FeedRow, KeptFeed, Store, StoreError};
use crate::sync::{compaction, kept};

/// Rows of a feed that are read at once.
const ROWS: usize = 1000;
/// Rows behind which all approved patches are read instead.
const MOST_ROWS: usize = 20 * ROWS;
/// How often it is tried while the store is restored or compacted by others.
const MAX_TRIES: usize = 5;

/// What the store says of the feeds.
struct Look {
    epoch: Arc<str>,
    heads: BTreeMap<String, BTreeMap<String, i64>>,
    kept: BTreeMap<String, Vec<KeptFeed>>,
}

impl Look {
    async fn at(store: &dyn Store, app_id: Option<&str>) -> Result<Self, Cause> {
        let epoch = store.epoch().await?.into();
        // What is kept is read before the heads, so that no snapshot is newer than its head.
        let mut kept: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for feed in store.kept_feeds(app_id).await? {
            kept.entry(feed.app_id.clone()).or_default().push(feed);
        }
        let mut heads: BTreeMap<_, BTreeMap<_, _>> = BTreeMap::new();
        for (app, country, head) in store.feed_heads().await? {
            if app_id.is_none_or(|wanted| wanted == app) {
                heads.entry(app).or_default().insert(country, head);
            }
        }
        Ok(Self { epoch, heads, kept })
    }

    fn is_known(&self, app_id: &str, known: &AppOverlay) -> bool {
        let kept = self.kept.get(app_id).map_or(&[][..], Vec::as_slice);
        let none = BTreeMap::new();
        known.has_all(&self.epoch, self.heads.get(app_id).unwrap_or(&none), kept)
    }
}

impl Overlays {
    /// Takes over what was approved, published or compacted since, for one app or all.
    ///
    /// # Errors
    /// Fails when the store does or a shard is damaged; what was there is kept.
    pub async fn refresh(
        &self,
        store: &dyn Store,
        live: &LiveCatalog,
        app_id: Option<&str>,
        now: Timestamp,
    ) -> Result<(), Cause> {
        let refreshed = if let Some(app_id) = app_id {
            self.refresh_app(store, live, app_id, now).await
        } else {
            let look = Look::at(store, None).await?;
            self.write(|known| known.keep_apps(&look));
            self.refresh_apps(store, live, &look, now).await
        };
        self.changed.send_modify(|()| {});
        refreshed
    }

    /// Refreshes every app that has something new; one that fails does not hold up the others.
    async fn refresh_apps(
        &self,
        store: &dyn Store,
        live: &LiveCatalog,
        look: &Look,
        now: Timestamp,
    ) -> Result<(), Cause> {
        let mut refreshed = Ok(());
        for app_id in look.heads.keys() {
            let known = self.get(app_id);
            let is_current = known.is_some_and(|known| {
                known.is_over(&live.current()) && look.is_known(app_id, &known)
            });
            if !is_current {
                refreshed = self.refresh_app(store, live, app_id, now).await.and(refreshed);
            }
        }
        refreshed
    }

    async fn refresh_app(
        &self,
        store: &dyn Store,
        live: &LiveCatalog,
        app_id: &str,
        now: Timestamp,
    ) -> Result<(), Cause> {
        let turn = self.turn_of(app_id);
        let _turn = turn.lock().await;
        for _ in 0..MAX_TRIES {
            // Taken within the turn: who waited for it must not bring an older catalog back.
            let catalog = live.current();
            let look = Look::at(store, Some(app_id)).await?;
            let known = self.get(app_id).filter(|known| *known.epoch() == *look.epoch);
            let known = known.as_deref();
            if known.is_some_and(|known| known.is_over(&catalog) && look.is_known(app_id, known)) {
                return Ok(());
            }
            let own = make(store, &catalog, app_id, known, &look).await?;
            if snapshot_where_needed(store, app_id, known, &own, now).await? {
                continue;
            }
            // Restored while it was read: what was read may be of either.
            if *store.epoch().await? != *look.epoch {
                continue;
            }
            self.write(|known| {
                known.epoch = Some(Arc::clone(&look.epoch));
                known.apps.insert(app_id.to_owned(), Arc::new(own));
            });
            return Ok(());
        }
        Err("the feeds change too fast to be read".into())
    }
}

impl Known {
    /// Forgets apps that a restored store has no feeds of. Within an epoch feeds never end, but
    /// there may be newer ones than those that were read.
    fn keep_apps(&mut self, look: &Look) {
        self.epoch = Some(Arc::clone(&look.epoch));
        self.apps
            .retain(|app_id, own| *own.epoch() == *look.epoch || look.heads.contains_key(app_id));
    }
}

/// Makes all that an app has, from what is known and what came since.
async fn make(
    store: &dyn Store,
    catalog: &Arc<Catalog>,
    app_id: &str,
    known: Option<&AppOverlay>,
    look: &Look,
) -> Result<AppOverlay, Cause> {
    let kept = look.kept.get(app_id).map_or(&[][..], Vec::as_slice);
    let (mut countries, mut elsewhere) = (BTreeMap::new(), BTreeMap::new());
    for (country, head) in look.heads.get(app_id).into_iter().flatten() {
        let known = known.and_then(|known| known.feed(country));
        match state_of(store, catalog, (app_id, country), known, *head).await? {
            Some(state) => {
                let kept = kept.iter().find(|kept| kept.country == *country);
                countries.insert(country.clone(), CountryFeed::new(state, kept));
            }
            None => {
                elsewhere.insert(country.clone(), *head);
            }
        }
    }
    let compactions = kept.iter().map(|kept| kept.compactions).sum();
    let (epoch, catalog) = (Arc::clone(&look.epoch), Arc::clone(catalog));
    Ok(AppOverlay::new(epoch, catalog, countries, elsewhere, compactions)?)
}

/// Returns the state of a feed at this head or a later one; `None` when the country is not on
/// offer.
async fn state_of(
    store: &dyn Store,
    catalog: &Arc<Catalog>,
    (app_id, country): (&str, &str),
    known: Option<&CountryFeed>,
    head: i64,
) -> Result<Option<Arc<CountryState>>, Cause> {
    let Some(base) = Base::of(catalog, country) else { return Ok(None) };
    let is_of_base = |state: &&Arc<CountryState>| state.generation() == base.generation();
    let known = known.map(|feed| &feed.state).filter(is_of_base);
    if let Some(known) = known.filter(|known| known.head() >= head) {
        return Ok(Some(Arc::clone(known)));
    }
    if let Some(known) = known
        && let Some(rows) = rows_behind(store, (app_id, country), known.head()).await?
    {
        let known = Arc::clone(known);
        let next = web::block(move || known.followed_by(&base, &rows)).await??;
        return Ok(Some(Arc::new(next)));
    }
    let (head, patches) = store.approved(app_id, country).await?;
    let state = web::block(move || CountryState::build(&base, head, &patches)).await??;
    Ok(Some(Arc::new(state)))
}

/// Returns the rows behind a position; `None` when some are dropped or there are too many.
///
/// The last read gives all that is left, with patches as they are at that moment: together with the
/// earlier ones, whose patches have not changed since, it is the state of the last row.
async fn rows_behind(
    store: &dyn Store,
    (app_id, country): (&str, &str),
    after: i64,
) -> Result<Option<Vec<FeedRow>>, StoreError> {
    let mut rows: Vec<FeedRow> = Vec::new();
    loop {
        let from = rows.last().map_or(after, |row| row.seq);
        let more = store.feed(app_id, country, from, ROWS as u64).await?;
        let is_end = more.len() < ROWS;
        if more.first().is_some_and(|row| row.seq != from + 1) {
            return Ok(None);
        }
        rows.extend(more);
        if is_end {
            return Ok(Some(rows));
        }
        if rows.len() > MOST_ROWS {
            return Ok(None);
        }
    }
}

/// Makes a snapshot of every feed that devices could not reach without one: one whose base was
/// replaced after operations had been dropped, or one that was kept by a server that made other
/// corrections of its patches. Whether any was made.
async fn snapshot_where_needed(
    store: &dyn Store,
    app_id: &str,
    known: Option<&AppOverlay>,
    own: &AppOverlay,
    now: Timestamp,
) -> Result<bool, Cause> {
    let mut unreachable = BTreeSet::new();
    for (country, feed) in own.feeds() {
        let is_first = known.and_then(|known| known.feed(country)).is_none();
        let is_kept = is_first && !feed.objects.is_empty();
        if !feed.is_reachable()
            || (is_kept && !kept::leads_to_state(store, own.epoch(), app_id, country, feed).await?)
        {
            unreachable.insert(country);
        }
    }
    for country in &unreachable {
        let Some(feed) = own.feed(country).cloned() else { continue };
        let feed_of = (own.epoch().to_owned(), app_id.to_owned(), (*country).to_owned());
        let plan = web::block(move || compaction::snapshot(feed_of, &feed, now)).await?;
        match store.compact(&plan).await {
            // Another server was faster: its snapshot is as good.
            Ok(_) | Err(StoreError::Conflict { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(!unreachable.is_empty())
}
