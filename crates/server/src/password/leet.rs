//! Leet spellings: letters written as digits and symbols, such as `p@ssw0rd`.

/// Returns the readings of a text that consist of letters only. Includes both where 1 and ! can stand for two letters.
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
    // A reading with other characters is a mixture, not a word in disguise.
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
