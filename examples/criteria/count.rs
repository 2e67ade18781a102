//! `count`: how many customers of a file a document selects.

use std::{borrow::Cow, path::Path};

use offerkit::{
    criteria::{Catalog, Columns, Criteria, Waterfall, WaterfallStep},
    csv,
    domain::Customer,
    id::SystemIds,
};
use serde_json::json;

use super::{
    failure::Failure,
    input::{Source, Streams, open, unreadable},
    setting::Setting,
};

/// How many customers are evaluated together.
const CHUNK: usize = 16_384;
/// How many mistakes of a file are shown.
const SHOWN: usize = 20;

/// What was counted.
pub(crate) struct Counted {
    waterfall: Waterfall,
    selected: u64,
    mistakes: Vec<String>,
}

impl Counted {
    pub(crate) fn read(
        document: &Source,
        customers: &Path,
        setting: &Setting,
        streams: &mut Streams<'_>,
    ) -> Result<Self, Failure> {
        let criteria = setting.read(document, streams)?;
        let (customers, mistakes) = read(customers, setting)?;
        let chunks: Vec<_> = customers
            .chunks(CHUNK)
            .map(|chunk| (chunk, Columns::new()))
            .collect();
        let count = |criteria: &Criteria| -> u64 {
            let matcher = criteria.at(setting.moment);
            let counts = chunks
                .iter()
                .map(|(chunk, columns)| matcher.select(chunk, columns).count());
            whole(counts.sum())
        };
        let steps = criteria.steps();
        let steps = steps
            .iter()
            .map(|step| WaterfallStep::new(step, count(step.criteria())));
        Ok(Self {
            waterfall: Waterfall {
                total: whole(customers.len()),
                steps: steps.collect(),
            },
            selected: count(&criteria),
            mistakes,
        })
    }

    pub(crate) fn print(
        &self,
        waterfall: bool,
        json: bool,
        streams: &mut Streams<'_>,
    ) -> Result<(), Failure> {
        for mistake in self.mistakes.iter().take(SHOWN) {
            writeln!(streams.err, "left out: {mistake}")?;
        }
        if self.mistakes.len() > SHOWN {
            writeln!(
                streams.err,
                "left out: {} more",
                self.mistakes.len() - SHOWN
            )?;
        }
        let (selected, total) = (self.selected, self.waterfall.total);
        if json {
            let mut counted = json!({"selected": selected, "total": total});
            if waterfall && let Some(members) = counted.as_object_mut() {
                members.insert("steps".to_owned(), json!(self.waterfall.steps));
            }
            writeln!(streams.out, "{counted:#}")?;
            return Ok(());
        }
        if waterfall {
            let width = total.to_string().len();
            writeln!(streams.out, "{total:>width$}  customers")?;
            for step in &self.waterfall.steps {
                let (remaining, what) = (step.remaining, &step.description);
                writeln!(streams.out, "{remaining:>width$}  {what}")?;
            }
        }
        Ok(writeln!(
            streams.out,
            "{selected} of {total} customers selected"
        )?)
    }
}

/// The customers of a file, and the rows that are none.
fn read(file: &Path, setting: &Setting) -> Result<(Vec<Customer>, Vec<String>), Failure> {
    let ids = SystemIds::new();
    let mut rows = match csv::customers(open(file)?, &ids, setting.moment.now()) {
        Ok(rows) => rows,
        Err(csv::HeaderError::Read(error)) => return Err(unreadable(file, &error)),
        Err(error) => return Err(Failure::Input(format!("{}: {error}", file.display()))),
    };
    let (mut customers, mut mistakes) = (Vec::new(), Vec::new());
    while let Some(row) = rows.next() {
        match row.map(|customer| stored(customer, &setting.catalog)) {
            Ok(Ok(customer)) => customers.push(customer),
            Ok(Err(mistake)) => mistakes.push(format!("line {}: {mistake}", rows.line())),
            Err(mistake) => mistakes.push(mistake.to_string()),
        }
    }
    Ok((customers, mistakes))
}

/// The customer with attributes in the form in which an import stores them.
fn stored(customer: Customer, catalog: &Catalog) -> Result<Customer, String> {
    if customer.attributes().is_empty() {
        return Ok(customer);
    }
    let attributes = catalog.canonical_attributes(customer.attributes().clone());
    let mut parts = customer.to_parts();
    parts.attributes = Cow::Owned(attributes.map_err(|error| error.to_string())?);
    Customer::from_parts(parts).map_err(|error| error.to_string())
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
