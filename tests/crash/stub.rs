//! The notifier of the workers: it hands messages to the provider.

use std::{collections::HashSet, fmt::Write as _, num::NonZeroU32, path::PathBuf, sync::Arc};

use offerkit::{
    async_trait,
    domain::{Channel, DeliveryKey},
    id::DeliveryId,
    ports::{Message, Notifier, Outcome, Profile},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader},
    net::UnixStream,
};

use crate::{
    faults::Faults,
    mode::Mode,
    plan::{Point, WorkerPlan},
    protocols::Protocol,
};

pub(crate) struct Stub {
    provider: PathBuf,
    mode: Mode,
    protocol: Protocol,
    batch: NonZeroU32,
    faults: Arc<Faults>,
}

impl Stub {
    pub(crate) fn new(plan: &WorkerPlan, faults: &Arc<Faults>) -> Self {
        Self {
            provider: plan.provider.clone(),
            mode: plan.mode,
            protocol: plan.protocol,
            batch: NonZeroU32::new(plan.batch).unwrap_or(NonZeroU32::MIN),
            faults: Arc::clone(faults),
        }
    }

    async fn ask(&self, batch: &[Message]) -> std::io::Result<()> {
        let mut request = String::new();
        for message in batch {
            let key = self.protocol.key(message.id, std::process::id());
            // Writing to a string cannot fail.
            write!(request, "{}={key} ", message.id).ok();
        }
        request.push('\n');
        let mut stream = UnixStream::connect(&self.provider).await?;
        stream.write_all(request.as_bytes()).await?;
        self.faults.come_to(Point::Asked);
        let answer = answer(stream).await?;
        if answer == "accepted\n" {
            return Ok(());
        }
        Err(std::io::ErrorKind::UnexpectedEof.into())
    }

    /// Those deliveries that the provider has accepted.
    async fn known(
        &self,
        ids: impl Iterator<Item = DeliveryId>,
    ) -> std::io::Result<HashSet<String>> {
        let ids: Vec<_> = ids.map(|id| id.to_string()).collect();
        let mut stream = UnixStream::connect(&self.provider).await?;
        let request = format!("known? {}\n", ids.join(" "));
        stream.write_all(request.as_bytes()).await?;
        let answer = answer(stream).await?;
        if !answer.ends_with('\n') {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok(answer.split_whitespace().map(str::to_owned).collect())
    }
}

async fn answer(stream: UnixStream) -> std::io::Result<String> {
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).await?;
    Ok(answer)
}

#[async_trait]
impl Notifier for Stub {
    fn profile(&self) -> Profile {
        Profile {
            channel: Channel::Webhook,
            guarantee: self.mode.guarantee(),
            max_batch: self.batch,
            concurrency: NonZeroU32::MIN,
        }
    }

    async fn send(&self, batch: &[Message]) -> Vec<(DeliveryId, Outcome)> {
        // Whether it reached the provider, nobody could tell.
        let outcome = match self.ask(batch).await {
            Ok(()) => Outcome::Sent,
            Err(error) => Outcome::Unknown {
                reason: error.kind().to_string(),
            },
        };
        self.faults.come_to(Point::Accepted);
        let outcomes = batch.iter().map(|message| (message.id, outcome.clone()));
        outcomes.collect()
    }

    async fn lookup(&self, keys: &[DeliveryKey]) -> Vec<(DeliveryId, Outcome)> {
        if self.protocol == Protocol::NoLookup {
            return Vec::new();
        }
        let ids = keys.iter().map(|key| key.id());
        match self.known(ids.clone()).await {
            Ok(known) => ids
                .filter(|id| known.contains(&id.to_string()))
                .map(|id| (id, Outcome::Sent))
                .collect(),
            // What it has seen, nobody could tell then.
            Err(error) => {
                let reason = error.kind().to_string();
                let unknown = |id| {
                    (
                        id,
                        Outcome::Unknown {
                            reason: reason.clone(),
                        },
                    )
                };
                ids.map(unknown).collect()
            }
        }
    }
}
