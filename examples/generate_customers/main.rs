//! Writes made-up bank customers as CSV to standard output, the same bytes for the same arguments:
//!
//! ```text
//! cargo run --example generate_customers -- --count 2000 > examples/data/customers.csv
//! ```
//!
//! Rows are written as they are made, so that a million need no memory, and the first rows do not depend on
//! `--count`. Nobody in them exists: addresses end in `example.com`, `example.org` or `example.net`, and phone
//! numbers begin with `+910`, which no Indian line has. Nothing reads a clock: the data is as of 2026-01-01.

mod random;
mod words;

use std::io::{self, BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use random::SplitMix64;
use words::{CITIES, FEMALE, MALE, ODD_NAMES, SURNAMES};

const HELP: &str = "\
Writes made-up bank customers as CSV to standard output.

Usage: generate_customers [--count N] [--seed N]

  --count N   how many customers [2000]
  --seed N    another seed, other customers [20260101]
  --help      this text
";

const HEADER: &str = "id,external_id,full_name,email,phone,dob,gender,kyc_status,segment,occupation,annual_income,\
                      credit_score,state,city,pin_code,marital_status,account_age_months,preferred_language,\
                      is_active,created_at";

/// The year whose first day is "today" for ages and account ages.
const REFERENCE_YEAR: i64 = 2026;
const SECONDS_PER_DAY: i64 = 86_400;
/// One customer in so many has a name from [`ODD_NAMES`].
const ODD_EVERY: u64 = 50;

fn main() -> ExitCode {
    let (count, seed) = match arguments(std::env::args().skip(1)) {
        Ok(Some(wanted)) => wanted,
        Ok(None) => return exit_code(io::stdout().write_all(HELP.as_bytes())),
        Err(problem) => {
            // Where standard error is closed there is nobody left to tell.
            writeln!(io::stderr(), "error: {problem}\n\n{HELP}").ok();
            return ExitCode::from(2);
        }
    };
    exit_code(write_customers(
        &mut BufWriter::new(io::stdout().lock()),
        count,
        seed,
    ))
}

/// A reader that has seen enough, such as `head`, is no error.
fn exit_code(written: io::Result<()>) -> ExitCode {
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            writeln!(io::stderr(), "error: cannot write: {error}").ok();
            ExitCode::FAILURE
        }
    }
}

/// The count and the seed, or `None` where the help text was asked for.
fn arguments(mut given: impl Iterator<Item = String>) -> Result<Option<(u64, u64)>, String> {
    let (mut count, mut seed) = (2_000, 20_260_101);
    while let Some(name) = given.next() {
        let target = match name.as_str() {
            "--help" | "-h" => return Ok(None),
            "--count" => &mut count,
            "--seed" => &mut seed,
            other => return Err(format!("unknown argument `{other}`")),
        };
        let value = given
            .next()
            .ok_or_else(|| format!("`{name}` needs a number"))?;
        *target = value
            .parse()
            .map_err(|_| format!("`{value}` is not a whole number"))?;
    }
    Ok(Some((count, seed)))
}

fn write_customers(out: &mut impl Write, count: u64, seed: u64) -> io::Result<()> {
    let mut random = SplitMix64::new(seed);
    writeln!(out, "{HEADER}")?;
    for number in 1..=count {
        let row = customer(number, &mut random).map(|value| quoted(&value));
        writeln!(out, "{}", row.join(","))?;
    }
    out.flush()
}

/// One customer's values in the order of [`HEADER`].
fn customer(number: u64, random: &mut SplitMix64) -> [String; 20] {
    let kind = random.weighted(KINDS);
    let age = random.triangular(kind.ages);
    let months_open = random.between(0, ((age - 19) * 12).min(240));
    let opened = opening_time(months_open, random);
    let gender = random.weighted(&[(49, "male"), (49, "female"), (2, "other")]);
    let (name, handle) = name(number, gender, random);
    let city = random.weighted(CITIES);
    let income = income(&kind, random);
    let pin_area = random.between(1, 110);
    let host = random.weighted(&[
        (60, "example.com"),
        (25, "example.org"),
        (15, "example.net"),
    ]);
    let kyc = match kind.segment {
        "premium" => [(78, "verified"), (15, "pending"), (7, "rejected")],
        _ => [(66, "verified"), (26, "pending"), (8, "rejected")],
    };
    let occupation = random.weighted(kind.occupations);
    let marital = marital_status(age, random);
    let language = random.weighted(&[(45, city.language), (32, "en"), (23, "hi")]);
    let score = credit_score(&kind, income, random);
    let dob = birthday(age, random);
    let kyc = random.weighted(&kyc);
    [
        id(opened, random),
        format!("CIF{number:010}"),
        name,
        random.or_gap(format!("{handle}.{number}@{host}")),
        random.or_gap(format!("+910{number:09}")),
        random.or_gap(dob),
        random.or_gap(gender),
        random.or_gap(kyc),
        random.or_gap(kind.segment),
        random.or_gap(occupation),
        random.or_gap(format!("{income}.00")),
        random.or_gap(score.to_string()),
        random.or_gap(city.state),
        random.or_gap(city.name),
        random.or_gap(format!("{}{pin_area:03}", city.pin_prefix)),
        random.or_gap(marital),
        random.or_gap(months_open.to_string()),
        random.or_gap(language),
        random.weighted(&[(94, "true"), (6, "false")]).to_owned(),
        timestamp(opened),
    ]
}

/// What the customers of one segment and stage of life have in common. Pairs are lowest and highest.
#[derive(Clone, Copy, Default)]
struct Kind {
    segment: &'static str,
    occupations: &'static [(u64, &'static str)],
    ages: (i64, i64),
    incomes: (i64, i64),
    scores: (i64, i64),
}

const KINDS: &[(u64, Kind)] = &[
    (
        13,
        Kind {
            segment: "premium",
            occupations: &[(65, "salaried"), (35, "self-employed")],
            ages: (28, 62),
            incomes: (1_500_000, 9_000_000),
            scores: (690, 890),
        },
    ),
    (
        9,
        Kind {
            segment: "corporate",
            occupations: &[(25, "salaried"), (75, "self-employed")],
            ages: (27, 70),
            incomes: (2_400_000, 40_000_000),
            scores: (620, 880),
        },
    ),
    (
        55,
        Kind {
            segment: "regular",
            occupations: &[(62, "salaried"), (26, "self-employed"), (12, "homemaker")],
            ages: (21, 60),
            incomes: (180_000, 1_600_000),
            scores: (480, 840),
        },
    ),
    (
        11,
        Kind {
            segment: "regular",
            occupations: &[(1, "retired")],
            ages: (58, 92),
            incomes: (120_000, 900_000),
            scores: (560, 850),
        },
    ),
    (
        12,
        Kind {
            segment: "student",
            occupations: &[(90, "student"), (10, "salaried")],
            ages: (19, 26),
            incomes: (0, 240_000),
            scores: (300, 700),
        },
    ),
];

/// Most earn near the lower end of their segment, a few far above it.
fn income(kind: &Kind, random: &mut SplitMix64) -> i64 {
    let (lowest, highest) = kind.incomes;
    let share = random.between(0, 1_000) * random.between(0, 1_000);
    (lowest + (highest - lowest) * share / 1_000_000) / 100 * 100
}

/// Higher incomes of a segment score higher; 300 to 900 is the whole scale.
fn credit_score(kind: &Kind, income: i64, random: &mut SplitMix64) -> i64 {
    let (lowest, highest) = kind.incomes;
    let lift = 80 * (income - lowest) / (highest - lowest).max(1);
    (random.triangular(kind.scores) + lift - 20).clamp(300, 900)
}

fn marital_status(age: i64, random: &mut SplitMix64) -> &'static str {
    let weights = match age {
        ..25 => [93, 7, 0, 0],
        25..35 => [45, 52, 3, 0],
        35..60 => [10, 80, 7, 3],
        _ => [4, 70, 5, 21],
    };
    let [single, married, divorced, widowed] = weights;
    random.weighted(&[
        (single, "single"),
        (married, "married"),
        (divorced, "divorced"),
        (widowed, "widowed"),
    ])
}

/// The name, and the part of the e-mail address made of it.
fn name(number: u64, gender: &str, random: &mut SplitMix64) -> (String, String) {
    let given = match gender {
        "male" => random.pick(MALE),
        "female" => random.pick(FEMALE),
        _ => random.pick(if number.is_multiple_of(2) {
            MALE
        } else {
            FEMALE
        }),
    };
    let surname = random.pick(SURNAMES);
    if number % ODD_EVERY == 7 {
        let (name, handle) = random::item(ODD_NAMES, number / ODD_EVERY);
        return (name.to_owned(), handle.to_owned());
    }
    let handle = format!("{given}.{surname}")
        .chars()
        .filter(|c| c.is_ascii_alphabetic() || *c == '.')
        .collect::<String>();
    (format!("{given} {surname}"), handle.to_ascii_lowercase())
}

/// A birthday of someone who is `age` on the reference date. One in 150 is a 29 February.
fn birthday(age: i64, random: &mut SplitMix64) -> String {
    let year = REFERENCE_YEAR - age - 1;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    if leap && random.between(1, 150) <= 4 {
        return format!("{year}-02-29");
    }
    let (year, month, day) = civil(days_before(year, 1) + random.between(1, 364));
    format!("{year}-{month:02}-{day:02}")
}

/// Seconds since 1970 of a moment for which exactly `months` whole months have passed on the reference date.
fn opening_time(months: i64, random: &mut SplitMix64) -> i64 {
    let month = REFERENCE_YEAR * 12 - months;
    let first = days_before(month.div_euclid(12), month.rem_euclid(12) + 1);
    (first - 28) * SECONDS_PER_DAY + random.between(1, 28 * SECONDS_PER_DAY - 1)
}

fn timestamp(seconds: i64) -> String {
    let (year, month, day) = civil(seconds.div_euclid(SECONDS_PER_DAY));
    let time = seconds.rem_euclid(SECONDS_PER_DAY);
    format!(
        "{year}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        time / 3_600,
        time / 60 % 60,
        time % 60
    )
}

/// A UUID of version 7 whose time is that of the opening.
fn id(opened: i64, random: &mut SplitMix64) -> String {
    let millis = opened * 1_000 + random.between(0, 999);
    let (a, b) = (random.next(), random.next());
    let (high, low) = (millis >> 16, millis & 0xffff);
    format!(
        "{high:08x}-{low:04x}-7{:03x}-{:04x}-{:012x}",
        a & 0xfff,
        0x8000 | (a >> 50),
        b >> 16
    )
}

/// Days from 1970-01-01 to the first day of a month, in the Gregorian calendar.
fn days_before(year: i64, month: i64) -> i64 {
    // Counted in years that begin in March, so that the leap day is the last one.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year - 1, month + 9)
    };
    year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 - 719_468
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years have 365 or 366 days, so this is at most the year sought, on either side of 1970.
    let mut year = 1970 + days.div_euclid(365).min(days.div_euclid(366));
    while days_before(year + 1, 1) <= days {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days_before(year, month + 1) <= days {
        month += 1;
    }
    (year, month, days - days_before(year, month) + 1)
}

/// A CSV field: in quotes where it holds a comma, a quote or a line break.
fn quoted(value: &str) -> String {
    if value.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", value.replace('"', "\"\""))
    } else {
        value.to_owned()
    }
}
