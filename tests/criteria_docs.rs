//! The documentation of the criteria language: every example is what it is said to be.

#[path = "../examples/criteria/main.rs"]
mod criteria;

use std::{collections::BTreeSet, error::Error, fs, process};

use offerkit::{
    criteria::{
        Catalog, Compiler, Criteria, CriteriaErrors, ErrorCode, FieldDefinition, FieldType,
        References, WarningCode,
    },
    domain::SegmentVersion,
};
use serde_json::json;

type Failure = Box<dyn Error>;

const REFERENCE: &str = include_str!("../docs/criteria.md");
const CATALOGUE: &str = include_str!("../docs/criteria-errors.md");

// The attributes are declared as on the command line.
const _: fn() -> process::ExitCode = criteria::main;

/// A fenced block.
struct Block {
    /// The last heading above it.
    heading: String,
    /// The last line of text above it.
    above: String,
    language: String,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let (mut heading, mut above) = (String::new(), String::new());
    let mut blocks = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let body = lines.by_ref().take_while(|line| line.trim() != "```");
            blocks.push(Block {
                heading: heading.clone(),
                above: std::mem::take(&mut above),
                language: language.to_owned(),
                text: body.map(str::trim_end).collect::<Vec<_>>().join("\n"),
            });
        } else if line.starts_with('#') {
            let title = line.trim_start_matches('#').trim();
            title.clone_into(&mut heading);
        } else if !line.trim().is_empty() {
            line.clone_into(&mut above);
        }
    }
    blocks
}

/// The columns, and the attributes that the reference declares on a command line.
fn catalog() -> Result<Catalog, Failure> {
    let options: Vec<_> = blocks(REFERENCE)
        .iter()
        .filter(|block| block.language == "sh")
        .flat_map(|block| {
            block
                .text
                .split_whitespace()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect();
    let mut catalog = Catalog::customers();
    for pair in options.windows(2) {
        if let [option, declared] = pair
            && option == "--attribute"
        {
            let field = criteria::field_types::option(declared.trim_matches('\''))?;
            catalog = catalog.with_attribute(field)?;
        }
    }
    let retired = FieldDefinition::attribute("old_tier", FieldType::Text)?.retired();
    Ok(catalog.with_attribute(retired)?)
}

fn premium() -> Result<References, Failure> {
    let document = r#"{"segment": "premium"}"#;
    let version = SegmentVersion::new(3);
    Ok(References::new()
        .with_segment("premium".parse()?, version, document, [])
        .with_segment("students".parse()?, SegmentVersion::FIRST, document, [])
        .with_offer("018f4a2c-0000-7000-8000-0000000000a1".parse()?))
}

#[test]
fn every_document_of_the_reference_is_accepted() -> Result<(), Failure> {
    let (catalog, references) = (catalog()?, premium()?);
    let compiler = Compiler::new(&catalog).with_references(&references);
    let blocks = blocks(REFERENCE);
    let documents: Vec<_> = blocks
        .iter()
        .filter(|block| block.language == "json")
        .collect();
    assert!(documents.len() > 30, "{}", documents.len());
    for block in documents {
        if let Err(errors) = compiler.compile(&block.text) {
            return Err(format!("{}:\n{}\n{errors}", block.heading, block.text).into());
        }
    }
    Ok(())
}

#[test]
fn the_reference_has_an_example_of_every_operator_and_clause() -> Result<(), Failure> {
    let form = serde_json::to_value(catalog()?.form())?;
    let operators = form["fields"].as_array().unwrap().iter();
    let operators = operators.flat_map(|field| field["operators"].as_array().unwrap());
    let names = operators.chain(form["clauses"].as_array().unwrap());
    let names: BTreeSet<_> = names.filter_map(|named| named["name"].as_str()).collect();
    assert!(names.len() > 30, "{names:?}");
    let blocks = blocks(REFERENCE);
    let documents: Vec<_> = blocks
        .iter()
        .filter(|block| block.language == "json")
        .collect();
    for name in names {
        let quoted = format!("\"{name}\"");
        let is_shown = documents.iter().any(|block| block.text.contains(&quoted));
        assert!(is_shown, "no example of {name}");
    }
    Ok(())
}

/// What the catalogue says of one code.
struct Entry {
    code: String,
    /// Segments by name and version.
    segments: Vec<(String, String)>,
    document: Option<String>,
    message: String,
}

fn entries() -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for block in blocks(CATALOGUE) {
        let code = block.heading.trim_matches('`').to_owned();
        let begun = entries.pop_if(|entry| entry.code == code);
        let mut entry = begun.unwrap_or_else(|| Entry {
            code,
            segments: Vec::new(),
            document: None,
            message: String::new(),
        });
        let saved = block.above.strip_prefix("Saved as `");
        let saved = saved.and_then(|name| name.strip_suffix("`:"));
        match (saved, block.language.as_str()) {
            (Some(name), _) => entry.segments.push((name.to_owned(), block.text)),
            (None, "json") => entry.document = Some(block.text),
            (None, _) => entry.message = block.text,
        }
        entries.push(entry);
    }
    entries
}

fn compile(entry: &Entry) -> Result<Result<Criteria, CriteriaErrors>, Failure> {
    let catalog = catalog()?;
    let mut references = References::new();
    for (name, text) in &entry.segments {
        let (name, version) = name.split_once('@').ok_or("no version")?;
        references = references.with_segment(name.parse()?, version.parse()?, text, []);
    }
    let document = if let Some(document) = &entry.document {
        document.clone()
    } else {
        let (document, more) = generated(&entry.code, references)?;
        references = more;
        document
    };
    Ok(Compiler::new(&catalog)
        .with_references(&references)
        .compile(&document))
}

/// The examples that are too long to be shown.
fn generated(code: &str, mut references: References) -> Result<(String, References), Failure> {
    let document = match code {
        "too_large" => {
            let document = r#"{"city": "Pune"}"#;
            format!("{document}{}", " ".repeat(262_145 - document.len()))
        }
        "too_many_nodes" => {
            let conditions: Vec<_> = (0..513).map(|number| json!({"visits": number})).collect();
            json!({"$or": conditions}).to_string()
        }
        "list_too_long" => json!({"visits": {"$in": (0..10_001).collect::<Vec<_>>()}}).to_string(),
        "segment_depth" => {
            for number in 1..=9 {
                let text = if number < 9 {
                    json!({"$segment": format!("s{}@1", number + 1)})
                } else {
                    json!({"$everyone": true})
                };
                let name = format!("s{number}").parse()?;
                references =
                    references.with_segment(name, SegmentVersion::FIRST, &text.to_string(), []);
            }
            json!({"$segment": "s1@1"}).to_string()
        }
        _ => return Err(format!("`{code}` has no example").into()),
    };
    Ok((document, references))
}

#[test]
fn every_code_has_one_entry_in_the_catalogue() {
    let errors = ErrorCode::ALL.iter().map(ToString::to_string);
    let expected: Vec<_> = errors
        .chain(WarningCode::ALL.iter().map(ToString::to_string))
        .collect();
    let mut found: Vec<_> = entries().into_iter().map(|entry| entry.code).collect();
    let mut sorted = expected.clone();
    found.sort();
    sorted.sort();
    assert_eq!(found, sorted);
    let headings = CATALOGUE
        .lines()
        .filter(|line| line.starts_with("### "))
        .count();
    assert_eq!(headings, expected.len());
}

#[test]
fn every_example_of_the_catalogue_has_its_code_alone_and_the_message_shown() -> Result<(), Failure>
{
    let mut wrong = Vec::new();
    for entry in entries() {
        let found: Vec<(String, String)> = match compile(&entry)? {
            Ok(criteria) => {
                let warnings = criteria.warnings().iter();
                let told = warnings.map(|it| (it.code().to_string(), it.to_string()));
                told.collect()
            }
            Err(errors) => {
                let told = errors
                    .iter()
                    .map(|it| (it.code().to_string(), it.to_string()));
                told.collect()
            }
        };
        if found != [(entry.code.clone(), entry.message.clone())] {
            wrong.push(format!("{}: {found:?}", entry.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

#[test]
fn links_lead_to_files() {
    for page in [REFERENCE, CATALOGUE] {
        let links = page
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for link in links {
            assert!(fs::exists(format!("docs/{link}")).unwrap(), "{link}");
        }
    }
}
