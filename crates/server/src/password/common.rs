//! Detects common passwords, and common ones stretched to the required length.
//!
//! The list has passwords from when eight characters were enough. Their extensions to a longer minimum are as easy to guess but too many to list, so
//! they are detected by rules: repetition, digits, symbols, years and keyboard runs before or after, letters replaced by digits, two of the most
//! common words combined. The whole password must match: a sentence that contains a common word does not.

use super::{blocklist, leet};
use crate::text::fold;
use rekey_wire::password::{BOTH, WALK, is_walk, step};

/// Maximum length of a stretched password, in code points. Longer ones are beyond lists and rules for guessing, and have content of their own.
const STRETCH: usize = 64;
/// Minimum length of a common password that is stretched: below it, nearly every combination of letters is on the list.
const WORD: usize = 4;
/// Units of up to this length are rejected if they occur more than twice in a row.
const SHORT: usize = 4;
/// Numbers of up to this length are rejected if they occur at least twice in a row.
const NUMBER: usize = 8;

/// Returns whether the whole password is common.
pub(super) fn is_common(password: &str) -> bool {
    let folded = fold(password);
    let text: Vec<char> = folded.chars().collect();
    if blocklist::holds(&folded) || is_repeated_word(&text) {
        return true;
    }
    text.len() <= STRETCH && (is_pattern(&text) || cores(&text).any(|core| is_word(core) || is_repeated_word(core)) || is_pair(&text))
}

/// Matches walks and runs only, with nothing or a single symbol between: `a-b-c-d-e-f-g-h`, `aaaabbbbcccc1111`.
fn is_pattern(text: &[char]) -> bool {
    let is_walk = |text: &[char]| {
        // About every second number contains a short walk.
        let least = if text.iter().all(char::is_ascii_digit) { WALK + 1 } else { WALK };
        is_walk(text, least, |a, b| if a == b { BOTH } else { step(a, b) })
    };
    bare(text).is_some_and(|bare| is_walk(&bare)) || is_short_repeated(text)
}

/// Returns the letters and digits, if nothing or one repeated symbol is between them: `i love you`, `p-a-s-s`.
fn bare(text: &[char]) -> Option<Vec<char>> {
    let (bare, signs): (Vec<char>, Vec<char>) = text.iter().partition(|c| c.is_alphanumeric());
    (bare.len() >= signs.len() && signs.windows(2).all(|pair| pair[0] == pair[1])).then_some(bare)
}

fn is_short_repeated(text: &[char]) -> bool {
    period(text).is_some_and(|period| {
        let is_number = text[..period].iter().all(char::is_ascii_digit);
        period <= SHORT && text.len() > 2 * period || is_number && period <= NUMBER && text.len() >= 2 * period
    })
}

/// Returns the text without filling at both ends, for every length of filling.
fn cores(text: &[char]) -> impl Iterator<Item = &[char]> {
    let backwards: Vec<char> = text.iter().rev().copied().collect();
    let (heads, tails) = (fillings(text), fillings(&backwards));
    heads.into_iter().flat_map(move |head| {
        let tails = tails.clone();
        tails.into_iter().filter_map(move |tail| text.get(head..text.len() - tail))
    })
}

/// Returns the lengths, including 0, for which the start of the text consists of digits, symbols and runs of the alphabet or the keyboard.
fn fillings(text: &[char]) -> Vec<usize> {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    for at in 0..text.len() {
        if reached[at] {
            reached[at + 1] |= !text[at].is_alphabetic();
            let run = run(&text[at..]);
            (PIECE..=run).for_each(|length| reached[at + length] = true);
        }
    }
    (0..=text.len()).filter(|at| reached[*at]).collect()
}

/// Minimum length of a run of letters that counts as filling.
const PIECE: usize = 3;
/// Sequences that runs are part of; `rekey_wire` knows more directions, but those also contain words.
const RUNS: [&str; 16] = [
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "qwertzuiop",
    "yxcvbnm",
    "azertyuiop",
    "qsdfghjklm",
    "wxcvbn",
    "qaz",
    "wsx",
    "edc",
    "rfv",
    "tgb",
    "абвгдежзийклмнопрстуфхцчшщъыьэюя",
    "йцукенгшщзхъ",
];

/// Returns the length of the run at the start of the text: along one of [`RUNS`], in either direction, or of one character.
fn run(text: &[char]) -> usize {
    let Some((first, rest)) = text.split_first() else { return 0 };
    let along = |way: Vec<char>| 1 + rest.iter().zip(way).take_while(|(c, next)| *c == next).count();
    let runs = RUNS.iter().filter_map(|run| run.split_once(*first));
    let longest = runs.map(|(before, behind)| along(behind.chars().collect()).max(along(before.chars().rev().collect()))).max();
    longest.unwrap_or(1).max(along(vec![*first; rest.len()]))
}

/// Matches a listed word of at least [`WORD`] characters, in any leet spelling, and with one symbol between its letters.
fn is_word(core: &[char]) -> bool {
    let is_listed = |text: &[char]| {
        let word: String = text.iter().collect();
        text.len() >= WORD && (blocklist::holds(&word) || leet::readings(&word).iter().any(|reading| blocklist::holds(reading)))
    };
    core.iter().any(|c| c.is_alphabetic())
        && (is_listed(core) || bare(core).is_some_and(|bare| bare.len() < core.len() && is_listed(&bare)))
}

/// Matches a repeated listed word, possibly with filling: `passwordpassword`, `love1love1love1`, `football footbal`.
fn is_repeated_word(text: &[char]) -> bool {
    let Some(period) = period(text) else { return false };
    let unit = &text[..period];
    let is_filling = |c: &char| !c.is_alphabetic();
    let trimmed = unit.iter().position(|c| c.is_alphabetic()).and_then(|first| {
        let last = unit.iter().rposition(|c| c.is_alphabetic())?;
        unit.get(first..=last)
    });
    // A word followed by its own beginning counts as repeated.
    let is_again = text.len() >= 2 * period || text.len() >= period + PIECE && !unit.iter().any(is_filling);
    is_again && (is_word(unit) || trimmed.is_some_and(is_word))
}

/// Returns the period of the text: the smallest shift at which it matches itself up to its end.
fn period(text: &[char]) -> Option<usize> {
    (1..text.len()).find(|period| text.iter().zip(&text[*period..]).all(|(a, b)| a == b))
}

/// Matches two of the most common words, with filling around and between: `monkey-dragon-2024`.
fn is_pair(text: &[char]) -> bool {
    let text: String = text.iter().collect();
    let text = text.trim_matches(|c: char| !c.is_alphabetic());
    leet::readings(text).iter().map(String::as_str).chain([text]).any(|text| {
        let words: Vec<&str> = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect();
        let very = blocklist::is_very_common;
        match words[..] {
            [word] => word.char_indices().any(|(at, _)| very(&word[..at]) && very(&word[at..])),
            [one, other] => very(one) && very(other),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::is_common;

    #[test]
    fn common_ones_are_refused_however_they_are_stretched() {
        for password in [
            // On the list.
            "iloveyouforever",
            "welcometothejungle",
            "1q2w3e4r5t6y7u8i",
            // Repeated.
            "passwordpassword",
            "PasswordPassword",
            "iloveyouiloveyou",
            "password-password",
            "password password ",
            "Password1Password1!",
            "trustno1trustno1",
            "footballfootbal",
            "letmeinletmeinletmein",
            "abc123abc123abc123",
            "abcabcabcabcabc",
            "haha haha haha haha",
            "1472581472581472",
            // With filling before or after.
            "Password2024!!!!!",
            "letmein123456789",
            "football1234567890",
            "qwertyuiop123456",
            "dragon!@#$%^&*()",
            "monkeyqwertyuiop",
            "sunshineasdfghjkl",
            "12345678password",
            "2024-Welcome-2024",
            "!!!!!!princess!!",
            "superman31121999",
            "charlie aaaaaaaaa",
            "michaelabcdefghi",
            // Leet spellings and separators.
            "P@ssw0rd12345678",
            "$unsh1ne12345678",
            "i love you forever",
            "p-a-s-s-w-o-r-d-1",
            // Two of the most common.
            "monkeydragon2024",
            "letmeinpassword1",
            "Password1Qwerty1",
            "dragon-master-99",
            // Patterns with separators.
            "a-b-c-d-e-f-g-h-",
            "1 2 3 4 5 6 7 8 9",
            "aaaabbbbcccc1111",
            "111222333444555",
        ] {
            assert!(is_common(password), "{password}");
        }
    }

    #[test]
    fn what_has_something_of_its_own_passes() {
        for password in [
            "seven purple umbrellas",
            "a kettle on the third floor",
            "correct horse battery staple",
            "correcthorsebatterystaple",
            "my password is not password",
            "seven red trees",
            "abacus-zombie-42-lilac",
            "demo-k7fx-92mq-hh3p-wz8n",
            "k3J9xQp2LmZ7vRt5",
            "8301 9472 6518 3847",
            "x!7#Qz$9@Lm^2&Kp",
            "пароль на вторник утром",
            "Tuesday is laundry day",
            "ab cd ab ce ab cf",
        ] {
            assert!(!is_common(password), "{password}");
        }
        // Longer than any list of guesses, unless it is a repeated common one.
        assert!(!is_common(&format!("{}1", "x".repeat(99))));
        assert!(is_common(&"password".repeat(30)));
    }
}
