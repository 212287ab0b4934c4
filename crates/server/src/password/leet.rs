//! Letters written as digits and signs: `p@ssw0rd`.

/// The readings of a text that has some, all letters; where 1 and ! may be two letters, both.
pub(super) fn readings(text: &str) -> Vec<String> {
    let read = |one: char| {
        let letter = |c: char| match c {
            '0' => 'o',
            '1' | '!' => one,
            '3' | '€' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' | '+' => 't',
            '8' => 'b',
            '9' => 'g',
            _ => c,
        };
        text.chars().map(letter).collect::<String>()
    };
    let mut readings = vec![read('i'), read('l')];
    readings.dedup();
    // What is not all letters even then is a mixture, and no word in disguise.
    readings.retain(|reading| reading != text && reading.chars().all(char::is_alphabetic));
    readings
}

#[cfg(test)]
mod tests {
    use super::readings;

    #[test]
    fn what_has_no_letters_in_disguise_has_no_other_reading() {
        assert!(readings("seven purple umbrellas").is_empty());
        assert!(readings("password").is_empty() && readings("p@ss-22").is_empty());
        assert_eq!(readings("p@55w0rd"), ["password"]);
        assert_eq!(readings("1ov3"), ["iove", "love"]);
    }
}
