//! `describe` and `canonical`: what a document says, for people and for digests.

use super::{
    failure::Failure,
    input::{Source, Streams},
    setting::Setting,
};

pub(crate) fn describe(
    document: &Source,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let criteria = setting.read(document, streams)?;
    Ok(writeln!(streams.out, "{}", criteria.describe())?)
}

pub(crate) fn canonical(
    document: &Source,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let criteria = setting.read(document, streams)?;
    let (text, digest) = (criteria.canonical_text(), criteria.digest());
    Ok(writeln!(streams.out, "{text}\n{digest}")?)
}
