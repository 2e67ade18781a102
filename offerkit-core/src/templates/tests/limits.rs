//! What no template can do, whoever wrote it.

use std::{thread, time::Instant};

use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use super::*;

#[test]
fn what_loads_defines_or_grows_is_refused_also_when_nobody_checked() {
    for template in [
        "{% include 'x' %}",
        "{% extends 'x' %}",
        "{% import 'x' as y %}",
        "{% from 'x' import y %}",
        "{% block a %}{% endblock %}",
        "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
        "{% call a() %}{% endcall %}",
        "{% do a() %}",
        "{% autoescape false %}{{ customer.full_name }}{% endautoescape %}",
        "{% filter upper %}a{% endfilter %}",
        "{% raw %}{{ secret }}{% endraw %}",
        "{%- raw -%}{{ ' {%- endraw -%}",
        "{% with a = 1 %}{% endwith %}",
        "{% set a = [1] %}{% set a = [a, a] %}",
        "{% set a = offer.benefits %}{% set a = a + a %}",
        "{% set a = (offer.benefits, 1) %}",
        "{% set a.b = 1 %}",
        "{% set a %}b{% endset %}",
        "{% for a in offer.benefits recursive %}{{ loop([a, a]) }}{% endfor %}",
        "{% for a in [[1, 1]] %}{% for a in [[a, a]] %}{% endfor %}{% endfor %}",
        "{% for a in offer.benefits|default([[1]]) %}{% endfor %}",
        "{% for a in offer.benefits, offer.benefits %}{% endfor %}",
        "{% for a in (offer.benefits, 1) %}{% endfor %}",
        "{% for a in ({'b': 1}) %}{% endfor %}",
        "{{ [1] * 100000000 }}",
        "{{ offer.benefits|length * 2 }}",
        "{{ 2 ** 60 }}",
        "{{ customer.full_name|safe }}",
        "{{ customer.full_name|last }}",
        "{% %}",
        "{% 1 %}",
        "{% for a of offer.benefits %}{% endfor %}",
    ] {
        assert!(refusal(template).starts_with("line 1: "), "{template}");
        assert!(
            matches!(
                render(template, Escape::Html),
                Err(TemplateError::Syntax { line: 1, .. })
            ),
            "{template}"
        );
    }
    assert_eq!(
        refusal("{% include 'x' %}"),
        "line 1: a message has no statement `include`: it may use if, for and set"
    );
    let endless = "{% for i in range(1000000000) %}a{% endfor %}";
    assert_eq!(
        refusal(endless),
        "`range` is not among the names a message may use"
    );
    assert!(render(endless, Escape::Text).is_err());
    for template in [
        "{{ self }}",
        "{{ customer.__class__.__mro__ }}",
        "{{ offer['__class__'] }}",
    ] {
        assert!(
            check(template).is_err() && render(template, Escape::Text).is_err(),
            "{template}"
        );
    }
}

#[test]
fn endless_work_stops() {
    // As much as an offer may hold.
    let list: Vec<_> = (0..1_000).collect();
    let values = json!({
        "list": list, "lists": vec![list.clone(); 6], "others": vec![list.clone(); 6], "text": "x".repeat(10_000),
    });
    let nested = format!(
        "{}{}",
        "{% for a in list %}".repeat(9),
        "{% endfor %}".repeat(9)
    );
    let templates = MinijinjaTemplates::new();
    let begin = Instant::now();
    for template in [
        nested.as_str(),
        "{% for a in list %}{% if lists|join == lists|join %}{% endif %}{% endfor %}",
        "{% for a in list %}{% if lists ~ lists %}{% endif %}{% endfor %}",
        "{% for a in list %}{% if text|upper == text|lower %}{% endif %}{% endfor %}",
        "{{ list|join(text) }}",
        "{{ text|replace('', text) }}",
        "{{ '%1000000000d'|format(1) }}",
        "{{ '%.1000000000f'|format(1) }}",
    ] {
        let error = templates
            .render(template, Escape::Text, &values)
            .expect_err(template)
            .to_string();
        assert!(
            error.ends_with("the template takes too much work"),
            "{template}: {error}"
        );
    }
    let doubled = format!("{{% set s = 'x' %}}{}", "{% set s = s ~ s %}".repeat(40));
    assert!(templates.render(&doubled, Escape::Text, &values).is_err());
    // Comparing costs less fuel than it should, but a loop in a loop costs enough.
    for comparison in ["lists == others", "1.5 in lists"] {
        let template = format!(
            "{{% for a in list %}}{{% for b in list %}}{{% if {comparison} %}}{{% endif %}}{{% endfor %}}{{% endfor %}}"
        );
        templates
            .render(&template, Escape::Text, &values)
            .expect_err(comparison);
    }
    assert!(begin.elapsed().as_secs() < 60, "{:?}", begin.elapsed());
}

#[test]
fn no_template_exhausts_a_small_stack() {
    let work = || {
        for (head, part, tail) in [
            ("{{ offer.rate", "|abs", " }}"),
            ("{{ offer", ".a", " }}"),
            ("{{ offer.rate", "[0]", " }}"),
            ("{{ 1", "+1", " }}"),
            ("{{ 1", "~1", " }}"),
            ("{{ 1", " is odd", " }}"),
            ("{{ 1", "<1", " }}"),
            ("{{ 1", " and 1", " }}"),
            ("{{ 1", " in 1", " }}"),
            ("{{ 1", " if 1 else 1", " }}"),
            ("{{ 2", "//2", " }}"),
            ("{{ ", "-", "1 }}"),
            ("{{ ", "not ", "1 }}"),
            ("{{ ", "(", "1"),
            ("{{ ", "[", ""),
            ("{{ ", "{1:", ""),
            ("", "{% if 1 %}", ""),
            ("", "{% for a in offer.benefits %}", ""),
            ("{% if 1 %}", "{% elif 1 %}", "{% endif %}"),
            ("", "{{", ""),
            ("", "{#", ""),
            ("{{ '", "\\", ""),
        ] {
            // From what just passes to what only just fits.
            for count in [
                40,
                60,
                80,
                120,
                140,
                240,
                (MAX_TEMPLATE_BYTES - 100) / part.len(),
            ] {
                let template = format!("{head}{}{tail}", part.repeat(count));
                drop(check(&template));
                drop(render(&template, Escape::Html));
            }
        }
    };
    thread::Builder::new()
        .stack_size(512 << 10)
        .spawn(work)
        .unwrap()
        .join()
        .unwrap();
}

#[test]
fn a_template_and_its_output_have_a_largest_size() {
    let template = "x".repeat(MAX_TEMPLATE_BYTES);
    assert_eq!(check(&template), Ok(()));
    assert_eq!(
        refusal(&format!("{template}x")),
        "line 1: a template has 65537 bytes, 65536 are allowed"
    );
    let render = |template: &str| {
        let values = json!({ "text": "é".repeat(MAX_OUTPUT_BYTES / 4) });
        MinijinjaTemplates::new().render(template, Escape::Text, &values)
    };
    assert_eq!(
        render("{{ text }}{{ text }}").unwrap().len(),
        MAX_OUTPUT_BYTES
    );
    assert_eq!(
        render("{{ text }}{{ text }}y").unwrap_err().to_string(),
        "the message could not be rendered: more than 262144 bytes"
    );
}

const PIECES: [&str; 62] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "{{ ",
    " }}",
    "{% if ",
    "{% endif %}",
    "{% for a in ",
    "{% endfor %}",
    "{% set b = ",
    "{% else %}",
    "{% elif ",
    "{% raw %}",
    "{% endraw %}",
    "offer",
    ".rate",
    "offer.benefits",
    "offer.rate",
    "customer.full_name",
    "a",
    "b",
    "|",
    "|upper",
    "|first",
    "|uper",
    "|default(1)",
    "|sort(attribute='title')",
    " is ",
    "odd",
    "is defined",
    " not ",
    " in ",
    "and ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "[0]",
    "[1:]",
    ",",
    "=",
    "==",
    "!=",
    "-",
    "+",
    "~",
    "/",
    "'",
    "\"",
    "'x'",
    "'}}'",
    "\\",
    "1",
    "1.5",
    " ",
    "\n",
    "\u{e9}",
];

const SHAPES: [(&str, &str); 6] = [
    ("", ""),
    ("{{ ", " }}"),
    ("{{ offer.rate", " }}"),
    ("{% if ", " %}{% endif %}"),
    ("{% for a in ", " %}{{ a.title }}{% endfor %}"),
    ("{% set b = ", " %}{{ b }}"),
];

proptest! {
    #[test]
    fn what_passes_the_check_parses_and_meets_nothing_unknown(
        (head, tail) in select(&SHAPES[..]),
        pieces in vec(select(&PIECES[..]), 0..10),
    ) {
        let template = format!("{head}{}{tail}", pieces.concat());
        let rendered = render(&template, Escape::Html);
        if check(&template).is_ok() {
            match rendered {
                Ok(_) => {}
                Err(TemplateError::Render(message)) => prop_assert!(!message.contains("unknown"), "{template}: {message}"),
                Err(error) => prop_assert!(false, "{template}: {error}"),
            }
        }
    }
}
