//! What Prometheus scrapes, on a listener of its own: it tells how business goes and asks for no login, so it is for the network
//! of those who run the service, and not for the one that the API is on.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, http::header, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder};
use tokio::net::TcpListener;

use super::{failure::Failure, serving::Stop};

/// The form of the answer: Prometheus' text format.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// The upper bounds of the buckets of everything that is measured in seconds.
const BOUNDS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0,
];
/// How often what was measured is put into buckets, where nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

/// Keeps what the library counts from now on, and serves it at `/metrics`; answers where.
pub(crate) async fn begin(address: SocketAddr, stop: Stop) -> Result<SocketAddr, Failure> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Input(format!("cannot listen on {address}: {error}")))?;
    let address = listener.local_addr()?;
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let kept = PrometheusBuilder::new()
        .set_buckets_for_metric(seconds, &BOUNDS)
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| Failure::Input(error.to_string()))?;
    let told = kept.clone();
    let scraped = move || std::future::ready(([(header::CONTENT_TYPE, TEXT)], told.render()));
    let router = Router::new().route("/metrics", get(scraped));
    let upkeep = tokio::spawn(async move {
        loop {
            tokio::time::sleep(UPKEEP).await;
            kept.run_upkeep();
        }
    });
    tokio::spawn(async move {
        let served = axum::serve(listener, router);
        if let Err(error) = served
            .with_graceful_shutdown(async move { stop.told().await })
            .await
        {
            tracing::warn!(%error, "metrics are not served any more");
        }
        upkeep.abort();
    });
    Ok(address)
}
