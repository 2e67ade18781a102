//! A tenant's criteria: checked together with the segments, offers and campaigns that they name.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
};

use super::{Error, catalog::platform_catalog, work::Work};
use crate::{
    criteria::{Catalog, Compiler, Criteria, Limits, Mentions, References},
    domain::{
        Campaign, OfferConfiguration, SavedCriteria, Segment, SegmentPin, SegmentVersion,
        TransitionError,
    },
    page::{MAX_PAGE_SIZE, PageRequest},
    text::SegmentName,
};

type Pins = BTreeMap<SegmentName, SegmentVersion>;

/// Criteria as someone has just written them, with what the names in them mean.
pub(super) struct Written {
    pub(super) criteria: Criteria,
    /// The segment versions that they use, directly or not.
    pub(super) segments: Vec<SegmentPin>,
    pins: Pins,
}

impl Written {
    /// The criteria, as campaigns and segments keep them.
    pub(super) fn saved(&self) -> SavedCriteria {
        let criteria = &self.criteria;
        SavedCriteria {
            source: criteria.source().into(),
            canonical: criteria.canonical_text().into(),
            digest: criteria.digest(),
            language: criteria.version(),
            catalog: criteria.catalog_revision(),
            pins: self.pins.clone(),
        }
    }
}

/// When names are looked up.
#[derive(Clone, Copy)]
enum AsOf<'p> {
    /// Now: the name of a segment without a version means its latest one.
    Writing,
    /// Now, but such a name means the version that it meant when the criteria were saved.
    Saved(&'p Pins),
    /// When a campaign was launched. Its offers and campaigns were known then, and need not be any more.
    Launched(&'p Pins),
}

/// What a tenant has of what a document names.
#[derive(Default)]
struct Known {
    references: References,
    segments: BTreeMap<(SegmentName, SegmentVersion), SegmentPin>,
    /// What the document's own names without a version mean.
    pins: Option<Pins>,
}

impl Work<'_> {
    /// Criteria that someone writes for a campaign.
    pub(super) async fn criteria(
        &mut self,
        configuration: &OfferConfiguration,
        text: &str,
    ) -> Result<Written, Error> {
        let catalog = self.tenant_catalog(configuration).await?;
        let known = self.known(text, AsOf::Writing).await?;
        known.compile(text, &Compiler::new(&catalog))
    }

    /// Criteria that someone writes for a segment, which may not use that segment.
    pub(super) async fn criteria_of_segment(
        &mut self,
        configuration: &OfferConfiguration,
        name: &SegmentName,
        text: &str,
    ) -> Result<Written, Error> {
        let catalog = self.tenant_catalog(configuration).await?;
        let known = self.known(text, AsOf::Writing).await?;
        known.compile(text, &Compiler::new(&catalog).defining(name))
    }

    /// Criteria that were saved, as far as the tenant's catalog still allows them.
    pub(super) async fn saved_criteria(
        &mut self,
        configuration: &OfferConfiguration,
        saved: &SavedCriteria,
    ) -> Result<Criteria, Error> {
        let catalog = self.tenant_catalog(configuration).await?;
        let known = self.known(&saved.source, AsOf::Saved(&saved.pins)).await?;
        known.compile_saved(saved, &catalog)
    }

    /// The criteria as they were launched. A field that the tenant may no longer use, or that was retired, was allowed
    /// then, so the whole catalog counts.
    pub(super) async fn launched_criteria(
        &mut self,
        campaign: &Campaign,
    ) -> Result<Criteria, Error> {
        let catalog = platform_catalog(self.tx()?).await?;
        self.launched_criteria_in(campaign, &catalog.allowing_all())
            .await
    }

    /// The same, under a catalog that was read before.
    pub(super) async fn launched_criteria_in(
        &mut self,
        campaign: &Campaign,
        catalog: &Catalog,
    ) -> Result<Criteria, Error> {
        let saved = &campaign.plan().selection_criteria;
        let known = self
            .known(&saved.source, AsOf::Launched(&saved.pins))
            .await?;
        let criteria = known.compile_saved(saved, catalog)?;
        if criteria.digest() != saved.digest {
            return Err(TransitionError::ChangedSinceLaunch.into());
        }
        Ok(criteria)
    }

    /// What the tenant has of what a document names, and of what the segments among it name in turn. The rest is left
    /// out, so that the compiler says where it is named.
    async fn known(&mut self, text: &str, as_of: AsOf<'_>) -> Result<Known, Error> {
        let mut known = Known::default();
        let mut missing = Vec::new();
        let mut texts = VecDeque::from([(Mentions::in_text(text), as_of.pins())]);
        while let Some((mentions, pins)) = texts.pop_front() {
            let mut meant = Pins::new();
            for (name, version) in mentions.segments() {
                let wanted = version.or_else(|| pins.get(name).copied());
                let found = self.tx()?.segments().find(name, wanted).await?;
                let Some(segment) = found else {
                    missing.push(name.clone());
                    continue;
                };
                if version.is_none() {
                    meant.insert(name.clone(), segment.version);
                }
                if known.add(&segment) {
                    let mentions = Mentions::in_text(&segment.criteria.source);
                    texts.push_back((mentions, segment.criteria.pins));
                }
            }
            // The document itself is the first of the texts.
            known.pins.get_or_insert(meant);
            self.add_offers(&mentions, as_of, &mut known).await?;
        }
        if !missing.is_empty() {
            self.add_suggestions(&missing, &mut known).await?;
        }
        Ok(known)
    }

    /// What may have been meant by names of segments that are not there, for the compiler to suggest. It comes last,
    /// since what stands in these segments is not read.
    async fn add_suggestions(
        &mut self,
        missing: &[SegmentName],
        known: &mut Known,
    ) -> Result<(), Error> {
        let segments = self.tx()?.segments();
        let page = PageRequest::first(MAX_PAGE_SIZE)?;
        for segment in segments.list(&page).await?.items {
            known.add(&segment);
        }
        // A name may be right, and its version wrong.
        for name in missing {
            if let Some(latest) = segments.find(name, None).await? {
                known.add(&latest);
            }
        }
        Ok(())
    }

    async fn add_offers(
        &mut self,
        mentions: &Mentions,
        as_of: AsOf<'_>,
        known: &mut Known,
    ) -> Result<(), Error> {
        let was_known = matches!(as_of, AsOf::Launched(_));
        for offer in mentions.offers() {
            if was_known || self.tx()?.offers().find(*offer).await?.is_some() {
                known.change(|references| references.with_offer(*offer));
            }
        }
        for campaign in mentions.campaigns() {
            if was_known || self.tx()?.campaigns().find(*campaign).await?.is_some() {
                known.change(|references| references.with_campaign(*campaign));
            }
        }
        Ok(())
    }
}

impl AsOf<'_> {
    fn pins(self) -> Pins {
        match self {
            Self::Writing => Pins::new(),
            Self::Saved(pins) | Self::Launched(pins) => pins.clone(),
        }
    }
}

impl Known {
    fn change(&mut self, change: impl FnOnce(References) -> References) {
        self.references = change(mem::take(&mut self.references));
    }

    /// Adds a version of a segment, and answers whether it is new and its own text is to be looked through.
    fn add(&mut self, segment: &Segment) -> bool {
        let (name, version) = (segment.name.clone(), segment.version);
        let key = (name.clone(), version);
        // Every segment has a condition at least, so that the compiler refuses more of them than this.
        if self.segments.len() > Limits::VERSION_1.inlined_nodes || self.segments.contains_key(&key)
        {
            return false;
        }
        self.segments.insert(key, SegmentPin::from(segment));
        let SavedCriteria { source, pins, .. } = &segment.criteria;
        self.change(|references| references.with_segment(name, version, source, pins.clone()));
        true
    }

    fn compile(self, text: &str, compiler: &Compiler<'_>) -> Result<Written, Error> {
        let compiler = compiler.clone().with_references(&self.references);
        let criteria = compiler.compile(text)?;
        let used = criteria.segments().iter();
        let pins = used.filter_map(|used| {
            let key = (used.name.clone(), used.version);
            self.segments.get(&key).cloned()
        });
        Ok(Written {
            segments: pins.collect(),
            pins: self.pins.unwrap_or_default(),
            criteria,
        })
    }

    fn compile_saved(self, saved: &SavedCriteria, catalog: &Catalog) -> Result<Criteria, Error> {
        let pins = saved.pins.iter();
        let references = pins.fold(self.references, |references, (name, version)| {
            references.with_pin(name.clone(), *version)
        });
        let compiler = Compiler::new(catalog).with_references(&references);
        Ok(compiler.compile(&saved.source)?)
    }
}
