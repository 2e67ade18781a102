//! Personal data, as far as it may be shown to those who only check that the right people are reached.

/// `A••• R••`: the initials, and as many dots at most as a name has letters.
pub(super) fn name(name: &str) -> String {
    let words: Vec<_> = name
        .split_whitespace()
        .map(|word| keep_first(word, 4))
        .collect();
    words.join(" ")
}

/// `a•••@example.com`: the domain tells where it goes, the local part is the person.
pub(super) fn email(address: &str) -> String {
    match address.rsplit_once('@') {
        Some((local, domain)) => format!("{}@{domain}", keep_first(local, 4)),
        None => keep_first(address, 4),
    }
}

/// `•••••210`: the last three digits.
pub(super) fn phone(number: &str) -> String {
    let count = number.chars().count();
    let hidden = count.saturating_sub(3);
    number
        .chars()
        .enumerate()
        .map(|(index, c)| if index < hidden { '•' } else { c })
        .collect()
}

/// The first letter and at most `width - 1` dots, so that the length of a long word does not show.
fn keep_first(word: &str, width: usize) -> String {
    let dots = word.chars().count().min(width).saturating_sub(1);
    let dots = std::iter::repeat_n('•', dots);
    word.chars().take(1).chain(dots).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_initials_domains_and_last_digits_show() {
        assert_eq!(name("Asha Raman"), "A••• R•••");
        assert_eq!(name("O"), "O");
        assert_eq!(email("asha.raman@example.com"), "a•••@example.com");
        assert_eq!(email("broken"), "b•••");
        assert_eq!(phone("+919876543210"), "••••••••••210");
        assert_eq!(phone("12"), "12");
    }
}
