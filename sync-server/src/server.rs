//! Puts the application on a socket and keeps its data fresh until a signal ends it.

use std::future::Future;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpResponse, HttpServer, rt, web};
use tokio::time::{MissedTickBehavior, interval};

use crate::access::Access;
use crate::config::{ServeConfig, database};
use crate::error::{Error, Result};
use crate::geography::Geography;
use crate::live::{Outcome, Watcher};
use crate::metrics;
use crate::model::Clock;
use crate::routes;
use crate::site::Site;
use crate::state::AppState;
use crate::store::{Store, follow};
use crate::sync::Sync;
use crate::sync::compaction::compact_regularly;

/// Time between looks at the manifest file.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Time a client has to send the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(5);
/// Time an idle connection stays open; a little over the 60 s that proxies keep theirs.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// Time that answers under way have to end after a signal.
const SHUTDOWN_TIMEOUT_S: u64 = 30;

/// Content type of Prometheus' text format.
const METRICS_TYPE: &str = "text/plain; version=0.0.4";

/// Serves until SIGTERM or SIGINT, then lets answers under way end.
///
/// # Errors
/// Fails when the data or the web app cannot be used or the address cannot be listened on.
pub async fn serve(config: &ServeConfig) -> Result<()> {
    let site = config.www.as_ref().map(Site::open).transpose()?;
    let tls = config.tls.load()?;
    let blobs = Arc::new(config.blobs()?);
    let (catalog, watcher) = Watcher::start(Arc::clone(&blobs))?;
    let countries = catalog.manifest().countries.len();
    let store = database::open(config.database_url.as_ref(), &config.data).await?;
    let store: Arc<dyn Store> = Arc::new(store);
    let clock = Clock::system();
    let secret = config.access.load_secret(&config.data)?;
    let options = config.access.clone();
    let access = Access::new(Arc::clone(&store), clock.clone(), secret, options);
    if let Some(path) = access.bootstrap(&config.data).await? {
        tracing::warn!(
            "the first private key is in {}: keep it and delete the file",
            path.display()
        );
    }
    let page_token = if site.is_some() { access.page_token().await? } else { None };
    let sync = Sync::new(config.sync.clone())?;
    if let Some(signer) = &sync.signer {
        tracing::info!(public_key = signer.public_key(), "manifests and heads are signed");
    }
    let state = AppState {
        site,
        geography: Geography::open(&config.geography)?,
        body_timeout: config.body_timeout(),
        page_token,
        sync,
        ..AppState::new(blobs, catalog, store, clock, access)
    };
    let state = web::Data::new(state);
    state.refresh_overlays(None).await.map_err(|error| Error::Patches(error.into()))?;
    let for_workers = state.clone();
    let server =
        HttpServer::new(move || App::new().configure(routes::configure(for_workers.clone())))
            .tcp_nodelay(true)
            .client_request_timeout(HEAD_TIMEOUT)
            .keep_alive(KEEP_ALIVE)
            .shutdown_timeout(SHUTDOWN_TIMEOUT_S)
            .shutdown_signal(stop_streams(shutdown_signal()?, state.clone()));
    let scheme = if tls.is_some() { "https" } else { "http" };
    let server = match tls {
        Some(tls) => server.bind_rustls_0_23(config.listen, tls),
        None => server.bind(config.listen),
    }
    .map_err(|source| Error::Bind { address: config.listen, source })?;
    let metrics =
        config.metrics_listen.map(|address| serve_metrics(address, &state)).transpose()?;
    for address in server.addrs() {
        announce(scheme, address, countries)?;
    }
    let access = Arc::clone(&state.access);
    let following = rt::spawn(async move { access.follow_changes().await });
    let access = Arc::clone(&state.access);
    let flushing = rt::spawn(async move { access.flush_usage_regularly().await });
    let of_patches = state.clone();
    let laying = rt::spawn(async move {
        follow(&*of_patches.store, "patches", async || {
            // Streams look at their keys when they hear of the refresh.
            of_patches.access.invalidate();
            refresh(&of_patches).await;
        })
        .await;
    });
    let compacting = rt::spawn(compact_regularly(state.clone()));
    let access = Arc::clone(&state.access);
    let watching = rt::spawn(watch(watcher, state));
    let ended = server.run().await;
    for task in [watching, following, flushing, laying, compacting] {
        task.abort();
    }
    if let Some(metrics) = metrics {
        metrics.stop(false).await;
    }
    access.flush_usage().await;
    tracing::info!("stopped");
    ended.map_err(Error::Stopped)
}

/// Serves the metrics at a port of their own, which ends with its handle.
fn serve_metrics(address: SocketAddr, state: &web::Data<AppState>) -> Result<ServerHandle> {
    let state = state.clone();
    let get = |state: web::Data<AppState>| async move {
        HttpResponse::Ok().content_type(METRICS_TYPE).body(metrics::write(&state).await)
    };
    let server = HttpServer::new(move || {
        App::new().app_data(state.clone()).route("/metrics", web::get().to(get))
    })
    .workers(1)
    .disable_signals()
    .bind(address)
    .map_err(|source| Error::Bind { address, source })?;
    for address in server.addrs() {
        tracing::info!("metrics on http://{address}/metrics");
    }
    let server = server.run();
    let handle = server.handle();
    rt::spawn(server);
    Ok(handle)
}

/// Says where the server is: in the log, and on standard output for programs that started it.
fn announce(scheme: &str, address: SocketAddr, countries: usize) -> io::Result<()> {
    tracing::info!(countries, "listening on {scheme}://{address}");
    let mut out = io::stdout().lock();
    writeln!(out, "listening on {scheme}://{address}")?;
    out.flush()
}

async fn watch(mut watcher: Watcher, state: web::Data<AppState>) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let shared = state.clone();
        let looked = web::block(move || {
            let outcome = watcher.look(&shared.catalog);
            (watcher, outcome)
        });
        let outcome;
        (watcher, outcome) = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "the data directory is no longer watched, restart the server");
                return;
            }
        };
        match outcome {
            Outcome::Unchanged => {}
            Outcome::Replaced => {
                let version = state.catalog.current().manifest().version;
                tracing::info!(version, "serving a new build");
                refresh(&state).await;
            }
            Outcome::Refused(error) => {
                let error = anyhow::Error::from(error);
                tracing::error!(
                    error = format!("{error:#}"),
                    "new build refused, the old one is still served"
                );
            }
        }
    }
}

async fn refresh(state: &AppState) {
    if let Err(error) = state.refresh_overlays(None).await {
        let error = anyhow::Error::from(error);
        tracing::error!(error = format!("{error:#}"), "approved patches are not taken over");
    }
}

/// Ends streams at once, which would hold up the end of the server otherwise.
async fn stop_streams(signal: impl Future<Output = ()>, state: web::Data<AppState>) {
    signal.await;
    state.sync.streams.close();
}

#[cfg(unix)]
fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping, answers under way may end within {SHUTDOWN_TIMEOUT_S} s");
    })
}

#[cfg(not(unix))]
fn shutdown_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "cannot wait for ctrl-c");
            std::future::pending::<()>().await;
        }
    })
}
