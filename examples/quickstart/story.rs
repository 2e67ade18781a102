//! The story: its stage, its cast, and its chapters in order.

use std::sync::Arc;

use offerkit::{
    Acting, Offerkit,
    domain::Channel,
    id::{TenantId, UserId},
    notify::smtp::SmtpNotifier,
};

use super::{
    audit_trail, campaign, customers, delivery,
    failure::Failure,
    four_eyes,
    input::Input,
    offer, people, platform,
    provider::{Provider, Switchboard},
    report::{Report, counted, number},
    store::Store,
};

/// What every chapter works with.
pub(crate) struct Stage<'a> {
    pub(crate) kit: Offerkit,
    pub(crate) report: Report<'a>,
    pub(crate) input: &'a Input,
    pub(crate) switchboard: Arc<Switchboard>,
}

/// Somebody who is logged in: whatever is asked of `acting` is asked in their name.
pub(crate) struct Person {
    pub(crate) name: &'static str,
    pub(crate) id: UserId,
    pub(crate) acting: Acting,
}

/// Everybody in the story, and the tenant they work in.
pub(crate) struct Cast {
    pub(crate) root: Person,
    pub(crate) asha: Person,
    pub(crate) ben: Person,
    pub(crate) chitra: Person,
    pub(crate) dev: Person,
    pub(crate) olga: Person,
    pub(crate) card: TenantId,
}

impl Cast {
    pub(crate) const fn everybody(&self) -> [&Person; 6] {
        [
            &self.root,
            &self.asha,
            &self.ben,
            &self.chitra,
            &self.dev,
            &self.olga,
        ]
    }
}

/// Tells the whole story.
pub(crate) async fn tell<'a>(
    report: Report<'a>,
    input: &'a Input,
    (store, mail): (Store, Option<SmtpNotifier>),
) -> Result<(), Failure> {
    // An installation: a store, a way to send over each channel, and, by default, the system's clock and argon2id.
    let switchboard = Arc::new(Switchboard::default());
    let (builder, place, _server) = store.into_parts();
    let kit = builder
        .notifier(Provider::new(Channel::Email, &switchboard).through(mail))
        .notifier(Provider::new(Channel::Sms, &switchboard))
        .build()?;
    let mut stage = Stage {
        kit,
        report,
        input,
        switchboard,
    };
    let stage = &mut stage;
    stage
        .report
        .says("The story of one offer, from the first login to the sealed audit log.")?;
    stage.report.says(&place)?;

    let platform = platform::open(stage).await?;
    let cast = people::log_in(stage, platform).await?;
    let offer = offer::write(stage, &cast).await?;
    let offer = four_eyes::approve(stage, &cast, offer).await?;
    let selected = customers::import(stage, &cast).await?;
    let campaign = campaign::launch(stage, &cast, &offer, &selected).await?;
    let totals = delivery::deliver(stage, &cast, campaign, &selected).await?;
    let records = audit_trail::read(stage, &cast).await?;

    stage.report.gap()?;
    stage.report.line(&format!(
        "{} selected, {} deliveries: {} sent, {} suppressed, {} failed; {} sealed",
        counted(selected.count(), "customer"),
        number(totals.deliveries),
        number(totals.sent),
        number(totals.suppressed),
        number(totals.failed),
        counted(records, "audit record"),
    ))
}
