//! An attack: what is tried, in whose name, what refuses it, and that it is this which refuses.

use sqlx::{Executor as _, PgConnection};

use crate::world::{Outcome, Role, World, sql};

/// What stopped an attack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The last statement touched and showed no row.
    NoRows,
    /// The database refused: the SQLSTATE, and the constraint where there is one.
    Refused(String, String),
}

/// Statements that should not work, in one transaction of the tenant `loan`.
pub(crate) struct Attack {
    /// What is run; the last statement is the one whose rows count.
    pub(crate) statements: &'static [&'static str],
    /// Who tries, and what stops each: a SQLSTATE or a constraint's name, or `no rows`.
    pub(crate) stopped: &'static [(Role, &'static str)],
    /// How the defences are dropped, by a superuser.
    pub(crate) defences: &'static [&'static str],
    /// Who gets through without them.
    pub(crate) without: Role,
}

/// Runs an attack in every role, then without its defences, where it must succeed.
pub(crate) async fn is_stopped(attack: Attack) -> Outcome {
    let world = World::new().await?;
    for (role, by) in attack.stopped {
        let stopped = attempt(&mut world.connect(*role).await?, attack.statements).await?;
        let is_expected = match &stopped {
            None => false,
            Some(Stopped::NoRows) => *by == "no rows",
            Some(Stopped::Refused(code, constraint)) => by == code || by == constraint,
        };
        assert!(
            is_expected,
            "{role:?} was to be stopped by {by}, but: {stopped:?}"
        );
    }
    for defence in attack.defences {
        world.run(defence).await?;
    }
    let stopped = attempt(&mut world.connect(attack.without).await?, attack.statements).await?;
    assert_eq!(stopped, None, "the attack succeeds without its defence");
    Ok(())
}

/// Runs statements in one transaction and commits it.
pub(crate) async fn attempt(
    connection: &mut PgConnection,
    statements: &[&str],
) -> Outcome<Option<Stopped>> {
    let mut rows = 0;
    let begin = ["BEGIN"];
    let commit = ["COMMIT"];
    for (place, statement) in begin.iter().chain(statements).chain(&commit).enumerate() {
        match connection.execute(sql(statement)).await {
            Ok(done) if place == statements.len() => rows = done.rows_affected(),
            Ok(_) => {}
            Err(sqlx::Error::Database(error)) => {
                connection.execute("ROLLBACK").await?;
                let code = error.code().unwrap_or_default().into_owned();
                let constraint = error.constraint().unwrap_or_default().to_owned();
                return Ok(Some(Stopped::Refused(code, constraint)));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok((rows == 0).then_some(Stopped::NoRows))
}

/// The record of an offer's change, in the tenant `loan`.
macro_rules! record_of {
    ($offer:literal) => {
        concat!(
            "INSERT INTO {schema}.offer_audit_logs (tenant_id, id, operation_id, actor_kind, performed_by, action, outcome, \
             subject_kind, subject_id, result, created_at) VALUES (md5('loan')::UUID, gen_random_uuid(), \
             gen_random_uuid(), 'user', md5('asha')::UUID, 'offer.edit', 'done', 'offer', md5('loan ",
            $offer,
            "')::UUID, 'null', '2026-03-02 10:00:00+00')"
        )
    };
}
pub(crate) use record_of;

/// Declares attacks as tests.
macro_rules! attacks {
    ($($(#[$doc:meta])* $name:ident {
        $($statement:expr),+ $(,)?;
        stopped: [$(($role:ident, $by:literal)),+ $(,)?];
        dropped: [$($defence:expr),+ $(,)?] as $without:ident
    })+) => {$(
        $(#[$doc])*
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() -> $crate::world::Outcome {
            $crate::attack::is_stopped($crate::attack::Attack {
                statements: &[$($statement),+],
                stopped: &[$(($crate::world::Role::$role, $by)),+],
                defences: &[$($defence),+],
                without: $crate::world::Role::$without,
            })
            .await
        }
    )+};
}
pub(crate) use attacks;
