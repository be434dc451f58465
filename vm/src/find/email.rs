//! Addresses of mail and of the web inside a text.

use super::is_unspaced;
use email_address::{EmailAddress, Options};

/// RFC 5321, 4.5.3.1: octets of a local part and of a domain.
const LOCAL: usize = 64;
const DOMAIN: usize = 255;
/// What browsers and servers commonly take.
const URL: usize = 2048;

/// The first e-mail address in a text, as written, without the punctuation around it.
///
/// The crate `email_address` decides (RFC 5322, without comments, quoted names and address literals), a top-level
/// domain of two characters or more that is not a number is required, and so is the length of RFC 5321. A sign of
/// emphasis on both sides (`*ann@example.com*`) is not part of it, nor are words that a script without spaces puts
/// next to it.
#[must_use]
pub fn email(text: &str) -> Option<String> {
    text.match_indices('@').find_map(|(at, _)| around(text.get(..at)?, text.get(at + 1..)?))
}

/// The address whose `@` stands between these two.
fn around(before: &str, after: &str) -> Option<String> {
    // One character more than allowed is enough to see that it is too long.
    let length: usize =
        before.chars().rev().take_while(|c| is_local(*c)).take(LOCAL + 1).map(char::len_utf8).sum();
    let mut local = before.get(before.len().checked_sub(length)?..)?;
    let length: usize =
        after.chars().take_while(|c| is_domain(*c)).take(DOMAIN + 1).map(char::len_utf8).sum();
    let mut domain = after.get(..length)?;
    if let Some(cut) = domain.find(is_unspaced).filter(|cut| domain.get(..*cut).is_some_and(has_dot)) {
        domain = domain.get(..cut)?;
    }
    domain = domain.trim_end_matches(['.', '-']);
    if let Some((_, rest)) = local.rsplit_once(is_unspaced)
        && !rest.is_empty()
    {
        local = rest;
    }
    let next = after.get(domain.len()..)?.chars().next();
    local = local.trim_start_matches('.');
    while let Some(first) = local.chars().next().filter(|c| !c.is_alphanumeric() && Some(*c) == next) {
        local = local.trim_start_matches(first);
    }
    if domain.len() > DOMAIN {
        return None;
    }
    let (_, top) = domain.rsplit_once('.')?;
    if top.chars().count() < 2 || top.chars().all(char::is_numeric) {
        return None;
    }
    let options = Options::default().with_required_tld().without_display_text().without_domain_literal();
    let address = format!("{local}@{domain}");
    EmailAddress::parse_with_options(&address, options).ok().map(|_| address)
}

fn has_dot(domain: &str) -> bool {
    domain.contains('.') && domain.is_ascii()
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || (!c.is_ascii() && is_mark(c)) || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '.' || (!c.is_ascii() && is_mark(c))
}

/// Combining marks: part of the letter before them.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x0300..=0x036F | 0x0591..=0x05C7 | 0x0610..=0x061A | 0x064B..=0x065F | 0x0900..=0x0DFF | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF)
}

/// The first `http` or `https` address in a text, as written, without the punctuation around it.
///
/// The host has to be a name with a dot, `localhost`, or an address in brackets, and the port a number up to 65535
/// (RFC 3986, 3.2). An address without its scheme, or with a user before its host, is none.
#[must_use]
pub fn url(text: &str) -> Option<String> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find("://")?;
        let start = scheme(text.get(..at)?);
        from = at + 3;
        let rest = text.get(from..)?;
        let authority = rest.split(|c| !is_url(c) || matches!(c, '/' | '?' | '#')).next()?;
        let Some(start) = start.filter(|_| is_authority(trimmed(authority))) else { continue };
        // An authority that is read in vain ends where the next search begins, so that this is linear.
        let rest = rest.split(|c| !is_url(c)).next()?;
        from += rest.len();
        if rest.len() <= URL {
            return text.get(start..from - rest.len() + trimmed(rest).len()).map(String::from);
        }
    }
}

/// Where the scheme that ends this text begins.
fn scheme(before: &str) -> Option<usize> {
    let start = ["https", "http"].into_iter().find_map(|scheme| {
        let start = before.len().checked_sub(scheme.len())?;
        before.get(start..)?.eq_ignore_ascii_case(scheme).then_some(start)
    })?;
    let glued = before.get(..start)?.chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    (!glued).then_some(start)
}

/// Without the punctuation of the sentence around it. A closing bracket belongs to the sentence unless the address
/// opens it.
fn trimmed(mut address: &str) -> &str {
    let count = |bracket: char| address.chars().take(URL).filter(|c| *c == bracket).count();
    let mut round = count(')').saturating_sub(count('('));
    let mut square = count(']').saturating_sub(count('['));
    while let Some(last) = address.chars().next_back() {
        let open = match last {
            ')' => &mut round,
            ']' => &mut square,
            _ if ".,;:!?'*_~…。，、！？".contains(last) => {
                address = address.get(..address.len() - last.len_utf8()).unwrap_or("");
                continue;
            }
            _ => break,
        };
        let Some(left) = open.checked_sub(1) else { break };
        *open = left;
        address = address.get(..address.len() - 1).unwrap_or("");
    }
    address
}

fn is_url(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !"<>\"{}|\\^`«»“”„".contains(c)
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        Some(_) | None => (authority, None),
    };
    if port.is_some_and(|port| port.parse::<u16>().is_err()) {
        return false;
    }
    if let Some(inner) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || c == '-' || c == '_' || (!c.is_ascii() && is_mark(c)))
    };
    host.len() <= DOMAIN
        && (host.contains('.') || host.eq_ignore_ascii_case("localhost"))
        && host.strip_suffix('.').unwrap_or(host).split('.').all(label)
}
