//! Criteria that use saved segments mean what they meant when they were decided on.

use offerkit_core::{
    criteria::{CriteriaError, CriteriaWarning, ErrorCode, WarningCode},
    domain::{Campaign, Segment, SegmentVersion},
    policy::Job,
    services::{Context, Error},
};

use crate::{
    Adapter, Failure, Outcome,
    acts::{denied, written},
    cases::cases,
    world::World,
};

cases! { rules::saved_segments:
    a_draft_uses_the_latest_version_of_a_segment,
    a_newer_version_does_not_move_what_was_saved,
    an_edit_takes_the_newest_version,
    a_segment_keeps_the_versions_that_it_was_written_with,
    a_segment_inside_segments_is_pinned_too,
    a_preview_says_which_version_an_open_name_means,
    a_segment_does_not_use_itself,
    a_segment_that_is_not_there_is_unknown,
    an_unknown_segment_is_the_only_mistake_beside_a_known_one,
    what_another_tenant_has_is_unknown,
    who_wrote_a_segment_may_not_launch_what_uses_it,
    who_wrote_a_segment_inside_another_may_not_launch_what_uses_that,
    a_segment_that_was_dropped_again_washes_nobody_clean,
    a_segment_of_the_last_launch_bars_nobody,
}

const PREMIUM: &str = r#"{"segment": "premium"}"#;
const REGULAR: &str = r#"{"segment": "regular"}"#;
const USING: &str = r#"{"$segment": "wanted"}"#;

/// Two premium customers and three regular ones.
async fn customers<B: Adapter>(w: &World<B>) -> Outcome {
    let mut customers = Vec::new();
    for segment in ["premium", "regular", "premium", "regular", "regular"] {
        customers.push(w.platform.customer(&[("segment", segment)])?);
    }
    w.platform.as_root().customers().import(customers).await?;
    Ok(())
}

/// The next version of a segment.
async fn wrote<B: Adapter>(
    w: &World<B>,
    by: &Context,
    name: &str,
    criteria: &str,
) -> Result<Segment, Error> {
    let (segments, name) = (w.segments(by), name.parse()?);
    let seen = match segments.get(&name, None).await {
        Ok(segment) => Some(segment.version),
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    segments.write(&name, seen, None, criteria).await
}

async fn drafted<B: Adapter>(w: &World<B>, criteria: &str) -> Result<Campaign, Error> {
    let offer = w.tenant.approved_offer("Cashback").await?;
    let mut draft = w.tenant.campaign(offer.id())?;
    criteria.clone_into(&mut draft.selection_criteria);
    w.campaigns(&w.tenant.creator).create(draft).await
}

async fn launched<B: Adapter>(w: &World<B>, criteria: &str) -> Result<Campaign, Error> {
    let campaign = drafted(w, criteria).await?;
    let campaign = w.requested(&w.tenant.creator, &campaign).await?;
    w.launched_by(&w.tenant.approver, &campaign).await
}

async fn edited<B: Adapter>(
    w: &World<B>,
    campaign: &Campaign,
    criteria: &str,
) -> Result<Campaign, Error> {
    let mut draft = written(campaign);
    criteria.clone_into(&mut draft.selection_criteria);
    w.campaigns(&w.tenant.creator)
        .edit(campaign.id(), campaign.revision(), draft)
        .await
}

async fn counted<B: Adapter>(w: &World<B>, campaign: &Campaign) -> Result<u64, Error> {
    let campaigns = w.campaigns(&w.tenant.creator);
    Ok(campaigns.preview(campaign.id()).await?.count)
}

/// The segment versions that a plan lists.
fn pinned(campaign: &Campaign) -> Vec<(&str, u64)> {
    let pins = campaign.plan().segments.iter();
    pins.map(|pin| (pin.name.as_str(), pin.version.get()))
        .collect()
}

/// Asserts that criteria were refused for one mistake.
#[track_caller]
fn refused<T>(result: Result<T, Error>, code: ErrorCode) -> Outcome {
    let Err(Error::Criteria(errors)) = result else {
        return Err("the criteria were taken".into());
    };
    let codes: Vec<_> = errors.iter().map(CriteriaError::code).collect();
    assert_eq!(codes, [code], "{errors}");
    Ok(())
}

async fn a_draft_uses_the_latest_version_of_a_segment<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "wanted", PREMIUM).await?;
    let second = wrote(&w, creator, "wanted", REGULAR).await?;
    let draft = drafted(&w, USING).await?;
    assert_eq!(counted(&w, &draft).await?, 3);
    let [pin] = draft.plan().segments.as_slice() else {
        return Err(format!("one segment, not {:?}", draft.plan().segments).into());
    };
    assert_eq!((pin.id, pin.digest), (second.id, second.criteria.digest));
    assert_eq!(
        (pin.author, pin.written_at),
        (second.author, second.written_at)
    );
    let pins = &draft.plan().selection_criteria.pins;
    assert_eq!(pins.get(&second.name), Some(&second.version));
    // A repeated operation is answered from the record, which holds the pins too.
    let recorded = serde_json::from_value(serde_json::to_value(&draft)?)?;
    assert_eq!(draft, recorded);
    let first = drafted(&w, r#"{"$segment": "wanted@1"}"#).await?;
    assert_eq!(counted(&w, &first).await?, 2);
    assert_eq!(pinned(&first), [("wanted", 1)]);
    Ok(())
}

// Seen to fail where the pins of what was saved are not given to the compiler.
async fn a_newer_version_does_not_move_what_was_saved<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "wanted", PREMIUM).await?;
    let waiting = drafted(&w, USING).await?;
    let running = launched(&w, USING).await?;
    wrote(&w, creator, "wanted", REGULAR).await?;
    assert_eq!(counted(&w, &waiting).await?, 2);
    let sample = w.campaigns(&w.tenant.admin).sample(waiting.id()).await?;
    assert_eq!(sample.len(), 2);
    let run = w.job(Job::Audience).fill(running.id()).await?;
    assert_eq!(run.added, 2);
    let waiting = w.requested(creator, &waiting).await?;
    let launched = w.launched_by(&w.tenant.approver, &waiting).await?;
    let launch = launched.launch().as_ref().ok_or("no launch")?;
    assert_eq!(launch.counted, 2);
    assert_eq!(launch.segments, launched.plan().segment_ids());
    Ok(())
}

async fn an_edit_takes_the_newest_version<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "wanted", PREMIUM).await?;
    let draft = drafted(&w, USING).await?;
    wrote(&w, creator, "wanted", REGULAR).await?;
    let edited = edited(&w, &draft, USING).await?;
    assert_eq!(pinned(&edited), [("wanted", 2)]);
    assert_eq!(counted(&w, &edited).await?, 3);
    let copied = w.campaigns(creator).clone_of(draft.id()).await?;
    assert_eq!(pinned(&copied), [("wanted", 2)]);
    Ok(())
}

// Seen to fail where a segment's own pins are left out.
async fn a_segment_keeps_the_versions_that_it_was_written_with<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let creator = &w.tenant.creator;
    let inner = wrote(&w, creator, "inner", PREMIUM).await?;
    let outer = wrote(&w, creator, "wanted", r#"{"$segment": "inner"}"#).await?;
    assert_eq!(outer.criteria.pins.get(&inner.name), Some(&inner.version));
    wrote(&w, creator, "inner", REGULAR).await?;
    let draft = drafted(&w, USING).await?;
    assert_eq!(pinned(&draft), [("inner", 1), ("wanted", 1)]);
    assert_eq!(counted(&w, &draft).await?, 2);
    let both = r#"{"$segment": ["wanted", "inner"]}"#;
    let both = drafted(&w, both).await?;
    assert_eq!(pinned(&both), [("inner", 1), ("inner", 2), ("wanted", 1)]);
    assert_eq!(counted(&w, &both).await?, 5);
    Ok(())
}

async fn a_segment_inside_segments_is_pinned_too<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    customers(&w).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "a", PREMIUM).await?;
    wrote(&w, creator, "b", r#"{"$segment": "a"}"#).await?;
    wrote(
        &w,
        creator,
        "c",
        r#"{"$or": [{"$segment": "b@1"}, {"city": "Pune"}]}"#,
    )
    .await?;
    let campaign = launched(&w, r#"{"$not": {"$segment": "c"}}"#).await?;
    assert_eq!(pinned(&campaign), [("a", 1), ("b", 1), ("c", 1)]);
    for name in ["a", "b", "c"] {
        wrote(&w, creator, name, r#"{"$everyone": true}"#).await?;
    }
    let run = w.job(Job::Audience).fill(campaign.id()).await?;
    assert_eq!(run.added, 3);
    Ok(())
}

async fn a_preview_says_which_version_an_open_name_means<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "wanted", PREMIUM).await?;
    wrote(&w, creator, "wanted", REGULAR).await?;
    let campaigns = w.campaigns(creator);
    let open = campaigns.preview_criteria(USING).await?;
    let open = open
        .warnings
        .iter()
        .find(|it| it.code() == WarningCode::UnpinnedSegment);
    let open = open.ok_or("no warning")?;
    assert_eq!(open.suggestion(), Some("wanted@2"));
    let closed = r#"{"$segment": "wanted@2"}"#;
    let closed = campaigns.preview_criteria(closed).await?;
    let is_open = |it: &CriteriaWarning| it.code() == WarningCode::UnpinnedSegment;
    assert!(!closed.warnings.iter().any(is_open));
    Ok(())
}

// Seen to fail where the compiler is not told which segment is being written.
async fn a_segment_does_not_use_itself<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let creator = &w.tenant.creator;
    let first = wrote(&w, creator, "wanted", USING).await;
    assert!(matches!(first, Err(Error::Criteria(_))), "{first:?}");
    wrote(&w, creator, "wanted", PREMIUM).await?;
    for text in [USING, r#"{"$segment": "wanted@1"}"#] {
        refused(
            wrote(&w, creator, "wanted", text).await,
            ErrorCode::SegmentCycle,
        )?;
    }
    wrote(&w, creator, "outer", USING).await?;
    wrote(
        &w,
        creator,
        "outermost",
        r#"{"$not": {"$segment": "outer"}}"#,
    )
    .await?;
    let around = r#"{"city": "Pune", "$segment": "outermost"}"#;
    refused(
        wrote(&w, creator, "wanted", around).await,
        ErrorCode::SegmentCycle,
    )?;
    let latest = w.segments(creator).get(&"wanted".parse()?, None).await?;
    assert_eq!(latest.version, SegmentVersion::FIRST);
    Ok(())
}

async fn a_segment_that_is_not_there_is_unknown<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let creator = &w.tenant.creator;
    wrote(&w, creator, "wanted", PREMIUM).await?;
    let cases = [
        (r#"{"$segment": "wnated"}"#, "wanted"),
        (r#"{"$segment": "wanted@2"}"#, "wanted@1"),
    ];
    for (text, meant) in cases {
        refused(drafted(&w, text).await, ErrorCode::UnknownSegment)?;
        refused(
            wrote(&w, creator, "other", text).await,
            ErrorCode::UnknownSegment,
        )?;
        let previewed = w.campaigns(creator).preview_criteria(text).await;
        let Err(Error::Criteria(errors)) = previewed else {
            return Err("the criteria were taken".into());
        };
        let suggestions: Vec<_> = errors.iter().map(CriteriaError::suggestion).collect();
        assert_eq!(suggestions, [Some(meant)]);
    }
    Ok(())
}

// Seen to fail where what a suggestion needs was read before the rest of the document.
async fn an_unknown_segment_is_the_only_mistake_beside_a_known_one<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let offer = w.tenant.draft_offer("An idea").await?;
    let creator = &w.tenant.creator;
    let asking = format!(r#"{{"$received": {{"offer": "{}"}}}}"#, offer.id());
    wrote(&w, creator, "wanted", &asking).await?;
    let both = r#"{"$segment": ["absent", "wanted"]}"#;
    refused(drafted(&w, both).await, ErrorCode::UnknownSegment)
}

// Seen to fail where names are looked up in every tenant.
async fn what_another_tenant_has_is_unknown<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let twin = w.platform.tenant("card").await?;
    let offer = twin.approved_offer("Card").await?;
    let campaign = twin.launched_campaign(twin.campaign(offer.id())?).await?;
    let segments = twin.acting(&twin.creator).segments(twin.id);
    let name = "wanted".parse()?;
    segments.write(&name, None, None, PREMIUM).await?;
    let received = |part: &str, id: &str| format!(r#"{{"$received": {{"{part}": "{id}"}}}}"#);
    let offer = received("offer", &offer.id().to_string());
    let campaign = received("campaign", &campaign.id().to_string());
    let cases = [
        (USING, ErrorCode::UnknownSegment),
        (&offer, ErrorCode::UnknownOffer),
        (&campaign, ErrorCode::UnknownCampaign),
    ];
    for (text, code) in cases {
        refused(drafted(&w, text).await, code)?;
        let own = twin.acting(&twin.creator).campaigns(twin.id);
        own.preview_criteria(text).await?;
    }
    Ok(())
}

/// A draft of the creator's on a segment that someone else wrote, its launch requested.
async fn on_a_segment_of<B: Adapter>(w: &World<B>, by: &Context) -> Result<Campaign, Failure> {
    wrote(w, by, "wanted", PREMIUM).await?;
    let draft = drafted(w, USING).await?;
    Ok(w.requested(&w.tenant.creator, &draft).await?)
}

// Seen to fail without the authors of segments among the contributions; the store's defence then answers instead.
async fn who_wrote_a_segment_may_not_launch_what_uses_it<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    let campaign = on_a_segment_of(&w, &both).await?;
    let refused = denied(w.launched_by(&both, &campaign).await, "four_eyes")?;
    assert_eq!(
        refused.to_string(),
        "you wrote a segment that revision 1 uses, on 2 March 2026, so another person must decide"
    );
    w.launched_by(&w.tenant.approver, &campaign).await?;
    Ok(())
}

async fn who_wrote_a_segment_inside_another_may_not_launch_what_uses_that<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    wrote(&w, &both, "inner", PREMIUM).await?;
    wrote(&w, &w.tenant.admin, "wanted", r#"{"$segment": "inner@1"}"#).await?;
    let draft = drafted(&w, USING).await?;
    let campaign = w.requested(&w.tenant.creator, &draft).await?;
    denied(w.launched_by(&both, &campaign).await, "four_eyes")?;
    denied(w.launched_by(&w.tenant.admin, &campaign).await, "four_eyes")?;
    w.launched_by(&w.tenant.approver, &campaign).await?;
    Ok(())
}

async fn a_segment_that_was_dropped_again_washes_nobody_clean<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    let campaign = on_a_segment_of(&w, &both).await?;
    let campaign = edited(&w, &campaign, PREMIUM).await?;
    assert_eq!(pinned(&campaign), []);
    let campaign = w.requested(&w.tenant.creator, &campaign).await?;
    denied(w.launched_by(&both, &campaign).await, "four_eyes")?;
    Ok(())
}

async fn a_segment_of_the_last_launch_bars_nobody<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let both = w.member("both", &["create", "approver"]).await?;
    let campaign = on_a_segment_of(&w, &both).await?;
    let campaign = w.launched_by(&w.tenant.approver, &campaign).await?;
    let creator = &w.tenant.creator;
    let campaign = w.paused(creator, &campaign).await?;
    let campaign = w.renamed(creator, &campaign, "Summer").await?;
    let campaign = w.requested(creator, &campaign).await?;
    let campaign = w.launched_by(&both, &campaign).await?;
    // A version that is new to it bars its author again.
    wrote(&w, &both, "wanted", REGULAR).await?;
    let campaign = w.paused(creator, &campaign).await?;
    let campaign = edited(&w, &campaign, USING).await?;
    let campaign = w.requested(creator, &campaign).await?;
    denied(w.launched_by(&both, &campaign).await, "four_eyes")?;
    w.launched_by(&w.tenant.approver, &campaign).await?;
    Ok(())
}
