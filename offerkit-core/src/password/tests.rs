use std::{
    error::Error as _,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker},
    thread,
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, Version};
use futures_executor::block_on;

use super::*;

/// Counts evaluations: how many there were, how many run, and the most that ran at once.
#[derive(Default)]
pub(super) struct Gauge {
    total: AtomicUsize,
    most: AtomicUsize,
    running: Mutex<usize>,
}

/// An evaluation that runs until this is dropped.
pub(super) struct Running(Arc<Gauge>);

impl Gauge {
    pub(super) fn enter(self: Arc<Self>) -> Running {
        self.total.fetch_add(1, Ordering::SeqCst);
        {
            let mut running = self.running.lock().unwrap();
            *running += 1;
            self.most.fetch_max(*running, Ordering::SeqCst);
        }
        Running(self)
    }

    fn total(&self) -> usize {
        self.total.load(Ordering::SeqCst)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        *self.0.running.lock().unwrap() -= 1;
    }
}

const PASSWORD: &str = "correct horse battery";

fn hash_with(algorithm: Algorithm, memory: u32, passes: u32) -> PasswordHash {
    let params = Params::new(memory, passes, 1, None).unwrap();
    let argon2 = Argon2::new(algorithm, Version::V0x13, params);
    PasswordHash::new(
        &argon2
            .hash_password(PASSWORD.as_bytes())
            .unwrap()
            .to_string(),
    )
}

fn refusal(phc: &str) -> String {
    let hasher = Argon2Hasher::new();
    let error = block_on(hasher.verify(PASSWORD, Some(&PasswordHash::new(phc)))).unwrap_err();
    assert_eq!(hasher.gauge.total(), 0);
    error.source().unwrap().to_string()
}

#[test]
fn a_password_is_its_hash_and_another_is_not() {
    let hasher = Argon2Hasher::new();
    let hash = block_on(hasher.hash(PASSWORD)).unwrap();
    assert!(hash.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert!(block_on(hasher.verify(PASSWORD, Some(&hash))).unwrap());
    assert!(!block_on(hasher.verify("correct horse cavalry", Some(&hash))).unwrap());
    assert!(!block_on(hasher.verify("", Some(&hash))).unwrap());
}

#[test]
fn two_hashes_of_one_password_differ() {
    let hasher = Argon2Hasher::default();
    let one = block_on(hasher.hash(PASSWORD)).unwrap();
    assert_ne!(one, block_on(hasher.hash(PASSWORD)).unwrap());
}

#[test]
fn an_unknown_user_costs_one_evaluation_as_a_known_one_does() {
    let hasher = Argon2Hasher::new();
    assert!(!block_on(hasher.verify(PASSWORD, None)).unwrap());
    assert_eq!(hasher.gauge.total(), 1);
    let hash = block_on(hasher.hash(PASSWORD)).unwrap();
    assert_eq!(hasher.gauge.total(), 2);
    assert!(!block_on(hasher.verify("wrong", Some(&hash))).unwrap());
    assert_eq!(hasher.gauge.total(), 3);
    let params = |hash: &PasswordHash| Params::try_from(&parse(hash).unwrap()).unwrap();
    let (known, unknown) = (params(&hash), params(&hasher.nobody));
    assert_eq!(
        (
            known.m_cost(),
            known.t_cost(),
            known.p_cost(),
            known.output_len()
        ),
        (
            unknown.m_cost(),
            unknown.t_cost(),
            unknown.p_cost(),
            unknown.output_len()
        ),
    );
}

#[test]
fn hashes_of_other_parameters_still_verify() {
    let hasher = Argon2Hasher::new();
    for hash in [
        hash_with(Algorithm::Argon2id, 4_096, 3),
        hash_with(Algorithm::Argon2id, 32_768, 1),
        hash_with(Algorithm::Argon2i, 1_024, 4),
    ] {
        assert!(
            block_on(hasher.verify(PASSWORD, Some(&hash))).unwrap(),
            "{}",
            hash.expose()
        );
        assert!(!block_on(hasher.verify("wrong", Some(&hash))).unwrap());
    }
}

#[test]
fn a_malformed_hash_is_an_error_that_does_not_show_it() {
    assert_eq!(refusal("hunter2"), "the stored hash is not a PHC string");
    assert_eq!(refusal(""), "the stored hash is not a PHC string");
    assert_eq!(
        refusal("$argon2id$v=19$m=19456,t=2,p=1$"),
        "the stored hash is not a PHC string"
    );
    assert_eq!(
        refusal("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ"),
        "the stored hash has no salt or no output"
    );
    let scrypt =
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E";
    assert_eq!(refusal(scrypt), "the stored hash is not of argon2");
}

#[test]
fn a_hash_that_asks_for_too_much_is_refused_before_it_costs_anything() {
    let hash = |parameters: &str| {
        format!(
            "$argon2id$v=19${parameters}${}${}",
            "A".repeat(22),
            "A".repeat(43)
        )
    };
    assert_eq!(
        refusal(&hash("m=4000000,t=2,p=1")),
        "the stored hash asks for 4000000 KiB and 2 passes, more than is granted"
    );
    assert!(refusal(&hash("m=19456,t=4000000000,p=1")).contains("4000000000 passes"));
}

#[test]
fn no_more_evaluations_run_at_once_than_there_are_places() {
    let hasher = Argon2Hasher::with_concurrency(2);
    let hash = hash_with(Algorithm::Argon2id, 4_096, 1);
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| assert!(block_on(hasher.verify(PASSWORD, Some(&hash))).unwrap()));
        }
    });
    assert_eq!(hasher.gauge.total(), 12);
    assert!(hasher.gauge.most.load(Ordering::SeqCst) <= 2);
}

#[test]
fn an_abandoned_evaluation_keeps_its_place_until_it_ends() {
    let hasher = Argon2Hasher::with_concurrency(1);
    let mut abandoned = hasher.hash(PASSWORD);
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(
        abandoned.as_mut().poll(&mut context),
        Poll::Pending
    ));
    while hasher.gauge.total() == 0 {
        thread::yield_now();
    }
    drop(abandoned);
    let is_free = hasher.places.try_acquire_arc().is_some();
    let is_running = *hasher.gauge.running.lock().unwrap() > 0;
    assert!(!(is_free && is_running));
    assert!(!block_on(hasher.verify(PASSWORD, None)).unwrap());
    assert_eq!(hasher.gauge.most.load(Ordering::SeqCst), 1);
}

#[test]
fn nothing_secret_is_in_its_debug_text() {
    let hasher = Argon2Hasher::with_concurrency(3);
    assert_eq!(format!("{hasher:?}"), "Argon2Hasher { concurrency: 3, .. }");
}
