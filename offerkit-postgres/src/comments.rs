use async_trait::async_trait;
use offerkit_core::{
    domain::{Comment, CommentSubject, RevisionNumber, Scope},
    id::{CampaignId, CommentId, OfferId, TenantId, UserId},
    page::{Page, PageRequest},
    ports::{CommentRepository, StoreError},
};
use sqlx::types::Uuid;

use crate::{
    keyset::{by_id, no_page},
    rows::{Row, signed, word_of, wrong},
    transaction::PgTransaction,
};

const SELECT: &str = "SELECT it.id, it.tenant_id, it.offer_id, it.campaign_id, it.revision, it.kind, it.body, it.author, it.at
FROM {schema}.offer_comments AS it WHERE it.tenant_id = ";

#[async_trait]
impl CommentRepository for PgTransaction {
    async fn insert(&mut self, comment: &Comment) -> Result<(), StoreError> {
        let mut call = self.writing_in(Scope::Tenant(comment.tenant))?;
        let (offer, campaign) = match comment.subject {
            CommentSubject::Offer(id) => (Some(id.as_uuid()), None),
            CommentSubject::Campaign(id) => (None, Some(id.as_uuid())),
        };
        let statement = call
            .query(&[
                "INSERT INTO {schema}.offer_comments (tenant_id, id, offer_id, campaign_id, revision, kind, body, author, at)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            ])
            .bind(comment.tenant.as_uuid())
            .bind(comment.id.as_uuid())
            .bind(offer)
            .bind(campaign)
            .bind(signed(comment.revision.get())?)
            .bind(word_of(&comment.kind)?)
            .bind(comment.body.to_string())
            .bind(comment.author.map(UserId::as_uuid))
            .bind(comment.at.as_datetime());
        call.execute(statement).await?;
        call.done(())
    }

    async fn list(
        &mut self,
        subject: CommentSubject,
        request: &PageRequest,
    ) -> Result<Page<Comment>, StoreError> {
        let Some((mut call, tenant)) = self.reading_tenant()? else {
            return Ok(no_page());
        };
        let mut builder = call.builder(&[SELECT]);
        builder.push_bind(tenant.as_uuid());
        match subject {
            CommentSubject::Offer(id) => {
                builder.push(" AND it.offer_id = ").push_bind(id.as_uuid())
            }
            CommentSubject::Campaign(id) => builder
                .push(" AND it.campaign_id = ")
                .push_bind(id.as_uuid()),
        };
        by_id(&mut builder, request);
        let rows = call.all(builder.build()).await?;
        let comments = rows.iter().map(comment).collect::<Result<_, _>>()?;
        let id = |comment: &Comment| comment.id.as_uuid();
        call.done(Page::from_surplus(comments, request, id))
    }
}

fn comment(row: &Row) -> Result<Comment, StoreError> {
    let offer: Option<Uuid> = row.get("offer_id")?;
    let campaign: Option<Uuid> = row.get("campaign_id")?;
    let subject = match (offer, campaign) {
        (Some(id), None) => CommentSubject::Offer(OfferId::from_uuid(id)),
        (None, Some(id)) => CommentSubject::Campaign(CampaignId::from_uuid(id)),
        (Some(_), Some(_)) | (None, None) => {
            return Err(wrong("offer_id", "a comment is about one thing"));
        }
    };
    let author: Option<Uuid> = row.get("author")?;
    Ok(Comment {
        id: CommentId::from_uuid(row.get("id")?),
        tenant: TenantId::from_uuid(row.get("tenant_id")?),
        subject,
        revision: RevisionNumber::new(row.number("revision")?),
        kind: row.word("kind")?,
        body: row.text("body")?,
        author: author.map(UserId::from_uuid),
        at: row.moment("at")?,
    })
}
