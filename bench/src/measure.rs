//! Measures several cases in turn, so that what disturbs the machine disturbs all of them.

use std::time::{Duration, Instant};

/// How many samples a case gets; odd, so that the median is one of them.
const SAMPLES: usize = 31;

/// How long one sample takes at least: long enough for the clock's resolution not to matter.
const SAMPLE: Duration = Duration::from_millis(4);

/// Something measured, given how often to do it.
pub(crate) struct Case<'a> {
    pub(crate) name: String,
    pub(crate) run: Box<dyn FnMut(u64) + 'a>,
}

/// What one repetition of a case took, in nanoseconds.
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) fastest: f64,
    pub(crate) median: f64,
    pub(crate) slowest: f64,
}

impl Measured {
    /// Makes it the time of one of so many parts.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    pub(crate) fn divide(&mut self, parts: usize) {
        for time in [&mut self.fastest, &mut self.median, &mut self.slowest] {
            *time /= parts as f64;
        }
    }
}

/// The time of one repetition of each case.
pub(crate) fn measure(cases: Vec<Case<'_>>) -> Vec<Measured> {
    measure_in_rounds(SAMPLES, cases)
}

/// The same with fewer samples, for cases of which one repetition takes long. The number is odd.
pub(crate) fn measure_in_rounds(rounds: usize, mut cases: Vec<Case<'_>>) -> Vec<Measured> {
    let repetitions: Vec<u64> = cases.iter_mut().map(calibrate).collect();
    let mut samples = vec![Vec::with_capacity(rounds); cases.len()];
    for _ in 0..rounds {
        for ((case, repetitions), samples) in cases.iter_mut().zip(&repetitions).zip(&mut samples) {
            samples.push(nanoseconds(time(case, *repetitions), *repetitions));
        }
    }
    cases
        .into_iter()
        .zip(samples)
        .map(|(case, mut samples)| {
            samples.sort_by(f64::total_cmp);
            Measured {
                name: case.name,
                fastest: samples[0],
                median: samples[rounds / 2],
                slowest: samples[rounds - 1],
            }
        })
        .collect()
}

/// How many repetitions fill a sample; running them warms up too.
fn calibrate(case: &mut Case<'_>) -> u64 {
    let mut repetitions = 1;
    while time(case, repetitions) < SAMPLE {
        repetitions *= 2;
    }
    repetitions
}

fn time(case: &mut Case<'_>, repetitions: u64) -> Duration {
    let begin = Instant::now();
    (case.run)(repetitions);
    begin.elapsed()
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn nanoseconds(time: Duration, repetitions: u64) -> f64 {
    time.as_nanos() as f64 / repetitions as f64
}

/// So many in so many seconds.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
pub(crate) fn per_second(count: u64, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// The middle one of an odd number of values.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Whether how many times as fast something is meets the goal, or at least the floor.
pub(crate) fn verdict(ratio: f64, floor: f64, goal: f64) -> String {
    if ratio >= goal {
        format!("the goal of {goal} is met")
    } else if ratio >= floor {
        format!("the floor of {floor} is met, the goal of {goal} is not")
    } else {
        format!("the floor of {floor} is not met")
    }
}
