//! `explain`: why a document selects one customer, or why not.

use std::path::Path;

use serde_json::Value;

use super::{
    customer,
    failure::Failure,
    input::{Source, Streams, text},
    setting::Setting,
};

pub(crate) fn explain(
    document: &Source,
    customer: &str,
    json: bool,
    setting: &Setting,
    streams: &mut Streams<'_>,
) -> Result<(), Failure> {
    let wrong = |problem: String| Failure::Input(format!("--customer: {problem}"));
    let customer = match customer.strip_prefix('@') {
        Some(file) => text(Path::new(file))?,
        None => customer.to_owned(),
    };
    let object: Value =
        serde_json::from_str(&customer).map_err(|error| wrong(error.to_string()))?;
    let Value::Object(object) = object else {
        return Err(wrong("a JSON object is expected".to_owned()));
    };
    let now = setting.moment.now();
    let customer = customer::customer(object, true, &setting.catalog, now).map_err(wrong)?;
    let criteria = setting.read(document, streams)?;
    let explanation = criteria.explain(&customer, setting.moment);
    if json {
        let text = serde_json::to_string_pretty(&explanation)?;
        writeln!(streams.out, "{text}")?;
    } else {
        let is_selected = if explanation.holds() {
            "selected"
        } else {
            "not selected"
        };
        writeln!(
            streams.out,
            "{}\n\n{is_selected}",
            explanation.to_string().trim_end()
        )?;
    }
    Ok(())
}
