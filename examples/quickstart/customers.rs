//! Chapter 5: customers, from a CSV file.

use std::{collections::HashMap, io::Read};

use indicatif::ProgressBar;
use offerkit::{
    criteria::{Criteria, Moment},
    csv,
    domain::Customer,
    id::{CustomerId, SystemIds},
    time::{Clock as _, SystemClock},
};

use super::{
    failure::{Failure, adds_up},
    input::open,
    report::{counted, number},
    story::{Cast, Person, Stage},
};

/// How many customers are imported in one commit.
const CHUNK: usize = 10_000;
/// How many mistakes of a file are shown.
const SHOWN: u64 = 20;

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
    let mut import = Import {
        root: &cast.root,
        criteria: &stage.input.checked_criteria,
        bar: &bar,
        selected: Selected::default(),
        totals: Totals::default(),
    };
    import.read(bar.wrap_read(file)).await?;
    bar.finish_and_clear();
    let Import {
        selected, totals, ..
    } = import;

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
    for problem in &totals.problems {
        stage.report.detail(problem)?;
    }
    if totals.refused > SHOWN {
        let more = number(totals.refused - SHOWN);
        stage.report.detail(&format!("… and {more} more"))?;
    }
    adds_up(
        "rows imported and refused",
        good + totals.refused,
        totals.rows,
    )?;
    Ok(selected)
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

#[derive(Default)]
struct Totals {
    rows: u64,
    added: u64,
    updated: u64,
    refused: u64,
    problems: Vec<String>,
}

impl Totals {
    fn refuse(&mut self, problem: impl FnOnce() -> String) {
        if self.refused < SHOWN {
            self.problems.push(problem());
        }
        self.refused += 1;
    }
}

/// An import in chunks, so that a file of any size fits.
struct Import<'a> {
    root: &'a Person,
    criteria: &'a Criteria,
    bar: &'a ProgressBar,
    selected: Selected,
    totals: Totals,
}

impl Import<'_> {
    async fn read(&mut self, file: impl Read) -> Result<(), Failure> {
        let ids = SystemIds::new();
        let mut rows = csv::customers(file, &ids, SystemClock.now())
            .map_err(|error| Failure::Input(error.to_string()))?;
        let mut chunk = Vec::new();
        while let Some(row) = rows.next() {
            self.totals.rows += 1;
            match row {
                Ok(customer) => chunk.push((rows.line(), customer)),
                Err(problem) => self.totals.refuse(|| problem.to_string()),
            }
            if chunk.len() >= CHUNK {
                self.import(std::mem::take(&mut chunk)).await?;
            }
        }
        self.import(chunk).await
    }

    async fn import(&mut self, chunk: Vec<(u64, Customer)>) -> Result<(), Failure> {
        let moment = Moment::in_utc(SystemClock.now());
        let mut lines = Vec::with_capacity(chunk.len());
        let mut customers = Vec::with_capacity(chunk.len());
        for (line, customer) in chunk {
            let is_selected = customer.is_active() && self.criteria.matches(&customer, moment);
            let reach = is_selected.then(|| Reach {
                email: customer.email().is_some(),
                sms: customer.phone().is_some(),
            });
            lines.push((line, customer.id(), reach));
            customers.push(customer);
        }
        let report = self.root.acting.customers().import(customers).await?;
        self.totals.added += report.added;
        self.totals.updated += report.updated;

        let refused: HashMap<_, _> = report.refused.into_iter().collect();
        for (place, (line, id, reach)) in lines.into_iter().enumerate() {
            if let Some(problem) = refused.get(&place) {
                self.totals.refuse(|| format!("line {line}: {problem}"));
            } else if let Some(reach) = reach {
                self.selected.customers.insert(id, reach);
            } else {
                self.selected.customers.remove(&id);
            }
        }
        self.bar.tick();
        Ok(())
    }
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
