//! Chapter 2: people, their first logins, and what each of them belongs to.

use offerkit::{
    Offerkit,
    domain::NewUser,
    id::{TenantId, UserId},
    page::PageRequest,
    ports::OfferFilter,
    text::PasswordText,
};

use super::{
    failure::{Failure, adds_up, holds},
    platform::Platform,
    story::{Cast, Person, Stage},
};

/// Somebody new: the name, the full name, what they do, and their group.
struct Newcomer {
    name: &'static str,
    full_name: &'static str,
    work: &'static str,
    tenant: &'static str,
    group: &'static str,
}

const ASHA: Newcomer = newcomer(
    "asha",
    "Asha Rao",
    "writes offers and campaigns",
    "credit_card",
    "create",
);
const BEN: Newcomer = newcomer(
    "ben",
    "Ben Thomas",
    "approves and launches",
    "credit_card",
    "approver",
);
const CHITRA: Newcomer = newcomer(
    "chitra",
    "Chitra Nair",
    "runs the tenant",
    "credit_card",
    "admin",
);
const DEV: Newcomer = newcomer("dev", "Dev Mehta", "looks on", "credit_card", "read_only");
const OLGA: Newcomer = newcomer(
    "olga",
    "Olga Fernandes",
    "works in another tenant",
    "loan",
    "admin",
);

const fn newcomer(
    name: &'static str,
    full_name: &'static str,
    work: &'static str,
    tenant: &'static str,
    group: &'static str,
) -> Newcomer {
    Newcomer {
        name,
        full_name,
        work,
        tenant,
        group,
    }
}

pub(crate) async fn log_in(stage: &mut Stage<'_>, platform: Platform) -> Result<Cast, Failure> {
    stage.report.chapter("Five people and their first logins")?;
    let Platform { root, card, loan } = platform;

    let done = "makes five users, each with a temporary password, and puts each into a group:";
    stage.report.did("root", done)?;
    let everybody = [&ASHA, &BEN, &CHITRA, &DEV, &OLGA];
    let mut ids = Vec::new();
    for newcomer in everybody {
        let tenant = if newcomer.tenant == "loan" {
            loan
        } else {
            card
        };
        ids.push(make(&root, newcomer, tenant).await?);
    }
    let rows: Vec<_> = everybody
        .iter()
        .map(|new| [new.name, new.full_name, new.tenant, new.group, new.work])
        .map(|row| row.map(str::to_owned).to_vec())
        .collect();
    let head = ["user", "name", "tenant", "group", "work"];
    stage.report.table(&head, &rows)?;

    let mut people = Vec::new();
    for (newcomer, id) in everybody.into_iter().zip(ids) {
        let is_first = people.is_empty();
        people.push(first_login(stage, newcomer, id, card, is_first).await?);
    }
    stage
        .report
        .did("others", "change their temporary passwords in the same way")?;

    stage.report.gap()?;
    stage
        .report
        .says("Everybody sees their own tenants and groups:")?;
    let mut rows = Vec::new();
    for person in &people {
        for membership in person.acting.account().tenants().await? {
            let groups: Vec<_> = membership
                .groups
                .iter()
                .map(|held| held.name.as_str())
                .collect();
            let tenant = membership.tenant.name().to_string();
            rows.push(vec![person.name.to_owned(), tenant, groups.join(", ")]);
        }
    }
    stage.report.table(&["user", "tenant", "groups"], &rows)?;
    adds_up("memberships", rows.len(), 5)?;

    let people: Result<[Person; 5], _> = people.try_into();
    let [asha, ben, chitra, dev, olga] =
        people.map_err(|_| Failure::Broken("there are not five people".to_owned()))?;
    Ok(Cast {
        root,
        asha,
        ben,
        chitra,
        dev,
        olga,
        card,
    })
}

async fn make(root: &Person, new: &Newcomer, tenant: TenantId) -> Result<UserId, Failure> {
    let user = NewUser {
        full_name: Some(new.full_name.parse()?),
        ..NewUser::named(new.name.parse()?)
    };
    let password = temporary_password(new.name)?;
    let user = root.acting.users().create(user, Some(&password)).await?;
    let groups = root.acting.groups(tenant);
    groups.add(user.id(), &new.group.parse()?).await?;
    Ok(user.id())
}

/// A temporary password lets its holder do nothing but change it.
async fn first_login(
    stage: &mut Stage<'_>,
    new: &Newcomer,
    id: UserId,
    tenant: TenantId,
    is_told: bool,
) -> Result<Person, Failure> {
    let temporary = temporary_password(new.name)?;
    let login = stage.kit.login(new.name, temporary.expose(), None).await?;
    holds("the password is temporary", login.must_change_password)?;
    let acting = stage
        .kit
        .acting(&stage.kit.authenticate(&login.token).await?);
    if is_told {
        let tried = "logs in with the temporary password and wants to see offers";
        let offers = acting.offers(tenant);
        let outcome = offers
            .list(&OfferFilter::default(), &PageRequest::default())
            .await;
        let code = "password_change_required";
        stage.report.refused(new.name, tried, code, outcome)?;
    }
    let own = format!("the own secret of {}", new.name);
    let new_password = PasswordText::new(&own)?;
    let account = acting.account();
    account
        .change_password(temporary.expose(), &new_password)
        .await?;
    if is_told {
        stage
            .report
            .did(new.name, "changes the password, which ends the session")?;
        let ended = stage.kit.authenticate(&login.token).await;
        let tried = "wants to go on in the old session";
        stage
            .report
            .refused(new.name, tried, "unauthenticated", ended)?;
        stage
            .report
            .did(new.name, "logs in again, with the new password")?;
    }
    log_in_as(&stage.kit, new.name, id, &own).await
}

fn temporary_password(name: &str) -> Result<PasswordText, Failure> {
    Ok(PasswordText::new(&format!("temporary for {name}"))?)
}

/// Logs in, and acts from now on as what the session's token stands for.
pub(crate) async fn log_in_as(
    kit: &Offerkit,
    name: &'static str,
    id: UserId,
    password: &str,
) -> Result<Person, Failure> {
    let login = kit.login(name, password, None).await?;
    let context = kit.authenticate(&login.token).await?;
    Ok(Person {
        name,
        id,
        acting: kit.acting(&context),
    })
}
