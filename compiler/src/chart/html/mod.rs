//! A chart as a page: the picture, and what it takes to look around in it.
//!
//! The page stands alone, and its policy forbids it to load anything or to run any other script than its own, so a
//! text of a bot cannot become more than a text.

use super::Chart;
use super::svg::{self, Page, Xml, escaped};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("map.css");
const SCRIPT: &str = include_str!("map.js");

/// A chart as an HTML file. `link` makes the address behind a card's place from its file, line and column.
#[must_use]
pub fn html(chart: &Chart, link: Option<&dyn Fn(&super::At) -> String>) -> String {
    let drawing = svg::draw(chart, Some(&Page { link }));
    let title = format!("Map of {}", chart.title());
    let style = format!("{}{STYLE}", drawing.css);
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(&style),
        hash(SCRIPT)
    );
    let mut xml = Xml::default();
    xml.raw("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    xml.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n");
    xml.raw(&format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n"));
    xml.raw(&format!("<title>{}</title>\n<style>{style}</style>\n</head>\n<body>\n", escaped(&title)));
    let view = format!("0 0 {} {}", drawing.width, drawing.height);
    xml.raw(&format!(
        "<svg id=\"map\" role=\"group\" aria-label=\"{}\" data-view=\"{view}\"><g id=\"view\">",
        escaped(&title)
    ));
    xml.raw(&drawing.body);
    xml.raw("</g></svg>\n");
    xml.raw(include_str!("body.html"));
    xml.raw(&format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"));
    xml.done()
}

/// How a policy names a script or style sheet.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::from("sha256-");
    for three in Sha256::digest(text.as_bytes()).chunks(3) {
        let bits =
            three.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for n in 0..4 {
            let digit = DIGITS.get((bits >> (18 - 6 * n)) as usize & 63).copied();
            out.push(if n <= three.len() { char::from(digit.unwrap_or(b'=')) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_base64() {
        assert_eq!(hash(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
        assert_eq!(hash("abc"), "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
    }

    #[test]
    fn the_page_names_nothing_outside_of_it() {
        for part in [STYLE, SCRIPT, include_str!("body.html")] {
            for address in ["http:", "https:", "//", "url(", "@import", "innerHTML", "eval("] {
                let code = part.lines().filter(|line| !line.trim_start().starts_with("//"));
                assert!(!code.collect::<String>().contains(address), "{address}");
            }
        }
    }
}
