use serde_json::json;

use super::*;

mod limits;

const NAMES: [&str; 4] = [
    "customer.full_name",
    "customer.city",
    "offer.benefits",
    "offer.rate",
];

fn check(template: &str) -> Result<(), TemplateError> {
    MinijinjaTemplates::new().check(template, &NAMES.map(str::to_owned))
}

fn refusal(template: &str) -> String {
    check(template).unwrap_err().to_string()
}

fn render(template: &str, escape: Escape) -> Result<String, TemplateError> {
    let values = json!({
        "customer": { "full_name": "O'Neil <b>", "city": null },
        "offer": { "rate": 11.5, "benefits": [{ "title": "A & B" }, { "title": "C" }], "amount": 1_250_000 },
    });
    MinijinjaTemplates::new().render(template, escape, &values)
}

fn text(template: &str) -> String {
    render(template, Escape::Text).unwrap()
}

fn failure(template: &str) -> String {
    render(template, Escape::Text).unwrap_err().to_string()
}

#[test]
fn a_message_may_use_its_names_and_its_own() {
    for template in [
        "",
        "50 % off { today } \u{2764}",
        "Dear {{ customer.full_name }}",
        "{%- if customer.city is defined and not (offer.rate > 12.5) -%}a{% elif true %}b{% else %}c{% endif %}",
        "{% for benefit in offer.benefits %}{{ loop.index }}. {{ benefit.title|upper }}\n{% else %}-{% endfor %}",
        "{% for benefit in offer.benefits if benefit.title != 'C' %}{{ benefit.title }}{% endfor %}",
        "{% for benefit in offer.benefits[0:1] %}{{ benefit['title'] ~ '!' }}{% endfor %}",
        "{% set name = customer.full_name|default('you')|trim %}{{ name }}{% if name %}{{ name }}{% endif %}",
        "{% set first, second = offer.benefits %}{{ first.title ~ second.title }}",
        "{{ offer.benefits[0].title|replace('}}', \"%}\") }}{# {{ nothing }} #}",
        "{{ (offer.benefits|sort(attribute='title', reverse=true)|first).title }}",
        "{{ {'a': {'b': offer.rate}}.a.b }} {{ '%.2f'|format(offer.rate) }} {{ offer.rate is divisibleby 2 }}",
        "{{ 'yes' if customer.city is not defined else ('no' if offer.rate in [1, 2] else 'perhaps') }}",
    ] {
        assert_eq!(check(template), Ok(()), "{template}");
        render(template, Escape::Html).unwrap();
    }
}

#[test]
fn an_unknown_name_is_refused_with_the_nearest() {
    assert_eq!(
        refusal("Dear {{ customer.fullname }}"),
        "`customer.fullname` is not among the names a message may use; did you mean `customer.full_name`?"
    );
    assert_eq!(
        refusal("{{ xyz }}"),
        "`xyz` is not among the names a message may use"
    );
    // The first in the text.
    assert!(refusal("{{ ofer.rate }}{{ aaa }}").starts_with("`ofer.rate`"));
    // A parent is not one of its children.
    assert_eq!(
        refusal("{{ customer }}"),
        "`customer` is not among the names a message may use; did you mean `customer.full_name`?"
    );
    assert!(refusal("{{ customer['phone'] }}").starts_with("`customer` is not"));
    assert!(
        refusal("{% for key in customer %}{{ key }}{% endfor %}").starts_with("`customer` is not")
    );
    assert!(refusal("{{ offer.benefitsandmore }}").starts_with("`offer.benefitsandmore`"));
}

#[test]
fn no_way_of_writing_hides_an_unknown_name() {
    for template in [
        "{{ secret }}",
        "{{ secret[1:2] }}",
        "{{ offer.rate if secret.a else 1 }}",
        "{% for secret in secret %}{{ secret }}{% endfor %}",
        "{% for secret in secret[0:9] %}{{ secret }}{% endfor %}",
        "{% for a in offer.benefits if secret %}{% endfor %}",
        "{% for secret in offer.benefits %}{% endfor %}{{ secret }}",
        "{{ offer.benefits|join(secret) }}",
        "{{ offer.benefits|sort(attribute=secret) }}",
        "{{ {'a': secret} }}{{ [1, secret] }}",
        "{{ offer.benefits[secret] }}",
        "{{ '\\'' ~ secret }}",
        "{{ \"}}\" ~ secret }}",
        "{{ {'}}': 1} ~ secret }}",
        "{{- secret -}}",
        "{# {{ #}{{ secret }}{# }} #}",
        "{%if secret%}{%endif%}",
        "{% set secret = secret %}{{ secret }}",
        "{%set a=secret%}",
        "{% if false %}{% set secret = 1 %}{% endif %}{{ secret }}",
        "{% for a, b in offer.benefits if a == secret %}{% endfor %}",
        "{{ offer.rate\n.x ~ secret }}",
        "{{{'a': 1}[secret]}}",
        "{{ self }}",
        "{{ range }}",
    ] {
        assert!(check(template).is_err(), "{template}");
    }
    assert!(refusal("{% set offer = 1 %}").contains("`offer` is a name of messages"));
    assert_eq!(
        refusal("\n{% for customer in offer.benefits %}{{ customer.phone }}{% endfor %}"),
        "line 2: `customer` is a name of messages: call your own something else"
    );
}

#[test]
fn an_error_of_syntax_names_its_line() {
    assert_eq!(
        refusal("one\ntwo {% if %}"),
        "line 2: unexpected end of block"
    );
    assert_eq!(
        refusal("one\n\n{{ customer.full_name"),
        "line 3: a tag does not end"
    );
    assert!(refusal("{% endfor %}").starts_with("line 1: "));
    assert_eq!(
        render("\n{{ + }}", Escape::Text)
            .unwrap_err()
            .to_string()
            .split(':')
            .next(),
        Some("line 2")
    );
}

#[test]
fn what_would_fail_when_sending_is_found_before() {
    assert_eq!(
        refusal("\n{{ customer.full_name|uper }}"),
        "line 2: there is no filter `uper`; did you mean `upper`?"
    );
    assert!(
        refusal("{{ customer.full_name|safe }}")
            .starts_with("line 1: there is no filter `safe`; there are abs,")
    );
    assert_eq!(
        refusal("{% if offer.rate is not evn %}{% endif %}"),
        "line 1: there is no test `evn`; did you mean `even`?"
    );
    for call in [
        "customer.full_name.upper()",
        "offer.benefits[0].items()",
        "offer.benefits.items ()",
        "range(10)",
        "'a'.upper()",
        "(offer.rate)(1)",
        "loop(offer.benefits)",
        "loop.cycle(1, 2)",
    ] {
        assert!(check(&format!("{{{{ {call} }}}}")).is_err(), "{call}");
    }
    assert_eq!(
        refusal("{{ offer.benefits.items() }}"),
        "line 1: nothing can be called in a message: use a filter"
    );
}

#[test]
fn values_are_escaped_in_html_and_nowhere_else() {
    let template = "<p>{{ customer.full_name }} {{ offer.benefits[0].title }} {{ offer.rate }}</p>";
    assert_eq!(text(template), "<p>O'Neil <b> A & B 11.5</p>");
    assert_eq!(
        render(template, Escape::Html).unwrap(),
        "<p>O&#x27;Neil &lt;b&gt; A &amp; B 11.5</p>"
    );
}

#[test]
fn no_filter_or_operator_unescapes() {
    for template in [
        "{{ [customer.full_name]|join('<i>') }}",
        "{{ customer.full_name|replace('O', '<i>')|trim|upper }}",
        "{{ '<i>' ~ customer.full_name }}",
        "{{ '%s'|format(customer.full_name) }}",
        "{{ customer.full_name|default('<i>') }}",
        "{{ [customer.full_name]|first }}",
        "{{ customer.full_name if true else '' }}",
    ] {
        let html = render(template, Escape::Html).unwrap();
        assert!(
            !html.contains('<') && html.contains("&lt;"),
            "{template}: {html}"
        );
    }
}

#[test]
fn a_name_without_a_value_is_an_error_where_it_would_be_written() {
    for name in [
        "customer.city",
        "customer.nothing",
        "nobody",
        "none",
        "customer.city|upper",
        "'a' ~ customer.city",
    ] {
        let template = format!("a\n{{{{ {name} }}}}");
        assert!(
            failure(&template).starts_with("the message could not be rendered: line 2: "),
            "{name}"
        );
    }
    assert!(render("{% for a in customer.city %}{% endfor %}", Escape::Text).is_err());
    assert_eq!(
        text("{% if customer.city %}in {{ customer.city }}{% else %}here{% endif %}"),
        "here"
    );
    assert_eq!(text("{{ customer.city|default('you') }}"), "you");
    assert_eq!(text("{{ customer.city is defined }}"), "False");
}

#[test]
fn a_list_or_an_object_is_not_written() {
    assert_eq!(
        failure("{{ offer.benefits }}"),
        "the message could not be rendered: line 1: invalid operation: a sequence cannot be written: use a filter or a loop"
    );
    assert!(failure("{{ offer }}").contains("a map cannot be written"));
}

#[test]
fn numbers_keep_their_digits() {
    let values = json!({ "a": u64::MAX, "b": i64::MIN, "c": 0.1, "d": true });
    let rendered =
        MinijinjaTemplates::new().render("{{ a }} {{ b }} {{ c }} {{ d }}", Escape::Html, &values);
    assert_eq!(
        rendered.unwrap(),
        "18446744073709551615 -9223372036854775808 0.1 True"
    );
}

#[test]
fn the_lists_of_filters_and_tests_are_those_of_the_engine() {
    let templates = MinijinjaTemplates::new();
    for filter in FILTERS {
        let rendered = templates.render(&format!("{{{{ 1|{filter} }}}}"), Escape::Text, &json!({}));
        assert!(
            !format!("{rendered:?}").contains("unknown filter"),
            "{filter}"
        );
    }
    for test in TESTS {
        let rendered =
            templates.render(&format!("{{{{ 1 is {test} }}}}"), Escape::Text, &json!({}));
        assert!(!format!("{rendered:?}").contains("unknown test"), "{test}");
    }
}

#[test]
fn what_is_read_once_is_filled_in_often() {
    let engine = MinijinjaTemplates::new();
    let templates = [
        ("{{ bank }}: {{ name }}", Escape::Text),
        ("<p>{{ name }}</p>", Escape::Html),
    ];
    let shared = json!({ "bank": "A&B", "name": "everybody" });
    let compiled = engine.compile(&templates, &shared).unwrap();
    for (own, name, html) in [
        (json!({ "name": "Asha <3" }), "Asha <3", "Asha &lt;3"),
        (json!({ "name": "Ben" }), "Ben", "Ben"),
        (json!(null), "everybody", "everybody"),
    ] {
        let texts = compiled.render(&own).unwrap();
        assert_eq!(texts, [format!("A&B: {name}"), format!("<p>{html}</p>")]);
    }
    let error = compiled.render(&json!({ "name": null })).unwrap_err();
    assert!(matches!(error, TemplateError::Render(_)), "{error}");
    let error = engine.compile(&[("{{", Escape::Text)], &shared).err();
    assert!(matches!(error, Some(TemplateError::Syntax { .. })));
}
