//! What the platform's customers agreed to.

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

use offerkit_core::{
    domain::{Channel, Consent, ConsentWord, Purpose},
    id::CustomerId,
    text::ConsentSource,
    time::Timestamp,
};

use super::{groups::All, params::CustomerPath};
use crate::{
    caller::Caller,
    extract::{Body, Object, Path},
    problem::ApiError,
    reply::Shown,
    schemas as s,
    state::State,
};

pub(super) fn routes() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(list, say))
        .routes(routes!(import))
}

/// Everything that a customer said about messages, the last first.
#[utoipa::path(get, path = "/v1/customers/{customer}/consents", operation_id = "list_consents", tag = "customers", params(CustomerPath),
    responses((status = 200, description = "What they said.", body = s::All<s::Consent>)))]
async fn list(
    Caller(acting): Caller,
    Path(path): Path<CustomerPath>,
) -> Result<Shown<All<Consent>>, ApiError> {
    let items = acting.consents().of(path.customer).await?;
    Ok(Shown(All { items }))
}

/// What a customer says now.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConsentDraft)]
struct WordBody {
    /// About which messages.
    #[schema(value_type = s::Purpose)]
    purpose: Purpose,
    /// Over which channel.
    #[schema(value_type = s::Channel)]
    channel: Channel,
    /// What they say.
    #[schema(value_type = s::ConsentWord)]
    word: ConsentWord,
    /// Where: a code, which names no person.
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "branch.form-12")]
    source: ConsentSource,
}

/// Keep what a customer says now about messages of a purpose over a channel.
///
/// Every word is kept, and the last one counts. The customer need not be known yet.
#[utoipa::path(post, path = "/v1/customers/{customer}/consents", operation_id = "keep_consent", tag = "customers", params(CustomerPath),
    request_body = WordBody, responses((status = 204, description = "It is kept.")))]
async fn say(
    Caller(acting): Caller,
    Path(path): Path<CustomerPath>,
    Body(body): Body<WordBody>,
) -> Result<StatusCode, ApiError> {
    let (consents, customer) = (acting.consents(), path.customer);
    let WordBody {
        purpose,
        channel,
        word,
        source,
    } = body;
    match word {
        ConsentWord::Given => consents.give(customer, purpose, channel, source).await?,
        ConsentWord::Withdrawn => {
            consents
                .withdraw(customer, purpose, channel, source)
                .await?;
        }
    }
    Ok(StatusCode::NO_CONTENT)
}

/// What customers said.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Consents)]
struct WordsBody {
    /// The words, at most 10,000.
    #[schema(value_type = Vec<s::Consent>, max_items = 10_000)]
    words: Vec<Object<SaidWord>>,
}

/// A word that was said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidWord {
    customer: CustomerId,
    purpose: Purpose,
    channel: Channel,
    said_at: Timestamp,
    word: ConsentWord,
    source: ConsentSource,
}

impl From<Object<SaidWord>> for Consent {
    fn from(Object(said): Object<SaidWord>) -> Self {
        Self {
            customer: said.customer,
            purpose: said.purpose,
            channel: said.channel,
            said_at: said.said_at,
            word: said.word,
            source: said.source,
        }
    }
}

/// How many words were kept.
#[derive(Serialize, ToSchema)]
struct Kept {
    /// How many were new.
    kept: u64,
}

/// Keep what customers said elsewhere.
///
/// A word counts by when it was said: one that is older than the last changes nothing. One that is there is not kept twice.
#[utoipa::path(post, path = "/v1/consents", operation_id = "import_consents", tag = "customers", request_body = WordsBody,
    responses((status = 200, description = "How many were new.", body = Kept)))]
async fn import(
    Caller(acting): Caller,
    Body(body): Body<WordsBody>,
) -> Result<Shown<Kept>, ApiError> {
    let words = body.words.into_iter().map(Consent::from).collect();
    let kept = acting.consents().import(words).await?;
    Ok(Shown(Kept { kept }))
}
