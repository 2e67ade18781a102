use async_trait::async_trait;
use offerkit_core::{
    domain::{DecisionHold, ExternalIdentity, PasswordHash, User, UserParts, Version},
    id::{TenantId, UserId},
    page::{Page, PageRequest},
    ports::{StoreError, UserFilter, UserRepository},
    text::Username,
};
use sqlx::types::Uuid;

use crate::{
    connection::Statement,
    groups,
    keyset::by_id,
    rows::{Row, signed},
    transaction::{Call, PgTransaction},
};

pub(crate) const COLUMNS: &str = "SELECT it.id, it.username, it.password_hash, it.full_name, it.email, it.phone, it.is_super_admin, it.is_active,
    it.identity_issuer, it.identity_subject, it.must_change_password, it.credential_version, it.hold_reset_by,
    it.hold_until, it.is_established, it.created_by, it.created_at, it.updated_at, it.version";
const FROM: &str = " FROM {schema}.users AS it ";

#[async_trait]
impl UserRepository for PgTransaction {
    async fn insert(&mut self, user: &User) -> Result<(), StoreError> {
        let mut call = self.writing()?;
        let statement = call.query(&[
            "INSERT INTO {schema}.users (id, username, password_hash, full_name, email, is_super_admin, is_active,
                identity_issuer, identity_subject, must_change_password, credential_version, hold_reset_by, hold_until,
                is_established, updated_at, phone, version, created_by, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
        ]);
        let statement = bind(statement, user)?
            .bind(signed(user.version().get())?)
            .bind(user.created_by().map(UserId::as_uuid))
            .bind(user.created_at().as_datetime());
        call.execute(statement).await?;
        call.done(())
    }

    async fn update(&mut self, user: User) -> Result<User, StoreError> {
        let mut call = self.writing()?;
        let statement = call.query(&[
            "UPDATE {schema}.users SET username = $2, password_hash = $3, full_name = $4, email = $5,
                is_super_admin = $6, is_active = $7, identity_issuer = $8, identity_subject = $9,
                must_change_password = $10, credential_version = $11, hold_reset_by = $12, hold_until = $13,
                is_established = $14, updated_at = $15, phone = $16, version = version + 1
            WHERE id = $1 AND version = $17",
        ]);
        let statement = bind(statement, &user)?.bind(signed(user.version().get())?);
        if call.execute(statement).await? == 0 {
            return Err(StoreError::Conflict("user"));
        }
        let version = user.version().next();
        call.done(user.with_version(version))
    }

    async fn find(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        let mut call = self.reading()?;
        // In a snapshot, what the user holds is asked for next. Where something changes, whoever acts is found for share.
        if let Some(tenant) = call
            .scope()
            .tenant()
            .filter(|_| call.lock("changes").is_empty())
        {
            let found = find_with_held(&mut call, id, tenant).await?;
            return call.done(found);
        }
        let statement = call.query(&[COLUMNS, FROM, "WHERE it.id = $1"]);
        let row = call.optional(statement.bind(id.as_uuid())).await?;
        call.done(row.as_ref().map(user).transpose()?)
    }

    async fn find_for_share(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        let mut call = self.reading()?;
        if let Some(tenant) = call.scope().tenant() {
            let found = find_with_held(&mut call, id, tenant).await?;
            return call.done(found);
        }
        let statement = call.query(&[COLUMNS, FROM, "WHERE it.id = $1", call.lock(" FOR SHARE")]);
        let row = call.optional(statement.bind(id.as_uuid())).await?;
        call.done(row.as_ref().map(user).transpose()?)
    }

    async fn find_by_name(&mut self, name: &Username) -> Result<Option<User>, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[COLUMNS, FROM, "WHERE it.username = $1"]);
        let row = call.optional(statement.bind(name.to_string())).await?;
        call.done(row.as_ref().map(user).transpose()?)
    }

    async fn find_by_identity(
        &mut self,
        identity: &ExternalIdentity,
    ) -> Result<Option<User>, StoreError> {
        let mut call = self.reading()?;
        let statement = call
            .query(&[
                COLUMNS,
                FROM,
                "WHERE it.identity_issuer = $1 AND it.identity_subject = $2",
            ])
            .bind(identity.issuer.to_string())
            .bind(identity.subject.to_string());
        let row = call.optional(statement).await?;
        call.done(row.as_ref().map(user).transpose()?)
    }

    async fn list(
        &mut self,
        filter: &UserFilter,
        request: &PageRequest,
    ) -> Result<Page<User>, StoreError> {
        let mut call = self.reading()?;
        let mut builder = call.builder(&[COLUMNS, FROM, "WHERE TRUE"]);
        // Not bound, so that every plan may use the indexes of the few.
        match filter.is_active {
            Some(true) => builder.push(" AND it.is_active"),
            Some(false) => builder.push(" AND NOT it.is_active"),
            None => &mut builder,
        };
        match filter.is_super_admin {
            Some(true) => builder.push(" AND it.is_super_admin"),
            Some(false) => builder.push(" AND NOT it.is_super_admin"),
            None => &mut builder,
        };
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let users = rows.iter().map(user).collect::<Result<_, _>>()?;
        call.done(Page::from_surplus(users, request, |user: &User| {
            user.id().as_uuid()
        }))
    }

    async fn count_super_admins(&mut self) -> Result<u64, StoreError> {
        let mut call = self.reading()?;
        let statement = call.query(&[
            "SELECT it.id FROM {schema}.users AS it WHERE it.is_super_admin AND it.is_active ORDER BY it.id",
            call.lock(" FOR SHARE"),
        ]);
        let counted = call.all(statement).await?.len();
        call.done(u64::try_from(counted).unwrap_or(u64::MAX))
    }
}

/// The user, and what the user holds in the scope's tenant, in one round trip; every row of both is locked. Whoever decides
/// asks for both.
async fn find_with_held(
    call: &mut Call<'_>,
    id: UserId,
    tenant: TenantId,
) -> Result<Option<User>, StoreError> {
    let statement = call
        .query(&[
            "WITH held AS (",
            groups::SELECT_HELD,
            "WHERE it.user_id = $1 AND it.tenant_id = $2",
            call.lock(" FOR SHARE"),
            ") ",
            COLUMNS,
            groups::HELD,
            " FROM {schema}.users AS it LEFT JOIN held ON TRUE
            WHERE it.id = $1 ORDER BY held.name COLLATE \"C\"",
            call.lock(" FOR SHARE OF it"),
        ])
        .bind(id.as_uuid())
        .bind(tenant.as_uuid());
    let rows = call.all(statement).await?;
    let user = rows.first().map(user).transpose()?;
    call.seen.keep_held(id, groups::all_held(&rows)?);
    Ok(user)
}

/// Binds $1 to $16: what an update may change, after the id.
fn bind(statement: Statement, user: &User) -> Result<Statement, StoreError> {
    let hold = user.hold().as_ref();
    let identity = user.identity().as_ref();
    Ok(statement
        .bind(user.id().as_uuid())
        .bind(user.name().to_string())
        .bind(user.password().as_ref().map(|it| it.expose().to_owned()))
        .bind(user.full_name().as_ref().map(ToString::to_string))
        .bind(user.email().as_ref().map(ToString::to_string))
        .bind(user.is_super_admin())
        .bind(user.is_active())
        .bind(identity.map(|it| it.issuer.to_string()))
        .bind(identity.map(|it| it.subject.to_string()))
        .bind(user.must_change_password())
        .bind(signed(user.credential_version())?)
        .bind(hold.map(|it| {
            it.reset_by
                .iter()
                .map(|by| by.as_uuid())
                .collect::<Vec<_>>()
        }))
        .bind(hold.map(|it| it.until.as_datetime()))
        .bind(user.is_established())
        .bind(user.updated_at().as_datetime())
        .bind(user.phone().as_ref().map(ToString::to_string)))
}

pub(crate) fn user(row: &Row) -> Result<User, StoreError> {
    let password: Option<&str> = row.get("password_hash")?;
    let reset_by: Option<Vec<Uuid>> = row.get("hold_reset_by")?;
    let created_by: Option<Uuid> = row.get("created_by")?;
    let issuer = row.optional_text("identity_issuer")?;
    let subject = row.optional_text("identity_subject")?;
    let hold = reset_by.zip(row.optional_moment("hold_until")?);
    Ok(User::from_parts(UserParts {
        id: UserId::from_uuid(row.get("id")?),
        name: row.text("username")?,
        full_name: row.optional_text("full_name")?,
        email: row.optional_text("email")?,
        phone: row.optional_text("phone")?,
        is_super_admin: row.get("is_super_admin")?,
        is_active: row.get("is_active")?,
        password: password.map(PasswordHash::new),
        identity: issuer
            .zip(subject)
            .map(|(issuer, subject)| ExternalIdentity { issuer, subject }),
        must_change_password: row.get("must_change_password")?,
        credential_version: row.number("credential_version")?,
        hold: hold.map(|(reset_by, until)| DecisionHold {
            reset_by: reset_by.into_iter().map(UserId::from_uuid).collect(),
            until,
        }),
        is_established: row.get("is_established")?,
        created_by: created_by.map(UserId::from_uuid),
        created_at: row.moment("created_at")?,
        updated_at: row.moment("updated_at")?,
        version: Version::new(row.number("version")?),
    }))
}
