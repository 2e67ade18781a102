//! What the fuzz targets found worth keeping: inputs that once failed or that reach far into the language.
//! `fuzz/README.md` says how to find more.

use std::{error::Error, fs, path::Path};

#[path = "fuzzed/criteria.rs"]
#[expect(
    clippy::expect_used,
    unreachable_pub,
    reason = "what the checks are given is known to be right, and the fuzz targets call them from another crate"
)]
mod criteria;

/// The inputs of a target, each a JSON string on a line of its own. Bytes that are no UTF-8 stand there as one character
/// each, behind a `!`.
fn inputs(target: &str) -> Result<Vec<Vec<u8>>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fuzzed/{target}.jsonl"));
    let mut inputs = Vec::new();
    for line in fs::read_to_string(path)?.lines() {
        let input: String = serde_json::from_str(line)?;
        inputs.push(match input.strip_prefix('!') {
            Some(bytes) => bytes.chars().map(u8::try_from).collect::<Result<_, _>>()?,
            None => input.into_bytes(),
        });
    }
    Ok(inputs)
}

#[test]
fn kept_documents_are_read_or_refused() -> Result<(), Box<dyn Error>> {
    let inputs = inputs("criteria_parse")?;
    assert!(!inputs.is_empty());
    for input in &inputs {
        criteria::parse(input);
    }
    Ok(())
}

#[test]
fn evaluators_agree_on_kept_documents_and_rows() -> Result<(), Box<dyn Error>> {
    let inputs = inputs("criteria_evaluate")?;
    assert!(!inputs.is_empty());
    for input in &inputs {
        criteria::evaluate(input);
    }
    Ok(())
}
