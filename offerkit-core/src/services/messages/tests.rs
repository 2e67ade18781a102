use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::templates::MinijinjaTemplates;

fn content() -> OfferContent {
    OfferContent::try_from(json!({ "title": "Cashback", "rate": 9 })).unwrap()
}

fn text() -> MessageText {
    MessageText::new("Dear {{ customer.full_name }}").with_subject("For {{ customer.full_name }}")
}

fn checked(channel: Channel, message: impl Into<MessageTemplate>) -> Result<(), String> {
    let messages = [(channel, message.into())].into();
    check(&MinijinjaTemplates::new(), &messages, &content()).map_err(|error| error.to_string())
}

fn filled(text: &MessageText, name: &str) -> Rendered {
    let values = json!({ "customer": { "full_name": name } });
    fill(&MinijinjaTemplates::new(), text, &values).unwrap()
}

#[test]
fn every_language_and_part_is_checked() {
    let hi = || "hi".parse::<LanguageTag>().unwrap();
    let with = |text| MessageTemplate::from(self::text()).with_translation(hi(), text);
    assert_eq!(
        checked(
            Channel::Email,
            with(text().with_html("<p>{{ offer.rate }}</p>"))
        ),
        Ok(())
    );
    for (text, problem) in [
        (
            text().with_html("<p>{{ offer.rat }}</p>"),
            "the html of the email message in hi: `offer.rat` is not among the names a message may use; did you mean \
            `offer.rate`?",
        ),
        (
            text().with_html(" "),
            "the email message in hi has an empty HTML part",
        ),
        (
            MessageText::new("Hello"),
            "the email message in hi has no subject",
        ),
        (
            text().with_subject("For you\nBcc: all@example.com"),
            "the email message in hi has a line break or another control character in its subject",
        ),
        (
            MessageText::new("")
                .with_subject("Hi")
                .with_html("<p>Hello</p>"),
            "the email message in hi has no text",
        ),
    ] {
        assert_eq!(checked(Channel::Email, with(text)), Err(problem.to_owned()));
    }
    let own = with(text()).in_language(hi());
    let problem = "the email message is in hi itself, and has a translation into it";
    assert_eq!(checked(Channel::Email, own), Err(problem.to_owned()));
    let sms = MessageText::new("Hello").with_html("<p>Hello</p>");
    let problem = "the sms message has HTML, but that channel takes text alone";
    assert_eq!(checked(Channel::Sms, sms), Err(problem.to_owned()));
    let many = (0..=MessageTemplate::MAX_TRANSLATIONS).fold(
        MessageTemplate::from(text()),
        |message, number| {
            let letters =
                [number / 26, number % 26].map(|it| char::from(b'a' + u8::try_from(it).unwrap()));
            let language = String::from_iter(letters).parse().unwrap();
            message.with_translation(language, text())
        },
    );
    let problem = "the email message has 65 translations, 64 are allowed";
    assert_eq!(checked(Channel::Email, many), Err(problem.to_owned()));
}

proptest! {
    // First seen to fail with the text's way of escaping for HTML too, and with subjects as they were filled in.
    #[test]
    fn a_name_of_any_characters_stays_where_it_was_put(name in "\\PC{0,8}[\\r\\n\\t\u{2028}<>&\"']{0,4}\\PC{0,8}") {
        let html = "<p title=\"{{ customer.full_name }}\">{{ customer.full_name }}</p>";
        let rendered = filled(&text().with_html(html), &name);
        prop_assert_eq!(&rendered.body, &format!("Dear {name}"));
        let subject = rendered.subject.unwrap();
        prop_assert!(!subject.contains(breaks_line), "{:?}", subject);
        let kept = |text: &str| text.chars().filter(|c| !breaks_line(*c) && *c != ' ').collect::<String>();
        prop_assert_eq!(kept(&subject), kept(&format!("For {name}")));
        let html = rendered.html.unwrap();
        let inside = html.strip_prefix("<p title=\"").and_then(|html| html.strip_suffix("</p>")).unwrap();
        let (attribute, text) = inside.split_once("\">").unwrap();
        for place in [attribute, text] {
            prop_assert!(!place.contains(['<', '>', '"', '\'']), "{}", place);
        }
        let unescaped = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'")
            .replace("&#x2f;", "/").replace("&amp;", "&");
        prop_assert_eq!(unescaped, name);
    }
}
