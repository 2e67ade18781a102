//! How far a campaign is: once, or as it goes.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State as Shared,
    response::{
        Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::Instant;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    id::{CampaignId, TenantId},
    ports::Progress,
    services::{Acting, Error},
};

use super::params::{CampaignPath, TenantPath};
use crate::{
    extract::{InTenant, Path},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

/// How often a stream looks.
const EVERY: Duration = Duration::from_secs(1);

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(progress))
        .routes(routes!(events))
}

/// How many customers the audience has, and how many messages have which status.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/progress", operation_id = "get_progress", tag = "campaigns", params(TenantPath, CampaignPath),
    responses((status = 200, description = "How far it is.", body = s::Progress)))]
async fn progress(
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Shown<Progress>, ApiError> {
    Ok(Shown(
        acting.deliveries(tenant).progress(path.campaign).await?,
    ))
}

/// The same as it goes: an event `progress` whenever something has changed.
///
/// The stream ends when the caller may not look any more, and after an hour; the client then connects again.
#[utoipa::path(get, path = "/v1/tenants/{tenant}/campaigns/{campaign}/progress/events", operation_id = "stream_progress", tag = "campaigns",
    params(TenantPath, CampaignPath),
    responses((status = 200, description = "Events, each with the JSON of `Progress` as its data.", body = String, content_type = "text/event-stream")))]
async fn events(
    Shared(state): Shared<State>,
    InTenant { acting, tenant }: InTenant,
    Path(path): Path<CampaignPath>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let watch = Watch {
        acting,
        tenant,
        campaign: path.campaign,
        until: Instant::now() + state.limits().stream,
        told: None,
    };
    // The first look is an answer of its own: who may not look gets a status, not a stream.
    let first = watch.look().await?;
    let begin = Some(watch.telling(&first));
    let rest = stream::unfold(begin_after(watch, first), |mut watch| async move {
        let progress = watch.changed().await?;
        Some((watch.telling(&progress), watch))
    });
    let events = stream::iter(begin).chain(rest).map(Ok);
    Ok(Sse::new(events).keep_alive(KeepAlive::default()))
}

/// A campaign, watched by someone.
struct Watch {
    acting: Acting,
    tenant: TenantId,
    campaign: CampaignId,
    until: Instant,
    told: Option<Progress>,
}

fn begin_after(mut watch: Watch, first: Progress) -> Watch {
    watch.told = Some(first);
    watch
}

impl Watch {
    /// Asked each time, so that whoever lost the right to look sees no more.
    async fn look(&self) -> Result<Progress, Error> {
        self.acting
            .deliveries(self.tenant)
            .progress(self.campaign)
            .await
    }

    /// The progress when it is another; nothing when the stream is to end.
    async fn changed(&mut self) -> Option<Progress> {
        while Instant::now() < self.until {
            tokio::time::sleep(EVERY).await;
            let progress = self.look().await.ok()?;
            if self.told.as_ref() != Some(&progress) {
                self.told = Some(progress.clone());
                return Some(progress);
            }
        }
        None
    }

    #[expect(clippy::unused_self, reason = "an event of this watch")]
    fn telling(&self, progress: &Progress) -> Event {
        let data = serde_json::to_string(progress).unwrap_or_default();
        Event::default().event("progress").data(data)
    }
}
