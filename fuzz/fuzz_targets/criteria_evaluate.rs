//! A document on the first line and rows on the rest: every evaluator gives the same answer.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| offerkit_fuzz::criteria::evaluate(bytes));
