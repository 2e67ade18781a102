//! Chapter 5: customers, from a CSV file.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet, VecDeque},
};

use offerkit::{
    criteria::{Criteria, Moment},
    csv,
    domain::Customer,
    id::{CustomerId, SystemIds},
    services::{BadRow, ImportOptions, ImportRow, ImportSummary, ImportTotals},
    time::{Clock as _, SystemClock},
};

use super::{
    failure::{Failure, adds_up},
    input::open,
    report::{counted, number},
    story::{Cast, Stage},
};

/// How many mistakes of a file are shown.
const SHOWN: usize = 20;

/// A file with mistakes, to show what becomes of them.
const MISTAKEN: &str = "\
full_name,email,kyc_status,credit_score
Farah Khan,farah.khan.example.com,verified,712
Gopal Menon,gopal@example.com,verified,701
Hema Joshi,hema@example.com,verifed,688
\"Iqbal
Syed\",iqbal@example.com,pending,high
";

/// The customers that the criteria select, as the story itself counts them while it reads the file. What the library
/// counts later must be the same.
#[derive(Default)]
pub(crate) struct Selected {
    customers: HashMap<CustomerId, Reach>,
}

/// On which channels a customer has an address.
#[derive(Clone, Copy)]
struct Reach {
    email: bool,
    sms: bool,
}

impl Selected {
    pub(crate) fn count(&self) -> u64 {
        whole(self.customers.len())
    }

    pub(crate) fn with_email(&self) -> u64 {
        whole(self.customers.values().filter(|reach| reach.email).count())
    }

    pub(crate) fn with_sms(&self) -> u64 {
        whole(self.customers.values().filter(|reach| reach.sms).count())
    }
}

pub(crate) async fn import(stage: &mut Stage<'_>, cast: &Cast) -> Result<Selected, Failure> {
    stage.report.chapter("Customers")?;
    try_a_file_with_mistakes(stage)?;

    let outcome = cast.chitra.acting.customers().import(Vec::new()).await;
    let tried = "wants to import customers; they belong to the platform, not to her tenant";
    stage
        .report
        .refused("chitra", tried, "not_super_admin", outcome)?;

    let path = &stage.input.customers;
    let file = open(path)?;
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let bar = stage.report.bar("importing", length)?;
    let ids = SystemIds::new();
    let rows = csv::customers(bar.wrap_read(file), &ids, SystemClock.now())
        .map_err(|error| Failure::Input(error.to_string()))?;
    let audience = RefCell::new(Audience::of(&stage.input.checked_criteria));
    let rows = rows
        .import_rows()
        .inspect(|row| audience.borrow_mut().reads(row));
    let customers = cast.root.acting.customers();
    let summary = customers
        .import_all(rows, ImportOptions::default(), |totals, bad_rows| {
            audience.borrow_mut().imported(totals, bad_rows);
            bar.set_message(format!("{} rows", number(totals.rows)));
        })
        .await?;
    bar.finish_and_clear();
    let ImportSummary {
        totals, bad_rows, ..
    } = summary;

    let good = totals.added + totals.updated;
    let done = format!(
        "imports {}: {}, of them {} new, {} seen before and {} with a mistake",
        path.display(),
        counted(totals.rows, "row"),
        number(totals.added),
        number(totals.updated),
        number(totals.refused),
    );
    stage.report.did("root", &done)?;
    for BadRow { line, reason } in bad_rows.iter().take(SHOWN) {
        stage.report.detail(&format!("line {line}: {reason}"))?;
    }
    let more = totals.refused.saturating_sub(whole(SHOWN));
    if more > 0 {
        stage
            .report
            .detail(&format!("… and {} more", number(more)))?;
    }
    adds_up(
        "rows imported and refused",
        good + totals.refused,
        totals.rows,
    )?;
    Ok(audience.into_inner().selected)
}

/// A row with a mistake is told with its line and column, and does not stop the others.
fn try_a_file_with_mistakes(stage: &mut Stage<'_>) -> Result<(), Failure> {
    stage
        .report
        .did("root", "tries a file with mistakes first:")?;
    stage.report.gap()?;
    stage.report.quote(MISTAKEN)?;
    let ids = SystemIds::new();
    let rows = csv::customers(MISTAKEN.as_bytes(), &ids, SystemClock.now())
        .map_err(|error| Failure::Broken(error.to_string()))?;
    let mut good = 0_u64;
    for row in rows {
        match row {
            Ok(_) => good += 1,
            Err(problem) => stage.report.detail(&problem.to_string())?,
        }
    }
    stage
        .report
        .detail("The other row is good. None of them was imported.")?;
    stage.report.gap()?;
    adds_up("good rows", good, 1)
}

/// Whom the criteria select, of those who were imported.
struct Audience<'a> {
    criteria: &'a Criteria,
    /// The rows that were read and not imported yet.
    read: VecDeque<(u64, CustomerId, Option<Reach>)>,
    imported: u64,
    selected: Selected,
}

impl<'a> Audience<'a> {
    fn of(criteria: &'a Criteria) -> Self {
        Self {
            criteria,
            read: VecDeque::new(),
            imported: 0,
            selected: Selected::default(),
        }
    }

    fn reads(&mut self, row: &ImportRow) {
        let moment = Moment::in_utc(SystemClock.now());
        let customer = row.customer();
        let id = customer.map_or(CustomerId::from_uuid(uuid::Uuid::nil()), Customer::id);
        let selected = customer
            .filter(|customer| customer.is_active() && self.criteria.matches(*customer, moment));
        let reach = selected.map(|customer| Reach {
            email: customer.email().is_some(),
            sms: customer.phone().is_some(),
        });
        self.read.push_back((row.line(), id, reach));
    }

    fn imported(&mut self, totals: &ImportTotals, bad_rows: &[BadRow]) {
        let refused: HashSet<_> = bad_rows.iter().map(|row| row.line).collect();
        while self.imported < totals.rows {
            self.imported += 1;
            match self.read.pop_front() {
                Some((line, _, _)) if refused.contains(&line) => {}
                Some((_, id, Some(reach))) => {
                    self.selected.customers.insert(id, reach);
                }
                Some((_, id, None)) => {
                    self.selected.customers.remove(&id);
                }
                None => {}
            }
        }
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
