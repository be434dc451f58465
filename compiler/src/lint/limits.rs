//! W0704: how much of a label each kind of channel shows. The one table, with the source of each number.
//!
//! Lengths are counted as the channels count them: in characters of Unicode (code points), so an emoji made of several
//! is as long as they are, and a letter with its accent is one or two.

/// What a text is on a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// A reply button, a link button, or the one that opens a list.
    Button,
    /// An option of a list.
    Row,
    /// The description of an option.
    About,
}

/// How much is shown.
pub(crate) struct Limit {
    /// The kind of channel.
    pub kind: &'static str,
    /// What people call it.
    pub name: &'static str,
    pub part: Part,
    /// Characters.
    pub most: usize,
}

pub(crate) const LIMITS: &[Limit] = &[
    // Meta, WhatsApp Cloud API, interactive reply buttons and call-to-action buttons: titles of at most 20 characters;
    // interactive lists: the button that opens the list as well.
    Limit { kind: "whatsapp", name: "WhatsApp", part: Part::Button, most: 20 },
    // Meta, WhatsApp Cloud API, interactive list messages: the title of a row.
    Limit { kind: "whatsapp", name: "WhatsApp", part: Part::Row, most: 24 },
    // Meta, WhatsApp Cloud API, interactive list messages: the description of a row.
    Limit { kind: "whatsapp", name: "WhatsApp", part: Part::About, most: 72 },
    // Kommo, Facebook Messenger: the label of a button is cut after 80 characters.
    Limit { kind: "facebook", name: "Messenger", part: Part::Button, most: 80 },
];

/// How many reply buttons WhatsApp shows below one message (Meta, WhatsApp Cloud API, interactive reply buttons). Kommo
/// sends the others with further messages (Salesbot guide, "Message": no more than three, "to avoid message splitting").
pub(crate) const WHATSAPP_BUTTONS: usize = 3;
