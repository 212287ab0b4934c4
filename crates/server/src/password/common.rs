//! Whether a password is a common one, or a common one stretched to the length that is asked for.
//!
//! The list holds what people chose when eight characters were enough. What they make of it when more are asked for is
//! as easy to guess, but too much to list, so it is a rule: taken twice, digits, signs, years and pieces of the keyboard
//! before or behind it, letters written as digits, two of the most common ones together. The whole password counts: a
//! sentence that has a common word in it is no match.

use super::{blocklist, leet};
use crate::text::fold;
use rekey_wire::password::{BOTH, WALK, is_walk, step};

/// The longest stretching in code points. Lists and rules for guessing do not reach further, and who types more than
/// that has put something of their own into it.
const STRETCH: usize = 64;
/// The least length of a common one that is stretched: below, nearly every combination of letters is on the list.
const WORD: usize = 4;
/// Anything of up to this length, over and over, is refused.
const SHORT: usize = 4;
/// Numbers of up to this length, twice, are.
const NUMBER: usize = 8;

/// Whether the password, as a whole, is common.
pub(super) fn is_common(password: &str) -> bool {
    let folded = fold(password);
    let text: Vec<char> = folded.chars().collect();
    if blocklist::holds(&folded) || is_repeated_word(&text) {
        return true;
    }
    text.len() <= STRETCH && (is_pattern(&text) || cores(&text).any(|core| is_word(core) || is_repeated_word(core)) || is_pair(&text))
}

/// Nothing but walks and runs, with nothing or one sign between: `a-b-c-d-e-f-g-h`, `aaaabbbbcccc1111`.
fn is_pattern(text: &[char]) -> bool {
    let is_walk = |text: &[char]| {
        // Every other number has short walks in it.
        let least = if text.iter().all(char::is_ascii_digit) { WALK + 1 } else { WALK };
        is_walk(text, least, |a, b| if a == b { BOTH } else { step(a, b) })
    };
    bare(text).is_some_and(|bare| is_walk(&bare)) || is_short_repeated(text)
}

/// Letters and digits alone, where nothing or one sign over and over is between them: `i love you`, `p-a-s-s`.
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

/// What is left of the text when filling is taken away at both ends, more and more of it.
fn cores(text: &[char]) -> impl Iterator<Item = &[char]> {
    let backwards: Vec<char> = text.iter().rev().copied().collect();
    let (heads, tails) = (fillings(text), fillings(&backwards));
    heads.into_iter().flat_map(move |head| {
        let tails = tails.clone();
        tails.into_iter().filter_map(move |tail| text.get(head..text.len() - tail))
    })
}

/// The lengths, 0 among them, to which the beginning of a text is nothing but digits, signs and pieces of the alphabet
/// and the keyboard.
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

/// The shortest run of letters that is filling.
const PIECE: usize = 3;
/// What runs are pieces of; `rekey_wire` knows more ways, but along those lie words too.
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

/// The length of the run that the text begins with: along one of [`RUNS`], forward or back, or of one character.
fn run(text: &[char]) -> usize {
    let Some((first, rest)) = text.split_first() else { return 0 };
    let along = |way: Vec<char>| 1 + rest.iter().zip(way).take_while(|(c, next)| *c == next).count();
    let runs = RUNS.iter().filter_map(|run| run.split_once(*first));
    let longest = runs.map(|(before, behind)| along(behind.chars().collect()).max(along(before.chars().rev().collect()))).max();
    longest.unwrap_or(1).max(along(vec![*first; rest.len()]))
}

/// A listed one of some length, however written, and with one sign between its letters.
fn is_word(core: &[char]) -> bool {
    let is_listed = |text: &[char]| {
        let word: String = text.iter().collect();
        text.len() >= WORD && (blocklist::holds(&word) || leet::readings(&word).iter().any(|reading| blocklist::holds(reading)))
    };
    core.iter().any(|c| c.is_alphabetic())
        && (is_listed(core) || bare(core).is_some_and(|bare| bare.len() < core.len() && is_listed(&bare)))
}

/// A listed one over and over, perhaps with filling of its own: `passwordpassword`, `love1love1love1`, `football footbal`.
fn is_repeated_word(text: &[char]) -> bool {
    let Some(period) = period(text) else { return false };
    let unit = &text[..period];
    let is_filling = |c: &char| !c.is_alphabetic();
    let trimmed = unit.iter().position(|c| c.is_alphabetic()).and_then(|first| {
        let last = unit.iter().rposition(|c| c.is_alphabetic())?;
        unit.get(first..=last)
    });
    // A word whose beginning stands behind it is enough to be one again.
    let is_again = text.len() >= 2 * period || text.len() >= period + PIECE && !unit.iter().any(is_filling);
    is_again && (is_word(unit) || trimmed.is_some_and(is_word))
}

/// The least length after which the text begins again, up to its end.
fn period(text: &[char]) -> Option<usize> {
    (1..text.len()).find(|period| text.iter().zip(&text[*period..]).all(|(a, b)| a == b))
}

/// Two of the most common words, with filling around and between: `monkey-dragon-2024`.
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
            // As they are on the list.
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
            // With something before or behind.
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
            // Written otherwise.
            "P@ssw0rd12345678",
            "$unsh1ne12345678",
            "i love you forever",
            "p-a-s-s-w-o-r-d-1",
            // Two of the most common.
            "monkeydragon2024",
            "letmeinpassword1",
            "Password1Qwerty1",
            "dragon-master-99",
            // Patterns with something between.
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
        // Longer than any list of guesses reaches, unless it is a common one over and over.
        assert!(!is_common(&format!("{}1", "x".repeat(99))));
        assert!(is_common(&"password".repeat(30)));
    }
}
