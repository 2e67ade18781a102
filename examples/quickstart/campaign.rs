//! Chapter 6: a campaign, planned by one person and launched by another.

use offerkit::{
    CampaignDraft, Context,
    domain::{Campaign, Channel, MessageText, Messages, Offer, Purpose, Schedule},
    id::CampaignId,
    policy::Job,
    time::{Clock as _, Date, SystemClock},
};
use serde_json::Value;

use super::{
    customers::Selected,
    failure::{Failure, adds_up, holds},
    report::{counted, number},
    story::{Cast, Stage},
};

/// How many days the campaign runs.
const DAYS: usize = 30;
/// How many customers of the sample are shown.
const SHOWN: usize = 5;

pub(crate) async fn launch(
    stage: &mut Stage<'_>,
    cast: &Cast,
    offer: &Offer,
    selected: &Selected,
) -> Result<CampaignId, Failure> {
    stage.report.chapter("A campaign")?;
    let campaign = plan(stage, cast, offer).await?;
    preview(stage, cast, &campaign, selected).await?;
    decide(stage, cast, &campaign, offer, selected).await?;
    Ok(campaign.id())
}

async fn plan(stage: &mut Stage<'_>, cast: &Cast, offer: &Offer) -> Result<Campaign, Failure> {
    let asha = cast.asha.acting.campaigns(cast.card);
    let misspelt = r#"{"segmnet": "premium"}"#;
    let outcome = asha.preview_criteria(misspelt).await;
    let tried = format!("tries the criteria {misspelt}");
    stage.report.refused("asha", &tried, "invalid", outcome)?;

    let configuration = cast.asha.acting.configuration(cast.card).current().await?;
    let today = configuration.settings.time_zone.date_of(SystemClock.now());
    let mut draft = CampaignDraft {
        offer: offer.id(),
        name: "First campaign".parse()?,
        description: None,
        // About what its customers have agreed to with the bank: the data holds no consents.
        purpose: Purpose::Service,
        selection_criteria: stage.input.criteria.clone(),
        messages: messages(offer),
        start_date: today,
        end_date: last_day(today),
        channels: offerkit::domain::ChannelChoice::default(),
        schedule: Schedule::default(),
    };
    let sms = MessageText::new("Dear {{ customer.fullname }}, …");
    let good = draft.messages.insert(Channel::Sms, sms.into());
    let outcome = asha.create(draft.clone()).await;
    let tried = "plans a campaign with a misspelt name in its text message";
    stage.report.refused("asha", tried, "invalid", outcome)?;

    draft.messages.extend(good.map(|good| (Channel::Sms, good)));
    let campaign = asha.create(draft).await?;
    let plan = campaign.plan();
    let done = format!(
        "plans the campaign “{}” for {} to {}, over {}: revision {}, {}",
        plan.name,
        plan.start_date,
        plan.end_date,
        plan.messages
            .keys()
            .map(|channel| channel.as_str())
            .collect::<Vec<_>>()
            .join(" and "),
        campaign.revision(),
        campaign.status().as_str(),
    );
    stage.report.did("asha", &done)?;
    Ok(campaign)
}

/// Messages that name only what the offer says.
fn messages(offer: &Offer) -> Messages {
    let content = offer.working().proposal.content.value();
    // A subject is one line.
    let is_line = |text: &str| !text.contains(char::is_control);
    let title = content.get("title").and_then(Value::as_str);
    let title = if title.is_some_and(is_line) {
        "{{ offer.title }}"
    } else {
        "An offer"
    };
    let mut body = "Dear {{ customer.full_name }},\n".to_owned();
    for (name, line) in [
        ("headline", "{{ offer.headline }}\n"),
        ("description", "{{ offer.description }}\n"),
        ("terms_url", "Terms: {{ offer.terms_url }}\n"),
    ] {
        if content.get(name).is_some_and(Value::is_string) {
            body.push_str(line);
        }
    }
    body.push_str("Valid until {{ campaign.end_date }}.");
    let email = MessageText::new(body).with_subject(format!("{title} for you"));
    let sms = MessageText::new(
        [
            "{{ customer.full_name }}: ",
            title,
            " is yours until {{ campaign.end_date }}.",
        ]
        .concat(),
    );
    [(Channel::Email, email.into()), (Channel::Sms, sms.into())].into()
}

fn last_day(first: Date) -> Date {
    first.iter_days().nth(DAYS - 1).unwrap_or(first)
}

async fn preview(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: &Campaign,
    selected: &Selected,
) -> Result<(), Failure> {
    let preview = cast
        .asha
        .acting
        .campaigns(cast.card)
        .preview(campaign.id())
        .await?;
    stage
        .report
        .detail(&format!("Criteria: {}", stage.input.criteria))?;
    stage
        .report
        .detail(&format!("In words: {}", preview.description))?;
    for warning in &preview.warnings {
        stage.report.detail(&format!("Warning: {warning}"))?;
    }
    let now = counted(preview.count, "active customer");
    stage.report.detail(&format!("They select {now} now."))?;
    adds_up("customers in the preview", preview.count, selected.count())?;

    let sample = cast
        .chitra
        .acting
        .campaigns(cast.card)
        .sample(campaign.id())
        .await?;
    let done = "looks at a sample, masked; that she looked is in the audit log";
    stage.report.did("chitra", done)?;
    let rows: Vec<_> = sample
        .iter()
        .take(SHOWN)
        .map(|customer| {
            let cells = [
                &customer.email,
                &customer.phone,
                &customer.segment,
                &customer.city,
            ];
            let cells = cells.map(|cell| cell.clone().unwrap_or_else(|| "-".to_owned()));
            std::iter::once(customer.full_name.clone())
                .chain(cells)
                .collect()
        })
        .collect();
    let head = ["name", "email", "phone", "segment", "city"];
    stage.report.table(&head, &rows)
}

async fn decide(
    stage: &mut Stage<'_>,
    cast: &Cast,
    campaign: &Campaign,
    offer: &Offer,
    selected: &Selected,
) -> Result<(), Failure> {
    let (id, revision) = (campaign.id(), campaign.revision());
    let job = stage.kit.acting(&Context::job(Job::Delivery));
    let outcome = job.deliveries(cast.card).run(id).await;
    let tried = "(the job that sends) wants to send it, before anybody has launched it";
    stage
        .report
        .refused("delivery", tried, "conflict", outcome)?;

    let asha = cast.asha.acting.campaigns(cast.card);
    let requested = asha.request_launch(id, revision).await?;
    let counted_then = requested
        .launch_request()
        .as_ref()
        .map(|request| request.counted);
    holds(
        "the request counts the same customers",
        counted_then == Some(selected.count()),
    )?;
    stage.report.did(
        "asha",
        &format!("requests the launch of revision {revision}"),
    )?;
    let outcome = asha.launch(id, revision).await;
    let tried = "wants to launch it herself";
    stage.report.refused("asha", tried, "four_eyes", outcome)?;

    let desk = cast.ben.acting.desk().list().await?;
    adds_up("things on ben's desk", desk.len(), 1)?;
    let launched = cast
        .ben
        .acting
        .campaigns(cast.card)
        .launch(id, revision)
        .await?;
    let Some(launch) = launched.launch() else {
        return Err(Failure::Broken(
            "a launched campaign has no launch".to_owned(),
        ));
    };
    stage.report.did(
        "ben",
        "finds the request on his desk, and launches. The launch pins:",
    )?;
    let rows = [
        (
            format!("offer, revision {}", launch.offer_revision),
            launch.offer_digest.to_string(),
        ),
        ("criteria".to_owned(), launch.criteria_digest.to_string()),
        ("messages".to_owned(), launch.messages_digest.to_string()),
        ("schedule".to_owned(), launch.schedule_digest.to_string()),
        ("customers counted now".to_owned(), number(launch.counted)),
        ("at most (10 % more)".to_owned(), number(launch.ceiling)),
    ];
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(what, pinned)| vec![what, pinned])
        .collect();
    stage.report.table(&["what", "SHA-256, or number"], &rows)?;
    let is_approved = Some(launch.offer_revision) == offer.live_revision();
    holds("the launch pins the approved revision", is_approved)?;
    adds_up("customers at the launch", launch.counted, selected.count())
}
