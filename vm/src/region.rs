//! Numbers and amounts of money as people write them in the account's region: the other direction of
//! [`crate::find::Numbers`], which reads every form that is written here.
//!
//! The tables are those of CLDR 46 for the main language of a region, and name regions by their ISO 3166 codes. Left out
//! is what differs between languages of one region, and marks of direction.

use crate::context::Context;
use crate::find::Decimals;

/// Regions with a decimal comma and spaces between groups; the others with a comma have points.
const SPACES: &str = "AL AM AO AX BF BG BJ BL BV BY CD CG CI CM CR CV CZ DJ EE FI FR GA GE GF GN GP GW HT HU KG KM KZ \
    LT LV MC MF ML MQ MZ NA NC NE NO PF PL PM PT RE RU SC SE SJ SK SN ST TD TF TG TJ TL TM UA UZ WF XK YT ZA";
/// Regions whose groups are of two digits before the last three.
const PAIRS: &str = "BD BT IN MV NP";
/// Regions that write the currency on the other side than most with their decimal sign: before the amount with a
/// comma, after it with a point.
const CROSSED: &str = "AE AF AR AT AW BD BE BH BO BQ BR CF CL CO CR CU CW EC EG GL GS ID IL IQ IR JO KW LA MG MM NA NL \
    OM PS PY QA RW SA SD SR SS SX SY TR UY VE YE ZA";
/// Regions that write a space between the currency and an amount after it.
const APART: &str = "AF AT AW BE BN BQ BR CH CW IR LI MG MN MV NL NP PE PY SR TO TZ UY";

/// Currencies with a sign of their own, wherever they are written.
const SIGNS: &[(&str, &str)] = &[
    ("AMD", "֏"),
    ("AUD", "A$"),
    ("AZN", "₼"),
    ("BRL", "R$"),
    ("CAD", "CA$"),
    ("CNY", "CN¥"),
    ("CZK", "Kč"),
    ("EUR", "€"),
    ("GBP", "£"),
    ("GEL", "₾"),
    ("HKD", "HK$"),
    ("HUF", "Ft"),
    ("ILS", "₪"),
    ("INR", "₹"),
    ("JPY", "¥"),
    ("KRW", "₩"),
    ("KZT", "₸"),
    ("MXN", "MX$"),
    ("NGN", "₦"),
    ("NZD", "NZ$"),
    ("PHP", "₱"),
    ("PLN", "zł"),
    ("RUB", "₽"),
    ("THB", "฿"),
    ("TRY", "₺"),
    ("TWD", "NT$"),
    ("UAH", "₴"),
    ("USD", "$"),
    ("VND", "₫"),
];

/// Regions that call their own money by a sign that is another's elsewhere.
const OWN_SIGNS: &[(&str, &str, &str)] = &[
    ("AR", "ARS", "$"),
    ("AU", "AUD", "$"),
    ("CA", "CAD", "$"),
    ("CL", "CLP", "$"),
    ("CN", "CNY", "¥"),
    ("CO", "COP", "$"),
    ("HK", "HKD", "$"),
    ("MX", "MXN", "$"),
    ("NZ", "NZD", "$"),
    ("SG", "SGD", "$"),
    ("TW", "TWD", "$"),
    ("UY", "UYU", "$"),
];

/// Currencies that are written without decimals, after their use today.
const WHOLE: &str = "AFN ALL BIF CLP COP DJF GNF HUF IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MMK PYG RWF SOS SYP UGX VND \
    VUV XAF XOF XPF YER";
/// Currencies that are written with three decimals.
const MILS: &str = "BHD JOD KWD LYD OMR TND";

fn lists(list: &str, code: &str) -> bool {
    list.split(' ').any(|known| known == code)
}

/// How many decimals amounts of a currency have: those of the code in capital letters, 2 for one that is not known.
#[must_use]
pub(crate) fn decimals(currency: &str) -> i64 {
    if lists(WHOLE, currency) {
        0
    } else if lists(MILS, currency) {
        3
    } else {
        2
    }
}

/// A number in the language's own form (`-1234.5`) as the region writes it: `-1,234.5`, `-1.234,5`, `-1 234,5`.
#[must_use]
pub(crate) fn grouped(plain: &str, context: &Context) -> String {
    let region = context.account().region.as_deref().unwrap_or("");
    let decimals = Decimals::of(context);
    let (point, group) = match decimals {
        Decimals::Point if matches!(region, "CH" | "LI") => ('.', '’'),
        Decimals::Point => ('.', ','),
        Decimals::Comma if lists(SPACES, region) => (',', '\u{A0}'),
        Decimals::Comma => (',', '.'),
    };
    let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = whole.trim_start_matches('-');
    let mut out = String::from(if whole.starts_with('-') { "-" } else { "" });
    let pairs = lists(PAIRS, region);
    for (n, digit) in digits.chars().enumerate() {
        let left = digits.len() - n;
        let begins = if pairs { left >= 3 && !left.is_multiple_of(2) } else { left.is_multiple_of(3) };
        if n > 0 && begins {
            out.push(group);
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push(point);
        out.push_str(fraction);
    }
    out
}

/// An amount in the language's own form with its currency, as the region writes it: `€1,234.50`, `1.234,50 €`. A currency
/// without a sign is written by its code. Spaces are such that no line breaks there.
#[must_use]
pub(crate) fn money(plain: &str, currency: &str, context: &Context) -> String {
    let region = context.account().region.as_deref().unwrap_or("");
    let own =
        OWN_SIGNS.iter().find(|(of, code, _)| *of == region && *code == currency).map(|(_, _, sign)| *sign);
    let sign = own.unwrap_or_else(|| {
        let taken = currency == "USD" && OWN_SIGNS.iter().any(|(of, _, sign)| *of == region && *sign == "$");
        let known = SIGNS.iter().find(|(code, _)| *code == currency).map_or(currency, |(_, sign)| *sign);
        if taken { "US$" } else { known }
    });
    let before = (Decimals::of(context) == Decimals::Point) != lists(CROSSED, region);
    let amount = grouped(plain.trim_start_matches('-'), context);
    let minus = if plain.starts_with('-') { "-" } else { "" };
    if !before {
        return format!("{minus}{amount}\u{A0}{sign}");
    }
    // A code would run into the digits.
    let apart = lists(APART, region) || sign.ends_with(char::is_alphabetic);
    format!("{minus}{sign}{}{amount}", if apart { "\u{A0}" } else { "" })
}
