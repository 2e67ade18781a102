//! The limit of evaluating column by column: dictionary codes and typed vectors, and loops made for one condition.

#![expect(
    clippy::needless_bitwise_bool,
    reason = "branches on conditions that hold for one row in three made the loops five times as long"
)]

use std::{array::from_fn, hint::black_box, iter::repeat, ops::Range};

use offerkit::domain::customer::Customer;

use super::{
    contest::{Contestant, count},
    dictionary::Dictionary,
    documents::Which,
    native::{kyc, paise},
};

/// The columns that the documents read, filled up with absent values to blocks of 64.
pub(super) struct Table {
    rows: usize,
    segment: Vec<u8>,
    kyc_status: Vec<u8>,
    credit_score: Vec<i32>,
    annual_income: Vec<i64>,
    occupation: Vec<u8>,
    preferred_language: Vec<u8>,
    pin_code: Vec<u16>,
    is_active: Vec<bool>,
    literals: Literals,
}

fn padded<T: Copy>(column: impl ExactSizeIterator<Item = T>, absent: T) -> Vec<T> {
    let rows = column.len().next_multiple_of(64);
    column.chain(repeat(absent)).take(rows).collect()
}

/// The literals of the documents, as codes.
struct Literals {
    segments: [u8; 3],
    verified: u8,
    rejected: u8,
    salaried: u8,
    hindi: u8,
    area: Range<u16>,
}

impl Table {
    pub(super) fn of(customers: &[Customer]) -> Self {
        let segments = Dictionary::of(customers.iter().map(Customer::segment));
        let statuses = Dictionary::of(customers.iter().map(kyc));
        let occupations = Dictionary::of(customers.iter().map(Customer::occupation));
        let languages = Dictionary::of(customers.iter().map(Customer::preferred_language));
        let pin_codes = Dictionary::of(customers.iter().map(Customer::pin_code));
        let all = || customers.iter();
        Self {
            rows: customers.len(),
            segment: padded(all().map(|it| segments.byte(it.segment())), 0),
            kyc_status: padded(all().map(|it| statuses.byte(kyc(it))), 0),
            credit_score: padded(
                all().map(|it| it.credit_score().unwrap_or(i32::MIN)),
                i32::MIN,
            ),
            annual_income: padded(
                all().map(|it| it.annual_income().map_or(i64::MIN, paise)),
                i64::MIN,
            ),
            occupation: padded(all().map(|it| occupations.byte(it.occupation())), 0),
            preferred_language: padded(all().map(|it| languages.byte(it.preferred_language())), 0),
            pin_code: padded(all().map(|it| pin_codes.code(it.pin_code())), 0),
            is_active: padded(all().map(Customer::is_active), false),
            literals: Literals {
                segments: ["premium", "corporate", "private"].map(|it| segments.byte(Some(it))),
                verified: statuses.byte(Some("verified")),
                rejected: statuses.byte(Some("rejected")),
                salaried: occupations.byte(Some("salaried")),
                hindi: languages.byte(Some("hi")),
                area: pin_codes.prefix("40"),
            },
        }
    }

    fn simple_in_one_loop(&self) -> usize {
        let [premium, ..] = self.literals.segments;
        let verified = self.literals.verified;
        let rows = self.segment.iter().zip(&self.kyc_status);
        rows.filter(|(segment, kyc)| (**segment == premium) & (**kyc == verified))
            .count()
    }

    fn complex_in_one_loop(&self) -> usize {
        let Literals {
            segments: [premium, corporate, private],
            rejected,
            salaried,
            hindi,
            ..
        } = self.literals;
        let Range { start, end } = self.literals.area;
        let texts = self.segment.iter().zip(&self.kyc_status);
        let texts = texts.zip(&self.occupation).zip(&self.preferred_language);
        let others = self.credit_score.iter().zip(&self.annual_income);
        let others = others.zip(&self.pin_code).zip(&self.is_active);
        texts
            .zip(others)
            .filter(|(texts, others)| {
                let (((&segment, &kyc), &occupation), &language) = *texts;
                let (((&score, &income), &pin_code), &is_active) = *others;
                let wanted = (segment == premium) | (segment == corporate) | (segment == private);
                let spoken = (occupation == salaried) | (language == hindi);
                let rich = (score >= 650) & (income > 80_000_000);
                let here = (pin_code >= start) & (pin_code < end);
                wanted & (kyc != rejected) & spoken & rich & here & is_active
            })
            .count()
    }

    fn simple_in_words(&self) -> Vec<u64> {
        let [premium, ..] = self.literals.segments;
        let verified = self.literals.verified;
        let blocks = blocks(&self.segment).iter().zip(blocks(&self.kyc_status));
        let word = |(segment, kyc): (&Block<u8>, &Block<u8>)| {
            packed(&from_fn(|row| {
                u8::from((segment[row] == premium) & (kyc[row] == verified))
            }))
        };
        blocks.map(word).collect()
    }

    /// One loop for each width, so that each compares as many rows at once as the machine can.
    fn complex_in_words(&self) -> Vec<u64> {
        let Literals {
            segments: [premium, corporate, private],
            rejected,
            salaried,
            hindi,
            ..
        } = self.literals;
        let Range { start, end } = self.literals.area;
        let segments = blocks(&self.segment);
        let statuses = blocks(&self.kyc_status);
        let occupations = blocks(&self.occupation);
        let languages = blocks(&self.preferred_language);
        let scores = blocks(&self.credit_score);
        let incomes = blocks(&self.annual_income);
        let pin_codes = blocks(&self.pin_code);
        let actives = blocks(&self.is_active);
        let word = |place: usize| {
            let (segment, kyc) = (&segments[place], &statuses[place]);
            let (occupation, language) = (&occupations[place], &languages[place]);
            let active = &actives[place];
            let mut flags: Block<u8> = from_fn(|row| {
                let segment = segment[row];
                let wanted = (segment == premium) | (segment == corporate) | (segment == private);
                let spoken = (occupation[row] == salaried) | (language[row] == hindi);
                u8::from(wanted & (kyc[row] != rejected) & spoken & active[row])
            });
            for (flag, score) in flags.iter_mut().zip(&scores[place]) {
                *flag &= u8::from(*score >= 650);
            }
            for (flag, income) in flags.iter_mut().zip(&incomes[place]) {
                *flag &= u8::from(*income > 80_000_000);
            }
            for (flag, pin_code) in flags.iter_mut().zip(&pin_codes[place]) {
                *flag &= u8::from((*pin_code >= start) & (*pin_code < end));
            }
            packed(&flags)
        };
        (0..segments.len()).map(word).collect()
    }
}

/// The values of 64 rows.
type Block<T> = [T; 64];

fn blocks<T>(column: &[T]) -> &[Block<T>] {
    column.as_chunks().0
}

/// The bits of 64 bytes that are 0 or 1, the first one lowest.
fn packed(flags: &[u8; 64]) -> u64 {
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().rev().fold(0, |word, eight| {
        // The factor moves the lowest bit of each byte to its place in the highest byte.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        word << 8 | bits
    })
}

/// Timed: the loop over the columns, and counting. Columns, dictionaries and the literals' codes are there before.
pub(super) fn one_loop(table: &Table, which: Which) -> Contestant<'_> {
    Contestant::new(
        "columns by hand, one loop",
        table.segment.len(),
        move || {
            let table = black_box(table);
            count(match which {
                Which::Simple => table.simple_in_one_loop(),
                Which::Complex => table.complex_in_one_loop(),
            })
        },
    )
}

/// Timed: the same, giving the set of the rows as a bit for each, as the batch does, and then counting.
pub(super) fn words(table: &Table, which: Which) -> Contestant<'_> {
    Contestant::new("columns by hand, to bits", table.rows, move || {
        let table = black_box(table);
        let words = match which {
            Which::Simple => table.simple_in_words(),
            Which::Complex => table.complex_in_words(),
        };
        words.iter().map(|word| u64::from(word.count_ones())).sum()
    })
}
