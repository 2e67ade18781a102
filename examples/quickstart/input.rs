//! Reads and checks what the options name, before anything happens.

use std::{
    fmt::Write as _,
    fs::{self, File},
    path::{Path, PathBuf},
};

use offerkit::{
    criteria::{Catalog, Criteria, CriteriaError, CriteriaErrors},
    csv,
    domain::OfferContent,
    id::SystemIds,
    schema::OfferSchema,
    time::{Clock as _, SystemClock},
};
use serde_json::Value;

use super::{command::Options, failure::Failure};

const OFFER: &str = "examples/data/offer.json";
const SCHEMA: &str = "examples/data/offer.schema.json";

/// What the story is told about.
pub(crate) struct Input {
    /// Where the customers are read from.
    pub(crate) customers: PathBuf,
    /// The criteria as they were given.
    pub(crate) criteria: String,
    /// The criteria, checked.
    pub(crate) checked_criteria: Criteria,
    /// Where the offer comes from.
    pub(crate) offer_file: PathBuf,
    /// The offer's content.
    pub(crate) offer: Value,
    /// The schema and where it comes from, if the tenant is to have one.
    pub(crate) schema: Option<(PathBuf, Value)>,
}

impl Input {
    pub(crate) fn read(options: Options) -> Result<Self, Failure> {
        let checked_criteria = Criteria::parse(&options.criteria, &Catalog::customers())
            .map_err(|errors| Failure::Input(shown(&options.criteria, &errors)))?;
        check_header(&options.customers)?;
        let schema_file = match (&options.offer, options.schema) {
            (_, Some(file)) => Some(file),
            (None, None) => Some(SCHEMA.into()),
            (Some(_), None) => None,
        };
        let offer_file = options.offer.unwrap_or_else(|| OFFER.into());
        let offer = json(&offer_file)?;
        if let Err(error) = OfferContent::try_from(offer.clone()) {
            let problem = format!("{}: {error}", offer_file.display());
            return Err(Failure::Input(problem));
        }
        let schema = schema_file
            .map(|file| json(&file).map(|schema| (file, schema)))
            .transpose()?;
        if let Some((file, schema)) = &schema {
            let compiled = OfferSchema::compile(schema)
                .map_err(|error| Failure::Input(format!("{}: {error}", file.display())))?;
            compiled.check(&offer).map_err(|violations| {
                let (offer, schema) = (offer_file.display(), file.display());
                Failure::Input(format!("{offer} does not satisfy {schema}:\n{violations}"))
            })?;
        }
        Ok(Self {
            customers: options.customers,
            criteria: options.criteria,
            checked_criteria,
            offer_file,
            offer,
            schema,
        })
    }
}

pub(crate) fn open(file: &Path) -> Result<File, Failure> {
    File::open(file).map_err(|error| unreadable(file, &error))
}

fn unreadable(file: &Path, error: &std::io::Error) -> Failure {
    let hint = if file.starts_with("examples") {
        "; start the example in the repository's root, or name another file"
    } else {
        ""
    };
    Failure::Input(format!("cannot read {}: {error}{hint}", file.display()))
}

fn json(file: &Path) -> Result<Value, Failure> {
    let text = fs::read_to_string(file).map_err(|error| unreadable(file, &error))?;
    serde_json::from_str(&text)
        .map_err(|error| Failure::Input(format!("{} is no JSON: {error}", file.display())))
}

fn check_header(file: &Path) -> Result<(), Failure> {
    match csv::customers(open(file)?, &SystemIds::new(), SystemClock.now()) {
        Ok(_) => Ok(()),
        Err(csv::HeaderError::Read(error)) => Err(unreadable(file, &error)),
        Err(error) => Err(Failure::Input(format!("{}: {error}", file.display()))),
    }
}

/// Every mistake with its place in the document: the pointer, and the line with a mark under it.
fn shown(document: &str, errors: &CriteriaErrors) -> String {
    let count = errors.as_slice().len();
    let plural = if count == 1 { "" } else { "s" };
    let mut text = format!("--criteria has {count} mistake{plural}");
    for error in errors {
        let (line, mark) = marked(document, error);
        // Writing to a string cannot fail.
        write!(text, "\n\n  {error}\n\n    {line}\n    {mark}").unwrap_or_default();
    }
    text
}

fn marked<'a>(document: &'a str, error: &CriteriaError) -> (&'a str, String) {
    let before = document.get(..error.span().start()).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line = document
        .get(line_start..)
        .and_then(|rest| rest.lines().next())
        .unwrap_or_default();
    let column = before.get(line_start..).unwrap_or_default().chars().count();
    let rest = line.chars().count().saturating_sub(column);
    let found = error.span().of(document).unwrap_or_default();
    let width = found.chars().count().min(rest).max(1);
    (line, format!("{}{}", " ".repeat(column), "^".repeat(width)))
}
