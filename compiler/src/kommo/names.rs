//! The name of a step as the uuid of its block, so that it survives a round trip through Kommo.
//!
//! A uuid of version 8 (RFC 9562) has 122 bits to its maker's liking. Twenty-two characters of forty kinds need 118 of
//! them; the highest bit tells names from the hashes of those that do not fit. Kommo makes uuids of version 4 itself, so
//! its own are never taken for names.

/// What names are written with; the place of a character is its digit, and 0 ends a name.
const LETTERS: &[u8] = b"\0abcdefghijklmnopqrstuvwxyz0123456789_#.";

/// The most characters that fit.
const MOST: usize = 22;

/// Marks a hash among the 122 bits.
const HASH: u128 = 1 << 121;

/// The name of the block that stands before the first step; no step has it.
pub const START: &str = ".start";

/// The uuid of a block. A name that is too long or has other characters gives a uuid that is always the same, but from
/// which it cannot be read back.
#[must_use]
pub fn uuid(name: &str) -> String {
    let bits = digits(name).unwrap_or_else(|| HASH | (hash(name) & (HASH - 1)));
    // 48 bits, the version, 12 bits, the variant, 62 bits.
    let high = bits >> 74;
    let middle = (bits >> 62) & 0xfff;
    let low = bits & ((1 << 62) - 1);
    let text = format!("{:032x}", (high << 80) | (8 << 76) | (middle << 64) | (0b10 << 62) | low);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

/// The name that a uuid spells; none if it was not made by [`uuid`], or of a name that does not fit.
#[must_use]
pub fn name(uuid: &str) -> Option<String> {
    let dashes = uuid.bytes().enumerate().filter(|(_, byte)| *byte == b'-').map(|(at, _)| at);
    if uuid.len() != 36 || !dashes.eq([8, 13, 18, 23]) || uuid.contains('+') {
        return None;
    }
    let all = u128::from_str_radix(&uuid.replace('-', ""), 16).ok()?;
    if (all >> 76) & 0xf != 8 || (all >> 62) & 0b11 != 0b10 {
        return None;
    }
    let mut bits = ((all >> 80) << 74) | (((all >> 64) & 0xfff) << 62) | (all & ((1 << 62) - 1));
    let mut letters = Vec::with_capacity(MOST);
    for _ in 0..MOST {
        letters.push(*LETTERS.get(usize::try_from(bits % 40).ok()?)?);
        bits /= 40;
    }
    letters.reverse();
    let end = letters.iter().rposition(|letter| *letter != 0)? + 1;
    letters.truncate(end);
    let name = String::from_utf8(letters).ok()?;
    let (step, _) = split(&name)?;
    let begins = step.starts_with(|c: char| c.is_ascii_lowercase() || c == '_');
    (bits == 0 && begins && !name.contains('\0')).then_some(name)
}

/// A name as the step and the number of its block: `greet#3` is the third block of `greet`, `greet` its first.
#[must_use]
pub fn split(name: &str) -> Option<(&str, u32)> {
    let Some((step, number)) = name.split_once('#') else { return Some((name, 1)) };
    let number = number.parse().ok().filter(|number| *number > 1)?;
    Some((step, number))
}

/// The name of a step's block: the first is called like the step.
#[must_use]
pub fn numbered(step: &str, number: u32) -> String {
    if number < 2 { step.to_owned() } else { format!("{step}#{number}") }
}

/// The digits of a name that fits.
fn digits(name: &str) -> Option<u128> {
    if name.is_empty() || name.len() > MOST {
        return None;
    }
    let mut bits: u128 = 0;
    for at in 0..MOST {
        let letter = name.as_bytes().get(at).copied().unwrap_or(0);
        let digit = LETTERS.iter().position(|known| *known == letter)?;
        if digit == 0 && at < name.len() {
            return None;
        }
        bits = bits * 40 + digit as u128;
    }
    Some(bits)
}

/// FNV-1a of 128 bits: nobody has a use for two names with one hash.
fn hash(name: &str) -> u128 {
    name.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for step in
            ["a", "greet", "ask_phone#12", "_x.y9#2", "abcdefghijklmnopqrstuv", "________________zz____"]
        {
            let uuid = uuid(step);
            assert_eq!(name(&uuid).as_deref(), Some(step), "{uuid}");
            assert_eq!(name(&uuid.to_uppercase()).as_deref(), Some(step));
            assert_eq!((uuid.len(), uuid.get(14..15)), (36, Some("8")));
        }
    }

    #[test]
    fn what_does_not_fit_has_a_uuid_of_its_own() {
        let names = ["abcdefghijklmnopqrstuvw", "Greet", "größe", "", "a b", "a\0"];
        for one in names {
            assert_eq!(name(&uuid(one)), None, "{one:?}");
            assert_eq!(names.iter().filter(|other| uuid(other) == uuid(one)).count(), 1, "{one:?}");
        }
        assert_eq!(uuid("Greet"), uuid("Greet"));
    }

    #[test]
    fn uuids_of_others_are_no_names() {
        for other in [
            "",
            "c58ac60d-f0ba-402b-a922-e9994af0f31a",
            "00000000-0000-8000-8000-000000000000",
            "ffffffff-ffff-8fff-bfff-ffffffffffff",
            "+0000000-0000-8000-8000-000000000001",
            "0000000000008000800000000000000000-1",
        ] {
            assert_eq!(name(other), None, "{other}");
        }
        // A digit is no name's first character, and a number follows the sign.
        assert_eq!(name(&uuid("9a")), None);
        assert_eq!(name(&uuid("a#b")), None);
        assert_eq!(name(&uuid("a#1")), None);
    }

    #[test]
    fn a_step_has_several_blocks() {
        assert_eq!(split("greet"), Some(("greet", 1)));
        assert_eq!(split("greet#12"), Some(("greet", 12)));
        assert_eq!(numbered("greet", 1), "greet");
        assert_eq!(numbered("greet", 12), "greet#12");
    }
}
