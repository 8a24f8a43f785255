//! Identifiers as AWS makes them, and EventBridge's spelling of a time. It refuses to know what they identify.

use std::hash::{BuildHasher, Hasher, RandomState};

use crate::clock;

/// `2017-12-22T18:43:48Z`, as EventBridge writes it.
pub(crate) fn iso_seconds(seconds: f64) -> String {
    format!("{}Z", &clock::iso8601(seconds)[..19])
}

/// Random, in the form of a version 4 UUID.
pub(crate) fn uuid() -> String {
    let (a, b) = (random(), random());
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

/// Random capitals and digits, as in CloudFormation's generated names.
pub(crate) fn suffix(length: usize) -> String {
    const ALPHABET: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let letter = |_| {
        let index = usize::try_from(random() % 36).unwrap_or_default();
        char::from(ALPHABET[index])
    };
    (0..length).map(letter).collect()
}

/// Random, from 0 to 1.
pub(crate) fn fraction() -> f64 {
    f64::from(u32::try_from(random() >> 32).unwrap_or_default()) / f64::from(u32::MAX)
}

fn random() -> u64 {
    // Each RandomState has its own keys: the hash of nothing is as good a random number as a test world needs.
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_has_the_form_of_a_uuid() {
        let id = uuid();
        assert_eq!(id.len(), 36);
        assert_eq!(id.matches('-').count(), 4);
    }
}
