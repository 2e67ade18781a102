//! A platform on a pool of several connections, and two calls that begin at once.

use std::{error::Error, sync::Arc};

use offerkit::{
    postgres::{PgStore, SchemaName},
    testing::{TestPlatform, TestTenant},
};
use offerkit_cluster::Database;
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};
use tokio::{sync::Barrier, task::yield_now};

use crate::database::migrated;

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) struct World {
    pub(crate) platform: TestPlatform,
    pub(crate) tenant: TestTenant,
    // Dropped last.
    database: Database,
}

impl World {
    pub(crate) async fn new() -> Outcome<Self> {
        let database = migrated().await?;
        let options: PgConnectOptions = database.url().parse()?;
        // Whoever locks each other out need not wait a second to find out.
        let options = options.options([("deadlock_timeout", "20ms")]);
        let pool = PgStore::pool_options()
            .max_connections(8)
            .connect_lazy_with(options);
        let store = PgStore::from_pool(pool, SchemaName::default());
        let platform = TestPlatform::new(store).await?;
        let tenant = platform.tenant("loan").await?;
        Ok(Self {
            platform,
            tenant,
            database,
        })
    }

    /// A number that the database tells a superuser.
    pub(crate) async fn number(&self, select: &'static str) -> Outcome<i64> {
        let mut connection = PgConnection::connect(&self.database.url()).await?;
        Ok(sqlx::query_scalar(select)
            .fetch_one(&mut connection)
            .await?)
    }
}

/// Two calls from one moment on; in every other round the second is a little later, more from round to round. In two of ten
/// rounds one is over before the other begins, so that each comes first in some, however long they take.
pub(crate) fn at_once<A, B>(
    round: usize,
    one: impl Future<Output = A> + Send + 'static,
    two: impl Future<Output = B> + Send + 'static,
) -> impl Future<Output = Outcome<(A, B)>>
where
    A: Send + 'static,
    B: Send + 'static,
{
    // Calls of a service are large futures, and this one would hold each of them twice.
    both(round, Box::pin(one), Box::pin(two))
}

async fn both<A, B>(
    round: usize,
    one: impl Future<Output = A> + Send + 'static,
    two: impl Future<Output = B> + Send + 'static,
) -> Outcome<(A, B)>
where
    A: Send + 'static,
    B: Send + 'static,
{
    match round % 10 {
        8 => return Ok((one.await, two.await)),
        9 => {
            let two = two.await;
            return Ok((one.await, two));
        }
        _ => {}
    }
    let start = Arc::new(Barrier::new(2));
    let other = Arc::clone(&start);
    let one = tokio::spawn(async move {
        start.wait().await;
        one.await
    });
    let two = tokio::spawn(async move {
        other.wait().await;
        for _ in 0..(round % 2) * (round % 50) {
            yield_now().await;
        }
        two.await
    });
    Ok((one.await?, two.await?))
}

/// Whether exactly one of two succeeded.
pub(crate) fn is_one<A, B, E>(one: &Result<A, E>, two: &Result<B, E>) -> bool {
    one.is_ok() != two.is_ok()
}
