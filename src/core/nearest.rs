//! The known word nearest to a mistyped one, so that a message can say what was likely meant.

/// The nearest of the known words, unless even that one is too far off to have been meant.
///
/// Case, `_` and `-` count for nothing; about one letter in three may be wrong.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = letters(word);
    known
        .into_iter()
        .map(|candidate| (distance(&typed, &letters(candidate)), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= 1 + typed.len() / 3)
        .map(|(_, candidate)| candidate)
}

/// The nearest of the known words that is not the word itself and at most so many letters off.
pub fn near_miss<'a>(
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    off: usize,
) -> Option<&'a str> {
    let typed = letters(word);
    known
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(&typed, &letters(candidate)), candidate))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= off)
        .map(|(_, candidate)| candidate)
}

/// What is compared of a word. Long input is cut: nobody mistypes sixty letters.
fn letters(word: &str) -> Vec<char> {
    word.chars()
        .filter(|letter| !matches!(letter, '_' | '-'))
        .flat_map(char::to_lowercase)
        .take(60)
        .collect()
}

/// How many letters are inserted, left out or changed on the way from one word to the other
/// (Levenshtein), computed row by row.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, candidate) in other.iter().enumerate() {
            let changed = above[column] + usize::from(letter != candidate);
            let inserted = current[column] + 1;
            let left_out = above[column + 1] + 1;
            current.push(changed.min(inserted).min(left_out));
        }
        above = current;
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_word_and_nonsense_none() {
        let known = ["token-500", "token-html", "expired-code", "api-401"];
        for (typed, meant) in [
            ("token_html", Some("token-html")),
            ("tokenhtm", Some("token-html")),
            ("expird-code", Some("expired-code")),
            ("API-401", Some("api-401")),
            ("", None),
            ("banana", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(nearest("anything", []), None);
    }
}
