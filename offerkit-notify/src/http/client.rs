//! The HTTP client.

use std::{error::Error as _, sync::Arc, time::Duration};

use offerkit_core::time::Clock;
use reqwest::{Client, RequestBuilder, Response, Url, redirect::Policy};
use rustls::ClientConfig;

use super::{Answer, answer::retry_after};
use crate::{
    SetupError,
    guard::{Checked, Guard, Refusal},
    tls,
};

/// How long to wait for an HTTP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HttpTimeouts {
    /// For a connection, TLS included. 10 seconds by default.
    pub connect: Duration,
    /// For the whole exchange, from the connection to the end of the answer. 30 seconds by default.
    pub answer: Duration,
}

impl Default for HttpTimeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            answer: Duration::from_secs(30),
        }
    }
}

/// How far a request came.
#[derive(Debug)]
pub(crate) enum Exchange {
    /// There is an answer.
    Answered(Answer),
    /// The guard does not allow it.
    Refused(Refusal),
    /// No connection was made, so nothing was sent.
    NotSent,
    /// It may have been read, or not.
    Lost,
}

/// A client that follows no redirect and uses no proxy.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    client: Client,
    guard: Option<Arc<Guard>>,
}

impl Http {
    /// A client that connects only where `guard` allows.
    pub(crate) fn new(
        tls: Option<Arc<ClientConfig>>,
        timeouts: HttpTimeouts,
        guard: Option<Guard>,
    ) -> Result<Self, SetupError> {
        let mut tls = ClientConfig::clone(&*tls::config(tls)?);
        if tls.alpn_protocols.is_empty() {
            tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        let guard = guard.map(Arc::new);
        let mut builder = Client::builder()
            .tls_backend_preconfigured(tls)
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(timeouts.connect)
            .timeout(timeouts.answer);
        if let Some(guard) = &guard {
            builder = builder.dns_resolver(Checked(Arc::clone(guard)));
        }
        Ok(Self {
            client: builder.build()?,
            guard,
        })
    }

    /// A client that was made elsewhere.
    #[cfg(any(feature = "sms", feature = "push"))]
    pub(crate) const fn of(client: Client) -> Self {
        Self {
            client,
            guard: None,
        }
    }

    /// Posts, and reads at most `limit` bytes of the answer's body.
    pub(crate) async fn post(
        &self,
        url: &Url,
        limit: usize,
        clock: &dyn Clock,
        finish: impl FnOnce(RequestBuilder) -> RequestBuilder,
    ) -> Exchange {
        if let Some(guard) = &self.guard
            && let Err(refusal) = guard.check(url)
        {
            return Exchange::Refused(refusal);
        }
        match finish(self.client.post(url.clone())).send().await {
            Ok(response) => Exchange::Answered(Answer {
                status: response.status().as_u16(),
                retry_after: retry_after(response.headers(), clock.now()),
                body: read(response, limit).await,
            }),
            Err(error) => match refusal(&error) {
                Some(refusal) => Exchange::Refused(refusal),
                None if error.is_connect() || error.is_builder() => Exchange::NotSent,
                None => Exchange::Lost,
            },
        }
    }
}

/// The refusal of the guard, if that is why there was no connection.
fn refusal(error: &reqwest::Error) -> Option<Refusal> {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(refusal) = cause.downcast_ref::<Refusal>() {
            return Some(*refusal);
        }
        source = cause.source();
    }
    None
}

/// What could be read within the limit and the client's timeout. The status came first and is what counts.
async fn read(mut response: Response, limit: usize) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < limit {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = limit.saturating_sub(body.len());
                body.extend(chunk.iter().take(room));
            }
            Ok(None) => break,
            Err(_) => return Vec::new(),
        }
    }
    body
}
