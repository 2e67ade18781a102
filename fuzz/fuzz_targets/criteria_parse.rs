//! Any bytes are read as criteria or refused with places inside them, and what is read survives its canonical form.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| offerkit_fuzz::criteria::parse(bytes));
