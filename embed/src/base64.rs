//! Bytes as text (RFC 4648, 4), for parked runs in JSON.

const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Bytes as text.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let group = byte(0) << 16 | byte(1) << 8 | byte(2);
        for n in 0..4 {
            let sign = SIGNS.get((group >> (18 - 6 * n) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if n as usize <= chunk.len() { char::from(sign) } else { '=' });
        }
    }
    out
}

/// The bytes of a text that [`encode`] gave; nothing for any other text.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return None;
    }
    let signs = bytes.strip_suffix(b"==").or_else(|| bytes.strip_suffix(b"=")).unwrap_or(bytes);
    let mut out = Vec::with_capacity(bytes.len() / 4 * 3);
    for chunk in signs.chunks(4) {
        let mut group = 0u32;
        for n in 0..4 {
            let value = match chunk.get(n) {
                None => 0,
                Some(sign) => SIGNS.iter().position(|known| known == sign)?,
            };
            group = group << 6 | u32::try_from(value).ok()?;
        }
        let [_, first, second, third] = group.to_be_bytes();
        out.extend([first, second, third].iter().take(chunk.len().saturating_sub(1)));
    }
    (encode(&out) == text).then_some(out)
}
