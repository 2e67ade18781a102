//! The customers: a million bank customers out of one seed, the same on every machine.

use std::error::Error;

use chrono::NaiveDate;
use offerkit::{
    domain::customer::{Customer, CustomerBuilder, Words},
    time::Timestamp,
};

/// Where the random numbers begin.
pub(super) const SEED: u64 = 0x0FFE_2B17;

/// How many customers there are.
pub(super) const CUSTOMERS: usize = 1_000_000;

/// Percentages. What they leave of a hundred is absent.
type Shares = &'static [(u64, &'static str)];

const SEGMENTS: Shares = &[
    (43, "mass"),
    (20, "premium"),
    (14, "student"),
    (12, "senior"),
    (6, "corporate"),
    (3, "private"),
];
const KYC: Shares = &[(50, "verified"), (36, "pending"), (9, "rejected")];
const OCCUPATIONS: Shares = &[
    (54, "salaried"),
    (20, "self-employed"),
    (12, "retired"),
    (8, "student"),
];
const LANGUAGES: Shares = &[(40, "hi"), (24, "en"), (8, "ta"), (7, "te"), (6, "bn")];
const GENDERS: Shares = &[(49, "female"), (48, "male"), (1, "other")];
const MARITAL: Shares = &[(55, "married"), (30, "single"), (5, "divorced")];

/// Cities with their state and the first three digits of their postal codes.
const CITIES: [(u64, [&str; 3]); 12] = [
    (18, ["Mumbai", "Maharashtra", "400"]),
    (5, ["Thane", "Maharashtra", "401"]),
    (9, ["Pune", "Maharashtra", "411"]),
    (14, ["Delhi", "Delhi", "110"]),
    (13, ["Bengaluru", "Karnataka", "560"]),
    (9, ["Chennai", "Tamil Nadu", "600"]),
    (9, ["Hyderabad", "Telangana", "500"]),
    (8, ["Kolkata", "West Bengal", "700"]),
    (5, ["Jaipur", "Rajasthan", "302"]),
    (4, ["Lucknow", "Uttar Pradesh", "226"]),
    (3, ["Kochi", "Kerala", "682"]),
    (1, ["Indore", "Madhya Pradesh", "452"]),
];
const FIRST_NAMES: [&str; 12] = [
    "Asha", "Ravi", "Priya", "Arjun", "Meera", "Vikram", "Anita", "Rahul", "Zoya", "Imran",
    "Kavya", "Joseph",
];
const LAST_NAMES: [&str; 12] = [
    "Rao", "Sharma", "Iyer", "Patel", "Khan", "Reddy", "Das", "Nair", "Singh", "D'Souza",
    "Banerjee", "Mehta",
];

/// All customers, in order of their ids, sharing their words as those of a store do.
pub(super) fn customers() -> Result<Vec<Customer>, Box<dyn Error>> {
    let mut random = Random(SEED);
    let mut words = Words::new();
    let mut customers = Vec::with_capacity(CUSTOMERS);
    for number in 0..CUSTOMERS {
        let mut customer = customer(number, &mut random)?;
        customer.share_words(&mut words);
        customers.push(customer);
    }
    Ok(customers)
}

fn customer(number: usize, random: &mut Random) -> Result<Customer, Box<dyn Error>> {
    let id = format!("01890000-0000-7000-8000-{number:012x}").parse()?;
    let created_at: Timestamp = "2025-06-30T18:30:00Z".parse()?;
    let mut builder = CustomerBuilder::new(id, created_at);
    let mut set = |column: &str, value: Option<String>| match value {
        Some(value) => builder.set(column, &value),
        None => Ok(()),
    };

    let first = FIRST_NAMES[random.below(12)];
    let last = LAST_NAMES[random.below(12)];
    let mailbox = format!("{first}.{}.{number}", last.replace('\'', "")).to_lowercase();
    set("full_name", Some(format!("{first} {last}")))?;
    set("external_id", Some(format!("CIF{number:09}")))?;
    set(
        "email",
        random.present(95, |_| format!("{mailbox}@example.com")),
    )?;
    set(
        "phone",
        random.present(97, |random| {
            format!("+919{:09}", random.below(1_000_000_000))
        }),
    )?;
    set("dob", random.present(98, birthday))?;
    set("gender", random.share(GENDERS))?;
    set("kyc_status", random.share(KYC))?;
    set("segment", random.share(SEGMENTS))?;
    set("occupation", random.share(OCCUPATIONS))?;
    set(
        "annual_income",
        random.present(92, |random| {
            format!("{}.50", 200_000 + 100 * random.below(30_000))
        }),
    )?;
    set(
        "credit_score",
        random.present(90, |random| (300 + random.below(601)).to_string()),
    )?;
    if let Some([city, state, area]) = random.pick(&CITIES) {
        set("city", Some(city.to_owned()))?;
        set("state", Some(state.to_owned()))?;
        set("pin_code", Some(format!("{area}{:03}", random.below(110))))?;
    }
    set("marital_status", random.share(MARITAL))?;
    set(
        "account_age_months",
        random.present(99, |random| random.below(240).to_string()),
    )?;
    set("preferred_language", random.share(LANGUAGES))?;
    set("is_active", Some((random.below(100) < 97).to_string()))?;
    Ok(builder.build()?)
}

fn birthday(random: &mut Random) -> String {
    let days = u64::try_from(random.below(22_000)).unwrap_or_default();
    let date = NaiveDate::from_ymd_opt(1946, 1, 1).unwrap_or_default();
    (date + chrono::Days::new(days)).to_string()
}

/// `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `count`.
    fn below(&mut self, count: u32) -> usize {
        let scaled = (self.next() >> 32) * u64::from(count);
        usize::try_from(scaled >> 32).unwrap_or_default()
    }

    /// A value in so many cases of a hundred.
    fn present(
        &mut self,
        percent: usize,
        value: impl FnOnce(&mut Self) -> String,
    ) -> Option<String> {
        (self.below(100) < percent).then(|| value(self))
    }

    fn share(&mut self, shares: Shares) -> Option<String> {
        self.pick(shares).map(str::to_owned)
    }

    /// One of the choices by their percentages.
    fn pick<T: Copy>(&mut self, choices: &[(u64, T)]) -> Option<T> {
        let mut drawn = u64::try_from(self.below(100)).unwrap_or_default();
        for (percent, choice) in choices {
            if drawn < *percent {
                return Some(*choice);
            }
            drawn -= percent;
        }
        None
    }
}
