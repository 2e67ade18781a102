//! What PostgreSQL answers, as the ports say it. What it says about values (DETAIL, and where they were) stays here.

use std::error::Error;

use offerkit_core::ports::{StoreError, UniqueKey};
use sqlx::postgres::PgDatabaseError;

mod refusals;

/// An error of the server, without the values it was about.
#[derive(Debug, thiserror::Error)]
#[error("PostgreSQL answered SQLSTATE {code}: {message}")]
pub(crate) struct ServerError {
    code: String,
    message: String,
    table: Option<String>,
    constraint: Option<String>,
}

/// A stored value that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("the column `{column}` holds what it should not")]
pub(crate) struct ColumnError {
    pub(crate) column: &'static str,
    pub(crate) source: Box<dyn Error + Send + Sync>,
}

/// Any failure that a caller can do nothing about.
pub(crate) fn backend(error: impl Into<Box<dyn Error + Send + Sync>>) -> StoreError {
    StoreError::Backend(error.into())
}

/// What sqlx answers.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    let sqlx::Error::Database(answer) = &error else {
        return backend(error);
    };
    match answer.try_downcast_ref::<PgDatabaseError>() {
        Some(answer) => server_error(answer),
        None => backend(error),
    }
}

/// Whether nobody knows if what was sent was done: the connection failed, or the server went away while it answered.
pub(crate) fn is_unknown(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(answer) = error else {
        return true;
    };
    let code = answer.code().unwrap_or_default();
    code.starts_with("57P") || code.starts_with("08")
}

/// Whether a connection failed a probe for a reason that another connection need not share: it is broken, or in a
/// transaction that someone left open.
pub(crate) fn is_of_connection(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(answer) => {
            let code = answer.code().unwrap_or_default();
            let codes = ["22012", "25001", "25P01", "25P02", "57P01", "57P02"];
            codes.contains(&&*code) || code.starts_with("08")
        }
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Whether there is no transaction to begin a part of: none is open, or it has failed.
pub(crate) fn is_outside_transaction(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(answer) = error else {
        return false;
    };
    ["25P01", "25P02"].contains(&&*answer.code().unwrap_or_default())
}

/// Whether transactions could not be put in an order, so that trying again may succeed.
pub(crate) fn is_retry(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(answer) = error else {
        return false;
    };
    RETRIES.contains(&&*answer.code().unwrap_or_default())
}

/// Serialisation failures, deadlocks, and locks that were not to be had in time.
const RETRIES: [&str; 3] = ["40001", "40P01", "55P03"];

fn server_error(answer: &PgDatabaseError) -> StoreError {
    let constraint = answer.constraint().unwrap_or_default();
    if let Some(sentence) = refusals::sentence(constraint) {
        return StoreError::Refused(sentence);
    }
    match answer.code() {
        code if RETRIES.contains(&code) => StoreError::Retry(Box::new(without_values(answer))),
        "23505" if constraint == "audience_runs_running" => StoreError::Conflict("run"),
        "23505" => StoreError::Duplicate(unique_key(constraint)),
        "23503" => StoreError::MissingReference(reference(constraint)),
        "OF001" => StoreError::Refused("a defence of the database does not allow it"),
        "OF002" => StoreError::Refused("nothing is changed without its record in the audit log"),
        "25006" => StoreError::ReadOnly,
        "22021" | "22P05" => {
            StoreError::Refused("a text has the character U+0000, which PostgreSQL does not hold")
        }
        _ => backend(without_values(answer)),
    }
}

fn without_values(answer: &PgDatabaseError) -> ServerError {
    ServerError {
        code: answer.code().to_owned(),
        message: answer.message().to_owned(),
        table: answer.table().map(str::to_owned),
        constraint: answer.constraint().map(str::to_owned),
    }
}

fn unique_key(constraint: &str) -> UniqueKey {
    match constraint {
        "users_username_key" => UniqueKey::Username,
        "users_identity_key" => UniqueKey::Identity,
        "tenants_name_key" => UniqueKey::TenantName,
        "groups_name_key" => UniqueKey::GroupName,
        "user_tenant_roles_pkey" => UniqueKey::Membership,
        "offer_configurations_pkey" => UniqueKey::ConfigurationVersion,
        "offer_revisions_pkey" => UniqueKey::OfferRevision,
        "offer_approvals_pkey" => UniqueKey::Approval,
        "segments_version_key" => UniqueKey::SegmentVersion,
        "sending_stops_in_force" => UniqueKey::Stop,
        "customers_pkey" | "customers_email_key" | "customers_external_id_key" => {
            UniqueKey::Customer
        }
        _ => UniqueKey::Id,
    }
}

fn reference(constraint: &str) -> &'static str {
    let kinds = [
        ("_tenant_id_fkey", "tenant"),
        ("_stopped_tenant_fkey", "tenant"),
        ("_group_fkey", "group"),
        ("_configuration_fkey", "configuration"),
        ("_offer_fkey", "offer"),
        ("_revision_fkey", "offer revision"),
        ("_campaign_fkey", "campaign"),
        ("_segment_fkey", "segment"),
        ("_record_fkey", "audit record"),
    ];
    let kind = kinds.iter().find(|(end, _)| constraint.ends_with(end));
    // Every other key of ours is of a person: an author, an approver, a member.
    kind.map_or("user", |(_, kind)| kind)
}
