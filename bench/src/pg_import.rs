//! Importing a file of a million customers into PostgreSQL through the services, beside `psql`'s `\copy` of the same file
//! into the same table.

use std::{
    env,
    error::Error,
    fmt::Write as _,
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use offerkit::{
    csv,
    id::{OperationId, SystemIds},
    services::{ImportOptions, ImportTotals},
    testing::TestPlatform,
    time::{Clock as _, SystemClock},
};
use offerkit_cluster::Binaries;
use offerkit_postgres::PgStore;

use crate::{postgres::Durable, report::Report};

/// How many customers the file has; `OFFERKIT_BENCH_CUSTOMERS` asks for others.
const CUSTOMERS: u32 = 1_000_000;
/// How often each case is run; odd, so that the median is one of them. `OFFERKIT_BENCH_SAMPLES` asks for others.
const SAMPLES: u32 = 5;
/// What an import is to reach of the speed of `\copy`.
const TARGET: f64 = 0.95;

const HEADER: &str = "id,external_id,full_name,email,phone,dob,gender,kyc_status,segment,occupation,annual_income,\
                      credit_score,state,city,pin_code,marital_status,account_age_months,preferred_language,is_active,\
                      created_at";

pub(crate) fn run() -> Result<Vec<Report>, Box<dyn Error>> {
    let customers = asked("OFFERKIT_BENCH_CUSTOMERS", CUSTOMERS)?;
    let samples = asked("OFFERKIT_BENCH_SAMPLES", SAMPLES)?;
    let file = Scratch::write(customers)?;
    let server = Durable::boot()?;
    server.block_on(async {
        server.create("template_import", None).await?;
        let (_store, pool) = server.store("template_import", 1).await?;
        pool.close().await;
        Ok::<_, Box<dyn Error>>(())
    })?;
    let (mut copies, mut imports, mut again) = (Vec::new(), Vec::new(), Vec::new());
    for sample in 0..samples {
        // Turn and turn about, so that neither always comes after the other.
        if sample % 2 == 0 {
            copies.push(copied(&server, &file.0, customers)?);
        }
        let (first, second) = imported(&server, &file.0, customers)?;
        imports.push(first);
        again.push(second);
        if sample % 2 == 1 {
            copies.push(copied(&server, &file.0, customers)?);
        }
    }
    let row = |name: &str, times: &mut Vec<f64>, yardstick: Option<f64>| {
        times.sort_by(f64::total_cmp);
        let median = times[times.len() / 2];
        let (fastest, slowest) = (times[0], times[times.len() - 1]);
        let cells = vec![
            name.to_owned(),
            format!("{median:.2}"),
            format!("{fastest:.2}"),
            format!("{slowest:.2}"),
            format!("{:.0}", f64::from(customers) / median),
            format!("{:.2}", yardstick.unwrap_or(median) / median),
        ];
        (cells, median)
    };
    let (copy, yardstick) = row("psql \\copy", &mut copies, None);
    let (import, median) = row("import_all", &mut imports, Some(yardstick));
    let (unchanged, _) = row("import_all of the same again", &mut again, Some(yardstick));
    let reached = yardstick / median;
    let is_met = if reached >= TARGET { "met" } else { "missed" };
    let head = [
        "case",
        "median s",
        "fastest",
        "slowest",
        "rows/s",
        "of \\copy",
    ];
    let title =
        format!("pg_import: {customers} customers into PostgreSQL, durably, with every constraint");
    let note = format!("{reached:.2} of the speed of \\copy; the target of {TARGET} is {is_met}");
    Ok(vec![
        Report::new(title, &head, vec![copy, import, unchanged]).with_notes(vec![note]),
    ])
}

fn asked(variable: &str, usual: u32) -> Result<u32, Box<dyn Error>> {
    match env::var(variable) {
        Ok(number) => Ok(number.parse()?),
        Err(_) => Ok(usual),
    }
}

/// A file that goes with this.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _removed = fs::remove_file(&self.0);
    }
}

impl Scratch {
    /// Customers as a bank would export them: in the order of its own keys, with ids and addresses in no order.
    fn write(count: u32) -> Result<Self, Box<dyn Error>> {
        let name = format!("offerkit-bench-{}.csv", std::process::id());
        let scratch = Self(env::temp_dir().join(name));
        let mut file = BufWriter::new(File::create(&scratch.0)?);
        writeln!(file, "{HEADER}")?;
        let mut line = String::new();
        for number in 0..count {
            line.clear();
            row(&mut line, number)?;
            writeln!(file, "{line}")?;
        }
        file.flush()?;
        Ok(scratch)
    }
}

fn row(line: &mut String, number: u32) -> std::fmt::Result {
    const NAMES: [&str; 8] = [
        "Asha", "Ravi", "Priya", "Arjun", "Meera", "Vikram", "Anita", "Zoya",
    ];
    const SURNAMES: [&str; 8] = [
        "Rao", "Sharma", "Iyer", "Patel", "Khan", "Reddy", "Das", "Nair",
    ];
    const SEGMENTS: [&str; 4] = ["premium", "regular", "student", "corporate"];
    const CITIES: [(&str, &str, u64); 4] = [
        ("Mumbai", "Maharashtra", 400),
        ("Chennai", "Tamil Nadu", 600),
        ("Kolkata", "West Bengal", 700),
        ("Jaipur", "Rajasthan", 302),
    ];
    let mut state = u64::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut pick = |below: u64| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % below
    };
    let at = |place: u64| usize::try_from(place).unwrap_or_default();
    let (name, surname) = (NAMES[at(pick(8))], SURNAMES[at(pick(8))]);
    let (city, region, pin) = CITIES[at(pick(4))];
    // The customer came at some moment of ten years, which begins the id.
    let moment = 1_420_070_400_000 + pick(315_532_800_000);
    let random = pick(1 << 62);
    write!(
        line,
        "{:08x}-{:04x}-7{:03x}-{:04x}-{:012x},CIF{number:010},{name} {surname},{}.{}.{number}@example.com,+91{number:010},",
        moment >> 16,
        moment & 0xffff,
        random & 0xfff,
        0x8000 | (random >> 12 & 0x3fff),
        random >> 14 & 0xffff_ffff_ffff,
        name.to_lowercase(),
        surname.to_lowercase(),
    )?;
    write!(
        line,
        "{}-{:02}-{:02},{},{},{},{},{}.50,{},{region},{city},{pin}{:03},{},{},{},{},20{}-07-23T00:27:49Z",
        1950 + pick(55),
        1 + pick(12),
        1 + pick(28),
        ["male", "female", "other"][at(pick(3))],
        ["verified", "pending", "rejected"][at(pick(3))],
        SEGMENTS[at(pick(4))],
        ["salaried", "self-employed"][at(pick(2))],
        200_000 + pick(3_000_000),
        300 + pick(601),
        pick(1000),
        ["single", "married"][at(pick(2))],
        pick(240),
        ["en", "hi", "ta"][at(pick(3))],
        ["true", "false"][at(pick(20) / 19)],
        15 + pick(10),
    )
}

/// How long `\copy` takes, in seconds.
fn copied(server: &Durable, file: &Path, customers: u32) -> Result<f64, Box<dyn Error>> {
    server.block_on(fresh(server))?;
    let copy = format!(
        "\\copy offerkit.customers ({HEADER}) FROM '{}' WITH (FORMAT csv, HEADER)",
        file.display()
    );
    let mut psql = Command::new(Binaries::find()?.program("psql"));
    psql.args([
        "--no-psqlrc",
        "--quiet",
        "--set",
        "ON_ERROR_STOP=1",
        "--dbname",
    ])
    .args([&server.url("import"), "--command", &copy]);
    let begin = Instant::now();
    let status = psql.status()?;
    let seconds = begin.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("psql ended with {status}").into());
    }
    server.block_on(expect(server, customers))?;
    Ok(seconds)
}

/// How long an import takes, and one of the same file again, in seconds.
fn imported(server: &Durable, file: &Path, customers: u32) -> Result<(f64, f64), Box<dyn Error>> {
    let path = file.to_owned();
    server.block_on(async {
        fresh(server).await?;
        let url = server.url("import");
        let store = PgStore::connect(&url).await?;
        let platform = TestPlatform::new(store).await?;
        let mut seconds = Vec::new();
        for _ in 0..2 {
            let (platform, path) = (platform.clone(), path.clone());
            let begin = Instant::now();
            let totals = tokio::spawn(async move {
                let totals = import(&platform, &path).await;
                totals.map_err(|error| error.to_string())
            });
            let totals = totals.await??;
            seconds.push(begin.elapsed().as_secs_f64());
            if (totals.rows, totals.refused) != (u64::from(customers), 0) {
                return Err(format!("not everyone was imported: {totals:?}").into());
            }
        }
        expect(server, customers).await?;
        Ok((seconds[0], seconds[1]))
    })
}

async fn import(platform: &TestPlatform, file: &Path) -> Result<ImportTotals, Box<dyn Error>> {
    let ids = SystemIds::new();
    let now = SystemClock.now();
    let rows = csv::customers(File::open(file)?, &ids, now)?.import_rows();
    let options = ImportOptions {
        chunk: usize::try_from(asked(
            "OFFERKIT_BENCH_CHUNK",
            u32::try_from(ImportOptions::DEFAULT_CHUNK)?,
        )?)?,
        ..ImportOptions::default()
    };
    let import = OperationId::from_uuid(offerkit::id::IdSource::uuid(&ids, now));
    let customers = platform.as_root().operation(import).customers();
    let summary = customers.import_all(rows, options, |_, _| {}).await?;
    Ok(summary.totals)
}

/// An empty database, and a server that has nothing left to write.
async fn fresh(server: &Durable) -> Result<(), Box<dyn Error>> {
    server
        .run("postgres", "DROP DATABASE IF EXISTS import WITH (FORCE)")
        .await?;
    server.create("import", Some("template_import")).await?;
    server.run("postgres", "CHECKPOINT").await.map(drop)
}

async fn expect(server: &Durable, customers: u32) -> Result<(), Box<dyn Error>> {
    let check = format!("SELECT 1 / (count(*) = {customers})::INTEGER FROM offerkit.customers");
    server.run("import", &check).await.map(drop)
}
