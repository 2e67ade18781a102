//! `check`: everything that is wrong with a document, or doubtful.

use serde_json::json;

use super::{
    diagnosis::Diagnosis,
    failure::Failure,
    input::{Source, Streams},
    setting::Setting,
};

pub(crate) fn check(
    document: &Source,
    json: bool,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let bytes = document.read(streams)?;
    let checked = setting.compile(&bytes);
    if json {
        let found = match &checked {
            Ok(criteria) => json!({"errors": [], "warnings": criteria.warnings()}),
            Err(errors) => json!({"errors": errors, "warnings": []}),
        };
        writeln!(streams.out, "{found:#}")?;
    } else {
        let diagnosis = Diagnosis::new(document, &bytes, streams.is_terminal);
        let shown = match &checked {
            Ok(criteria) => diagnosis.warnings(criteria.warnings()),
            Err(errors) => diagnosis.errors(errors),
        };
        writeln!(streams.out, "{shown}")?;
    }
    checked.map(|_| ()).map_err(|_| Failure::Document(None))
}
