//! A store on a database of its own, with two tenants in it.

use std::error::Error;

use chrono::DateTime;
use offerkit_cluster::Database;
use offerkit_core::{
    audit::{AuditEvent, Provenance, Subject, SubjectKind},
    domain::{NewUser, Scope, User},
    id::{AuditId, OperationId, TenantId, UserId},
    policy::{Action, Actor, Resource, TenantFacts, UserFacts, authorize},
    time::Timestamp,
};
use offerkit_postgres::{PgStore, SchemaName};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool,
    postgres::PgConnectOptions, types::Uuid,
};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct World {
    pub(crate) database: Database,
}

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        let database = Database::prepared(async |url| {
            let pool = PgPool::connect_lazy(&url)?;
            PgStore::from_pool(pool, SchemaName::default())
                .migrate()
                .await?;
            let mut connection = PgConnection::connect(&url).await?;
            let fixture = include_str!("../schema/fixture.sql");
            let fixture = fixture.replace("{schema}", "offerkit");
            connection.execute(AssertSqlSafe(fixture)).await?;
            connection.close().await?;
            Ok::<_, Box<dyn Error + Send + Sync>>(())
        })
        .await?;
        Ok(Self { database })
    }

    /// A pool whose connections go where `reach` says.
    pub(crate) fn pool(
        &self,
        connections: u32,
        reach: impl FnOnce(PgConnectOptions) -> PgConnectOptions,
    ) -> Outcome<PgPool> {
        let options = reach(self.database.url().parse()?);
        Ok(PgStore::pool_options()
            .max_connections(connections)
            .connect_lazy_with(options))
    }

    pub(crate) fn store(&self, connections: u32) -> Outcome<(PgStore, PgPool)> {
        let pool = self.pool(connections, |options| options)?;
        Ok((on(&pool), pool))
    }

    /// A connection beside the store's, as a superuser.
    pub(crate) async fn beside(&self) -> Outcome<PgConnection> {
        Ok(PgConnection::connect(&self.database.url()).await?)
    }
}

pub(crate) fn on(pool: &PgPool) -> PgStore {
    PgStore::from_pool(pool.clone(), SchemaName::default())
}

pub(crate) fn loan() -> TenantId {
    // `md5('loan')::uuid`, as in the fixture.
    TenantId::from_uuid(Uuid::from_u128(0x8b9c_2bba_8290_69d8_4f1e_77c3_f25c_b5ca))
}

pub(crate) fn uuid() -> Uuid {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    Uuid::from_u128(u128::from(NEXT.fetch_add(1, Ordering::Relaxed)) | 7 << 76 | 2 << 62)
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_datetime(DateTime::UNIX_EPOCH)
}

pub(crate) fn user(name: &str) -> Outcome<User> {
    let id = UserId::from_uuid(uuid());
    Ok(User::create(id, NewUser::named(name.parse()?), None, now()))
}

/// An event of the platform.
pub(crate) fn event() -> Outcome<AuditEvent> {
    event_in(Scope::Platform)
}

/// An event about nothing in particular.
pub(crate) fn event_in(scope: Scope) -> Outcome<AuditEvent> {
    let facts = UserFacts {
        id: UserId::from_uuid(uuid()),
        is_active: true,
        is_super_admin: true,
        must_change_password: false,
        hold: None,
        memberships: Vec::new(),
    };
    let (action, resource) = match scope {
        Scope::Platform => (Action::CreateUser, Resource::Platform),
        Scope::Tenant(id) => {
            let is_active = true;
            (
                Action::UpdateTenant,
                Resource::Tenant(TenantFacts { id, is_active }),
            )
        }
    };
    let grant = authorize(&Actor::User(facts), action, &resource)?;
    let provenance = Provenance {
        id: AuditId::from_uuid(uuid()),
        operation: OperationId::from_uuid(uuid()),
        fingerprint: None,
        request: None,
        source: None,
        at: now(),
    };
    let subject = Subject::the(SubjectKind::Platform);
    Ok(AuditEvent::new(grant, provenance, subject))
}
