use async_trait::async_trait;
use offerkit_core::{
    audit::{AuditOutcome, AuditRecord, Subject},
    domain::Scope,
    id::{AuditId, OperationId, UserId},
    page::{Page, PageRequest},
    policy::ActorRef,
    ports::{AuditFilter, AuditRepository, StoreError},
};
use sqlx::types::Uuid;

use crate::{
    connection::Open,
    keyset::by_id,
    rows::{Row, digest, word, wrong},
    transaction::PgTransaction,
};

/// What is selected of a record, of the table `it`.
pub(crate) const COLUMNS: &str = "SELECT it.id, it.operation_id, it.fingerprint, it.actor_kind, it.performed_by, it.actor_job, it.request_id, it.source,
    it.action, it.outcome, it.refusal_code, it.refusal_message, it.subject_kind, it.subject_id,
    it.old_data::TEXT AS old_data, it.new_data::TEXT AS new_data, it.comment, it.result::TEXT AS result, it.created_at";

/// Where a record stands in the order of commits.
pub(crate) struct Stamp {
    transaction: String,
}

#[async_trait]
impl AuditRepository for PgTransaction {
    async fn find_operation(
        &mut self,
        operation: OperationId,
    ) -> Result<Option<AuditRecord>, StoreError> {
        let mut call = self.reading()?;
        let found = find_operation(&mut call, operation).await?;
        call.done(found)
    }

    async fn list(
        &mut self,
        filter: &AuditFilter,
        request: &PageRequest,
    ) -> Result<Page<AuditRecord>, StoreError> {
        let mut call = self.reading()?;
        let scope = call.scope();
        let mut builder = match scope {
            Scope::Platform => call.builder(&[
                COLUMNS,
                " FROM {schema}.platform_audit_logs AS it WHERE TRUE",
            ]),
            Scope::Tenant(tenant) => {
                let from = " FROM {schema}.offer_audit_logs AS it WHERE it.tenant_id = ";
                let mut builder = call.builder(&[COLUMNS, from]);
                builder.push_bind(tenant.as_uuid());
                builder
            }
        };
        if let Some(Subject { kind, id }) = filter.subject {
            builder
                .push(" AND it.subject_kind = ")
                .push_bind(kind.as_str());
            if let Some(id) = id {
                builder.push(" AND it.subject_id = ").push_bind(id);
            }
        }
        if let Some(user) = filter.user {
            builder
                .push(" AND it.performed_by = ")
                .push_bind(user.as_uuid());
        }
        if let Some(action) = filter.action {
            builder.push(" AND it.action = ").push_bind(action.as_str());
        }
        if let Some(is_refused) = filter.is_refused {
            // Not bound, so that every plan may use the index of refusals.
            builder.push(if is_refused {
                " AND it.outcome = 'refused'"
            } else {
                " AND it.outcome = 'done'"
            });
        }
        if let Some(from) = filter.from {
            builder
                .push(" AND it.created_at >= ")
                .push_bind(from.as_datetime());
        }
        if let Some(before) = filter.before {
            builder
                .push(" AND it.created_at < ")
                .push_bind(before.as_datetime());
        }
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let records = rows.iter().map(|row| record(row, scope));
        let records = records.collect::<Result<_, _>>()?;
        let id = |record: &AuditRecord| record.id.as_uuid();
        call.done(Page::from_surplus(records, request, id))
    }
}

/// Adds a record to its scope's log.
///
/// # Errors
///
/// [`StoreError::Duplicate`] where the operation was done before, or the id is taken.
pub(crate) async fn insert(open: &mut Open, record: &AuditRecord) -> Result<Stamp, StoreError> {
    let (kind, user, job) = match record.actor {
        ActorRef::User(user) => ("user", Some(user.as_uuid()), None),
        ActorRef::System(job) => ("system", None, Some(job.as_str())),
        ActorRef::Anonymous => ("anonymous", None, None),
    };
    let (outcome, code, message) = match &record.outcome {
        AuditOutcome::Done => ("done", None, None),
        AuditOutcome::Refused { code, message } => {
            ("refused", Some(code.to_string()), Some(message.to_string()))
        }
    };
    let [table, values] = match record.scope {
        Scope::Platform => ["platform_audit_logs (", ""],
        Scope::Tenant(_) => ["offer_audit_logs (tenant_id, ", "$20, "],
    };
    let statement = open
        .query(&[
            "INSERT INTO {schema}.",
            table,
            "id, operation_id, actor_kind, performed_by, actor_job, request_id, source, action, outcome, refusal_code,
                refusal_message, subject_kind, subject_id, old_data, new_data, comment, result, created_at, fingerprint)
            VALUES (",
            values,
            "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::TEXT::JSON, $15::TEXT::JSON, $16,
                $17::TEXT::JSON, $18, $19)
            RETURNING transaction_id::TEXT AS transaction_id",
        ])
        .bind(record.id.as_uuid())
        .bind(record.operation.as_uuid())
        .bind(kind)
        .bind(user)
        .bind(job)
        .bind(record.request.as_ref().map(ToString::to_string))
        .bind(record.source.as_ref().map(ToString::to_string))
        .bind(record.action.as_str())
        .bind(outcome)
        .bind(code)
        .bind(message)
        .bind(record.subject.kind.as_str())
        .bind(record.subject.id)
        .bind(record.before.as_ref().map(ToString::to_string))
        .bind(record.after.as_ref().map(ToString::to_string))
        .bind(record.comment.as_deref().map(str::to_owned))
        .bind(record.result.to_string())
        .bind(record.at.as_datetime())
        .bind(record.fingerprint.map(|it| it.as_bytes().to_vec()));
    let statement = match record.scope.tenant() {
        Some(tenant) => statement.bind(tenant.as_uuid()),
        None => statement,
    };
    let row = open.one(statement).await?;
    let transaction = row.get("transaction_id")?;
    Ok(Stamp { transaction })
}

/// Whether the transaction that is open is the one that added the record.
pub(crate) async fn is_of_this_transaction(
    open: &mut Open,
    record: &AuditRecord,
) -> Result<bool, StoreError> {
    let table = match record.scope {
        Scope::Platform => "platform_audit_logs",
        Scope::Tenant(_) => "offer_audit_logs",
    };
    let statement = open.query(&[
        "SELECT EXISTS (SELECT FROM {schema}.",
        table,
        " AS it WHERE it.id = $1 AND it.transaction_id = pg_current_xact_id_if_assigned()) AS is_there",
    ]);
    let row = open.one(statement.bind(record.id.as_uuid())).await?;
    row.get("is_there")
}

/// How the transaction of a stamp ended: `committed`, `aborted` or `in progress`; nothing where the server has forgotten.
pub(crate) async fn status(open: &mut Open, stamp: &Stamp) -> Result<Option<String>, StoreError> {
    let statement = open.query(&["SELECT pg_xact_status($1::TEXT::XID8) AS status"]);
    let row = open.one(statement.bind(stamp.transaction.clone())).await?;
    row.get("status")
}

/// The record of what an operation did in the transaction's scope.
pub(crate) async fn find_operation(
    open: &mut Open,
    operation: OperationId,
) -> Result<Option<AuditRecord>, StoreError> {
    let scope = open.scope();
    let statement = match scope {
        Scope::Platform => open
            .query(&[
                COLUMNS,
                " FROM {schema}.platform_audit_logs AS it WHERE it.operation_id = $1 AND it.outcome = 'done'",
            ])
            .bind(operation.as_uuid()),
        Scope::Tenant(tenant) => open
            .query(&[
                COLUMNS,
                " FROM {schema}.offer_audit_logs AS it
                WHERE it.tenant_id = $2 AND it.operation_id = $1 AND it.outcome = 'done'",
            ])
            .bind(operation.as_uuid())
            .bind(tenant.as_uuid()),
    };
    let row = open.optional(statement).await?;
    row.as_ref().map(|row| record(row, scope)).transpose()
}

pub(crate) fn record(row: &Row, scope: Scope) -> Result<AuditRecord, StoreError> {
    Ok(AuditRecord {
        id: AuditId::from_uuid(row.get("id")?),
        scope,
        operation: OperationId::from_uuid(row.get("operation_id")?),
        fingerprint: row
            .get::<Option<&[u8]>>("fingerprint")?
            .map(|bytes| digest("fingerprint", bytes))
            .transpose()?,
        actor: actor(row)?,
        request: row.optional_text("request_id")?,
        source: row.optional_text("source")?,
        action: row.text("action")?,
        outcome: outcome(row)?,
        subject: Subject {
            kind: row.word("subject_kind")?,
            id: row.get("subject_id")?,
        },
        before: row.optional_json("old_data")?,
        after: row.optional_json("new_data")?,
        comment: row.get::<Option<&str>>("comment")?.map(Box::from),
        result: row.json("result")?,
        at: row.moment("created_at")?,
    })
}

fn actor(row: &Row) -> Result<ActorRef, StoreError> {
    let user: Option<Uuid> = row.get("performed_by")?;
    let job: Option<&str> = row.get("actor_job")?;
    match (row.get("actor_kind")?, user, job) {
        ("user", Some(user), None) => Ok(ActorRef::User(UserId::from_uuid(user))),
        ("system", None, Some(job)) => word("actor_job", job).map(ActorRef::System),
        ("anonymous", None, None) => Ok(ActorRef::Anonymous),
        _ => Err(wrong("actor_kind", "an actor is one of three kinds")),
    }
}

fn outcome(row: &Row) -> Result<AuditOutcome, StoreError> {
    let code: Option<&str> = row.get("refusal_code")?;
    let message: Option<&str> = row.get("refusal_message")?;
    match (row.get("outcome")?, code, message) {
        ("done", None, None) => Ok(AuditOutcome::Done),
        ("refused", Some(code), Some(message)) => Ok(AuditOutcome::Refused {
            code: code.into(),
            message: message.into(),
        }),
        _ => Err(wrong("outcome", "a record says done or refused")),
    }
}
