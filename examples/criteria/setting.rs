//! What a document is checked against and run in: the fields, the saved segments, and the time.

use std::path::PathBuf;

use clap::Args;
use offerkit::{
    criteria::{Catalog, Compiler, Criteria, CriteriaErrors, FieldDefinition, Moment, References},
    domain::SegmentVersion,
    id::{CampaignId, OfferId},
    text::SegmentName,
    time::{Clock as _, SystemClock, TimeZone, Timestamp},
};

use super::{
    diagnosis::Diagnosis,
    failure::Failure,
    field_types,
    input::{Source, Streams, text},
};

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the document is checked against and run in")]
pub(crate) struct SettingOptions {
    /// The moment at which ages and periods are counted [default: the system's clock].
    #[arg(long, global = true, value_name = "RFC3339")]
    now: Option<Timestamp>,

    /// The time zone that says which day it is then, such as `+05:30`.
    #[arg(long, global = true, value_name = "ZONE", default_value = "UTC")]
    time_zone: TimeZone,

    /// Declares an attribute: text, int, decimal, decimal(P,S), bool, date, timestamp, set, uuid or enum(A,B,…).
    #[arg(long, global = true, value_name = "NAME:TYPE", value_parser = field_types::option)]
    attribute: Vec<FieldDefinition>,

    /// Allows a protected field, as a super admin does for a tenant.
    #[arg(long, global = true, value_name = "FIELD")]
    allow: Vec<String>,

    /// A saved segment that the document may name.
    #[arg(long, global = true, value_name = "NAME@VERSION=FILE", value_parser = SegmentFile::read)]
    segment: Vec<SegmentFile>,

    /// An offer that `$received` may name.
    #[arg(long, global = true, value_name = "ID")]
    offer: Vec<OfferId>,

    /// A campaign that `$received` may name.
    #[arg(long, global = true, value_name = "ID")]
    campaign: Vec<CampaignId>,
}

/// A version of a segment, and the file it is in.
#[derive(Clone, Debug)]
struct SegmentFile {
    name: SegmentName,
    version: SegmentVersion,
    file: PathBuf,
}

impl SegmentFile {
    fn read(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is not NAME@VERSION=FILE");
        let (reference, file) = text.split_once('=').ok_or_else(expected)?;
        let (name, version) = segment(reference).ok_or_else(expected)?;
        Ok(Self {
            name,
            version,
            file: file.into(),
        })
    }
}

/// The parts of `name@version`.
pub(crate) fn segment(reference: &str) -> Option<(SegmentName, SegmentVersion)> {
    let (name, version) = reference.split_once('@')?;
    Some((name.parse().ok()?, version.parse().ok()?))
}

/// What a document is checked against and run in.
pub(crate) struct Setting {
    pub(crate) catalog: Catalog,
    pub(crate) references: References,
    pub(crate) moment: Moment,
}

impl SettingOptions {
    pub(crate) fn read(self) -> Result<Setting, Failure> {
        let wrong = |error: &dyn std::error::Error| Failure::Input(error.to_string());
        let mut catalog = Catalog::customers();
        for field in self.attribute {
            catalog = catalog
                .with_attribute(field)
                .map_err(|error| wrong(&error))?;
        }
        let allowed: Vec<_> = self.allow.iter().map(String::as_str).collect();
        let catalog = catalog.allowing(&allowed).map_err(|error| wrong(&error))?;
        let mut references = References::new();
        for SegmentFile {
            name,
            version,
            file,
        } in self.segment
        {
            references = references.with_segment(name, version, &text(&file)?, []);
        }
        for offer in self.offer {
            references = references.with_offer(offer);
        }
        for campaign in self.campaign {
            references = references.with_campaign(campaign);
        }
        let now = self.now.unwrap_or_else(|| SystemClock.now());
        Ok(Setting {
            catalog,
            references,
            moment: Moment::new(now, self.time_zone.date_of(now)),
        })
    }
}

impl Setting {
    pub(crate) fn compile(&self, document: &[u8]) -> Result<Criteria, CriteriaErrors> {
        Compiler::new(&self.catalog)
            .with_references(&self.references)
            .compile_bytes(document)
    }

    /// Reads a document that must be right.
    pub(crate) fn read(
        &self,
        document: &Source,
        streams: &mut Streams<'_>,
    ) -> Result<Criteria, Failure> {
        let bytes = document.read(streams)?;
        self.compile(&bytes).map_err(|errors| {
            let diagnosis = Diagnosis::new(document, &bytes, false);
            Failure::Document(Some(diagnosis.errors(&errors)))
        })
    }
}
