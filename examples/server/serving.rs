//! Holding the connections, and ending in good order.

use std::{io, net::SocketAddr, time::Duration};

use axum::extract::ConnectInfo;
use hyper::{Request, body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
};
use offerkit::{
    Offerkit,
    axum::Api,
    worker::{Shutdown, Worker},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    sync::watch,
    task::JoinHandle,
};
use tower::ServiceExt as _;

use super::{demo::People, failure::Failure};

/// How long open requests have to end, once the server is told to stop.
const GRACE: Duration = Duration::from_secs(10);
/// How long to wait where a connection could not be taken.
const PAUSE: Duration = Duration::from_secs(1);

/// Tells a server to stop.
#[derive(Clone)]
pub(crate) struct Stop(watch::Sender<bool>);

impl Stop {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(false))
    }

    /// Stops at Ctrl-C and SIGTERM.
    pub(crate) fn at_signals() -> io::Result<Self> {
        let stop = Self::new();
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let told = stop.clone();
        tokio::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            told.now();
        });
        Ok(stop)
    }

    pub(crate) fn now(&self) {
        self.0.send_replace(true);
    }

    pub(crate) async fn told(&self) {
        // The sender lives as long as this does.
        self.0.subscribe().wait_for(|is_told| *is_told).await.ok();
    }
}

/// A server that listens.
pub(crate) struct Server {
    address: SocketAddr,
    people: Option<People>,
    connections: JoinHandle<io::Result<()>>,
    worker: Option<JoinHandle<()>>,
}

impl Server {
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) const fn people(&self) -> Option<&People> {
        self.people.as_ref()
    }

    /// Returns when the server was told to stop, and has.
    pub(crate) async fn finished(self) -> Result<(), Failure> {
        self.connections.await??;
        if let Some(worker) = self.worker {
            worker.await?;
        }
        Ok(())
    }
}

/// Listens, and begins to serve; where there is a kit for it, a worker begins beside.
pub(crate) async fn begin(
    (address, headers): (SocketAddr, Duration),
    api: Api,
    working: Option<Offerkit>,
    people: Option<People>,
    stop: Stop,
) -> Result<Server, Failure> {
    let listener = TcpListener::bind(address)
        .await
        .map_err(|error| Failure::Input(format!("cannot listen on {address}: {error}")))?;
    let address = listener.local_addr()?;
    let worker = working.map(|kit| worked(kit, stop.clone())).transpose()?;
    Ok(Server {
        address,
        people,
        connections: tokio::spawn(served(listener, api, headers, stop)),
        worker,
    })
}

async fn served(listener: TcpListener, api: Api, headers: Duration, stop: Stop) -> io::Result<()> {
    let router = api.router();
    let mut http = Builder::new(TokioExecutor::new());
    // `axum::serve` sets no limit, so that a client could hold a connection by sending a byte now and then.
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(headers);
    http.http2().timer(TokioTimer::new());
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.told() => break,
        };
        let (socket, from) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, say: those that close make room.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let router = router.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(ConnectInfo(from));
            router.clone().oneshot(request)
        });
        let connection = http.serve_connection(TokioIo::new(socket), service);
        let connection = open.watch(connection.into_owned());
        tokio::spawn(async move {
            // A client that hangs up is no failure of the server.
            connection.await.ok();
        });
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(GRACE) => {
            tracing::warn!("connections that were still open are cut");
        }
    }
    Ok(())
}

/// The worker of this process, which ends what it has begun when it is told to stop.
fn worked(kit: Offerkit, stop: Stop) -> Result<JoinHandle<()>, Failure> {
    let worker = Worker::builder(kit).build()?;
    let shutdown = Shutdown::new();
    Ok(tokio::spawn(async move {
        let draining = shutdown.clone();
        let told = tokio::spawn(async move {
            stop.told().await;
            draining.drain();
        });
        let report = worker.run(&shutdown).await;
        told.abort();
        tracing::info!(sent = report.deliveries.sent, "the worker has stopped");
    }))
}
