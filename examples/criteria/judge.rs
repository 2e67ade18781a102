//! Whether a case passes: by the definition of the language and by every evaluator.

use std::slice;

use offerkit::{
    criteria::{
        Catalog, Columns, Compiler, Criteria, CriteriaErrors, Limits, Moment, References, Situation,
    },
    domain::{Customer, SegmentVersion},
};
use serde_json::Map;

use super::{case::Case, customer, field_types, setting};

/// What became of a case.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The answer is the expected one.
    Passed,
    /// It is not, or two evaluators differ.
    Failed(String),
}

/// Judges a case; one without a time of its own is run at `moment`.
///
/// # Errors
/// A sentence where this is no case: a type there is not, a customer who cannot be stored.
pub(crate) fn judge(case: &Case, moment: Moment) -> Result<Verdict, String> {
    let catalog = catalog(case)?;
    let references = references(case)?;
    let customer = recipient(case, &catalog, moment)?;
    let compiler = Compiler::new(&catalog).with_references(&references);
    let problem = match (compiler.compile(case.document()), &case.error) {
        (Err(_), Some(code)) if codes(case)?.contains(&code.as_str()) => None,
        (Err(errors), Some(code)) => Some(format!(
            "was refused, but not with `{code}`: {}",
            one_line(&errors)
        )),
        (Err(errors), None) => Some(format!("was refused: {}", one_line(&errors))),
        (Ok(_), Some(code)) => Some(format!("was accepted, `{code}` was expected")),
        (Ok(criteria), None) => {
            let moment = moment_of(case, moment);
            let situation = moment.with_history(case);
            has_other_answer(case, &criteria, &customer, situation)
                .or_else(|| lacks_warning(case, &criteria))
                .or_else(|| changes_when_printed(&criteria, compiler))
        }
    };
    Ok(problem.map_or(Verdict::Passed, Verdict::Failed))
}

/// The codes of the errors that the document of a case has, in their order.
///
/// # Errors
/// As for [`judge`].
pub(crate) fn codes(case: &Case) -> Result<Vec<&'static str>, String> {
    let (catalog, references) = (catalog(case)?, references(case)?);
    let compiler = Compiler::new(&catalog).with_references(&references);
    let errors = compiler.compile(case.document()).err();
    let codes = errors.iter().flatten().map(|error| error.code().as_str());
    Ok(codes.collect())
}

/// The fields that the document of a case may name.
///
/// # Errors
/// As for [`judge`].
pub(crate) fn catalog(case: &Case) -> Result<Catalog, String> {
    let mut catalog = if case.columns {
        Catalog::customers()
    } else {
        Catalog::empty()
    };
    for (name, declared) in &case.fields {
        let field = field_types::member(name, declared)?;
        catalog = catalog
            .with_attribute(field)
            .map_err(|error| error.to_string())?;
    }
    let allowed: Vec<_> = case.allow.iter().map(String::as_str).collect();
    catalog
        .allowing(&allowed)
        .map_err(|error| error.to_string())
}

/// What the document of a case may refer to.
///
/// # Errors
/// As for [`judge`].
pub(crate) fn references(case: &Case) -> Result<References, String> {
    let mut references = References::new();
    for (reference, document) in &case.segments {
        let (name, version) = setting::segment(reference)
            .ok_or_else(|| format!("`{reference}` is no version of a segment"))?;
        references = references.with_segment(name, version, document.get(), []);
    }
    for (name, version) in &case.pins {
        let name = name
            .parse()
            .map_err(|_| format!("`{name}` names no segment"))?;
        references = references.with_pin(name, SegmentVersion::new(*version));
    }
    for offer in &case.offers {
        references = references.with_offer(*offer);
    }
    for campaign in &case.campaigns {
        references = references.with_campaign(*campaign);
    }
    Ok(references)
}

/// The customer of a case, as stored.
///
/// # Errors
/// As for [`judge`].
pub(crate) fn recipient(
    case: &Case,
    catalog: &Catalog,
    moment: Moment,
) -> Result<Customer, String> {
    let created_at = moment_of(case, moment).now();
    let customer = match &case.stored {
        Some(attributes) => {
            let id = customer::ID.parse().map_err(|_| "no id".to_owned())?;
            customer::stored(id, Map::new(), attributes.clone(), created_at)?
        }
        None => customer::customer(case.row.clone(), case.columns, catalog, created_at)?,
    };
    let Some(id) = case.customer else {
        return Ok(customer);
    };
    let mut parts = customer.to_parts();
    parts.id = id;
    Customer::from_parts(parts).map_err(|error| error.to_string())
}

/// When a case is run.
pub(crate) fn moment_of(case: &Case, otherwise: Moment) -> Moment {
    let moment = case.now.map_or(otherwise, Moment::in_utc);
    Moment::new(moment.now(), case.today.unwrap_or(moment.today()))
}

/// The definition, the row program and the batch evaluator are asked, and what `explain` shows.
fn has_other_answer(
    case: &Case,
    criteria: &Criteria,
    customer: &Customer,
    situation: Situation<'_>,
) -> Option<String> {
    let matcher = criteria.at(situation);
    let batch = matcher.select(slice::from_ref(customer), &Columns::new());
    let defined = criteria.matches(customer, situation);
    let answers = [
        ("the row program", matcher.matches(customer)),
        ("the batch evaluator", batch.contains(0)),
        (
            "the explanation",
            criteria.explain(customer, situation).holds(),
        ),
    ];
    if let Some((who, answer)) = answers.iter().find(|(_, answer)| *answer != defined) {
        return Some(format!("{who} answered {answer}, the definition {defined}"));
    }
    let expected = case.expected?;
    (defined != expected).then(|| format!("answered {defined}, {expected} was expected"))
}

fn lacks_warning(case: &Case, criteria: &Criteria) -> Option<String> {
    let code = case.warning.as_deref()?;
    let warnings = criteria.warnings();
    if warnings
        .iter()
        .any(|warning| warning.code().as_str() == code)
    {
        return None;
    }
    let found: Vec<_> = warnings
        .iter()
        .map(|warning| warning.code().as_str())
        .collect();
    Some(format!(
        "was not warned of `{code}`, but of [{}]",
        found.join(", ")
    ))
}

/// The canonical document is read as the same criteria.
fn changes_when_printed(criteria: &Criteria, compiler: Compiler<'_>) -> Option<String> {
    let printed = criteria.canonical_text();
    match compiler.with_limits(Limits::CANONICAL).compile(printed) {
        Ok(read) if read == *criteria && read.digest() == criteria.digest() => None,
        Ok(_) => Some(format!(
            "its canonical document says something else: {printed}"
        )),
        Err(errors) => Some(format!(
            "its canonical document was refused: {}",
            one_line(&errors)
        )),
    }
}

fn one_line(errors: &CriteriaErrors) -> String {
    errors.to_string().replace('\n', "; ")
}
