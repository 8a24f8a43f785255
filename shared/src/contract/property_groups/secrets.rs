//! Keys that look like a secret. Property groups are plain text in the console and in DescribeApplication
//! (`semantics.md` A.10).

/// Words that secrets are named with, written together.
const WORDS: [&str; 12] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "authkey",
    "saslkey",
    "connectionstring",
];
/// What a secret is named with when it is not the secret itself but where it lies.
const PLACES: [&str; 7] = ["arn", "name", "id", "path", "url", "location", "region"];

/// Whether a key looks as if its value were a secret: `db.password`, `apiKey`, `SASL_TOKEN`, but not `db.secret.arn`.
#[must_use]
pub fn looks_like_a_secret(key: &str) -> bool {
    let words = words(key);
    let together = words.concat();
    // `token` alone, but not `tokens.per.second` or `tokenizer`: a whole word, or one at the end.
    let named = WORDS.iter().any(|word| match *word {
        "token" => words.iter().any(|one| one == "token" || one == "accesstoken" || one == "authtoken"),
        other => together.contains(other),
    });
    named && !words.last().is_some_and(|last| PLACES.contains(&last.as_str()))
}

/// `apiKey`, `api-key` and `API_KEY` are `api` and `key`.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for letter in key.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && lower) {
            words.push(String::new());
        }
        lower = letter.is_lowercase();
        if let Some(word) = words.last_mut().filter(|_| letter.is_alphanumeric()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_looks_like_a_secret_is_distinguished_from_one_that_says_where_it_lies() {
        for key in [
            "password",
            "db.password",
            "apiKey",
            "API_KEY",
            "sasl-token",
            "clientSecret",
            "aws.secret.access.key",
            "auth_token",
        ] {
            assert!(looks_like_a_secret(key), "{key}");
        }
        for key in [
            "stream.name",
            "db.secret.arn",
            "secretName",
            "tokenizer.path",
            "tokens.per.second",
            "key",
            "partition.key",
        ] {
            assert!(!looks_like_a_secret(key), "{key}");
        }
    }
}
