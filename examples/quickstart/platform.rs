//! Chapter 1: a platform and its first tenant.

use offerkit::{
    domain::{NewUser, Permission},
    id::TenantId,
    policy::DEFAULT_GROUPS,
    text::PasswordText,
};

use super::{
    failure::{Failure, adds_up},
    people::log_in_as,
    story::{Person, Stage},
};

/// The super admin and the tenants.
pub(crate) struct Platform {
    pub(crate) root: Person,
    pub(crate) card: TenantId,
    pub(crate) loan: TenantId,
}

pub(crate) async fn open(stage: &mut Stage<'_>) -> Result<Platform, Failure> {
    stage.report.chapter("A platform and its first tenant")?;

    let user = NewUser::named("root".parse()?);
    let password = PasswordText::new("the first password of root")?;
    let id = stage.kit.bootstrap(user.clone(), &password).await?.id();
    let root = log_in_as(&stage.kit, "root", id, password.expose()).await?;
    let done = "becomes the first super admin of the empty platform and logs in";
    stage.report.did("root", done)?;
    let again = stage.kit.bootstrap(user, &password).await;
    let tried = "wants to become the first super admin too";
    stage.report.refused("someone", tried, "conflict", again)?;

    let tenants = root.acting.tenants();
    let description = Some("Credit cards for private customers".parse()?);
    let card = tenants.create("credit_card".parse()?, description).await?;
    let loan = tenants.create("loan".parse()?, None).await?;
    let done = "creates two tenants, the product lines credit_card and loan";
    stage.report.did("root", done)?;
    let explained = "With each came a first offer configuration and the four default groups:";
    stage.report.detail(explained)?;
    show_groups(stage, &root, card.id()).await?;
    stage
        .report
        .says("They decide what people may do in a tenant; no group lifts the four-eyes rule of chapter 4.")?;

    Ok(Platform {
        root,
        card: card.id(),
        loan: loan.id(),
    })
}

/// What the groups of a tenant permit, as a table.
async fn show_groups(
    stage: &mut Stage<'_>,
    root: &Person,
    tenant: TenantId,
) -> Result<(), Failure> {
    let mut groups = root.acting.groups(tenant).list().await?;
    // In the order of the documentation, and not of their names.
    groups.sort_by_key(|group| {
        let mut defaults = DEFAULT_GROUPS.iter();
        defaults.position(|default| default.name == group.name().as_str())
    });
    let names: Vec<_> = groups.iter().map(|group| group.name().as_str()).collect();
    adds_up("default groups", groups.len(), 4)?;

    let head: Vec<_> = std::iter::once("permission").chain(names).collect();
    let rows: Vec<_> = Permission::ALL
        .iter()
        .map(|permission| {
            let marks = groups.iter().map(|group| {
                let permits = group.permissions().contains(*permission);
                if permits { "●" } else { "" }.to_owned()
            });
            std::iter::once(permission.to_string())
                .chain(marks)
                .collect()
        })
        .collect();
    stage.report.table(&head, &rows)
}
