use proptest::{prelude::*, sample::subsequence};

use super::*;

/// Tags that are wider and narrower than one another.
const TAGS: [&str; 8] = [
    "en",
    "en-IN",
    "hi",
    "pt",
    "pt-BR",
    "zh-Hant",
    "zh-Hant-TW",
    "zh",
];

fn tag(text: &str) -> LanguageTag {
    text.parse().unwrap()
}

fn message(own: Option<&str>, translations: &[&str]) -> MessageTemplate {
    let mut message = MessageTemplate::from(MessageText::new("own"));
    message.language = own.map(tag);
    for language in translations {
        message = message.with_translation(tag(language), MessageText::new(*language));
    }
    message
}

/// What a person would do by hand: cut the last part off until something fits.
fn by_hand(own: Option<&str>, translations: &[&str], preferred: &str) -> String {
    let mut parts: Vec<_> = preferred.split('-').collect();
    while !parts.is_empty() {
        let wanted = parts.join("-");
        if own == Some(&*wanted) {
            return "own".to_owned();
        }
        if translations.contains(&&*wanted) {
            return wanted;
        }
        parts.pop();
    }
    "own".to_owned()
}

proptest! {
    #[test]
    fn a_text_is_found_as_by_hand(
        own in proptest::option::of(proptest::sample::select(TAGS.as_slice())),
        translations in subsequence(TAGS.as_slice(), 0..=TAGS.len()),
        preferred in proptest::sample::select(["en-IN", "en-GB", "en", "hi-IN", "pt-BR", "pt-PT", "zh-Hant-TW", "zh-Hant-HK", "zh", "ta", "de-CH-1901"].as_slice()),
    ) {
        let translations: Vec<_> = translations.into_iter().filter(|it| Some(*it) != own).collect();
        let message = message(own, &translations);
        let (language, text) = message.text_for(Some(preferred));
        prop_assert_eq!(&text.body, &by_hand(own, &translations, preferred));
        match language {
            Some(language) if text.body != "own" => prop_assert_eq!(language.as_str(), &*text.body),
            language => prop_assert_eq!(language.map(LanguageTag::as_str), own),
        }
    }
}

#[test]
fn what_names_no_language_gets_the_own_text() {
    let message = message(Some("en"), &["hi"]);
    for preferred in [None, Some(""), Some("Hindi"), Some("हिन्दी"), Some("x-own")] {
        assert_eq!(message.text_for(preferred).1.body, "own", "{preferred:?}");
    }
    assert_eq!(message.text_for(Some("hi_IN.UTF-8")).1.body, "hi");
}

#[test]
fn a_message_in_one_language_is_written_as_it_always_was() {
    let text = MessageText::new("Hello").with_subject("Hi");
    let written = serde_json::to_value(MessageTemplate::from(text)).unwrap();
    assert_eq!(
        written,
        serde_json::json!({ "subject": "Hi", "body": "Hello" })
    );
}

#[test]
fn a_message_is_read_as_it_was_written() {
    let message = message(Some("en"), &["hi", "pt-BR"]);
    let written = serde_json::to_string(&message).unwrap();
    assert_eq!(
        serde_json::from_str::<MessageTemplate>(&written).unwrap(),
        message
    );
    let wrong = r#"{"subject":null,"body":"","translations":{"Hindi":{"subject":null,"body":""}}}"#;
    let error = serde_json::from_str::<MessageTemplate>(wrong)
        .unwrap_err()
        .to_string();
    assert!(error.contains("language tag `Hindi`"), "{error}");
}
