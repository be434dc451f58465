//! Which type of the language a type of Kommo's custom fields is.

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// Yes or no.
    Bool,
    /// One of a list.
    Choice,
    /// Some of a list.
    Choices,
    /// A day.
    Date,
    /// A day with a time.
    DateTime,
    /// An address of the web.
    Url,
}

/// Kommo's types (<https://developers.kommo.com/reference/custom-fields>), and what each is here. Those that are missing
/// have no equivalent: addresses in parts, tax numbers, files, links to other entities, lists of products.
pub const KINDS: &[(&str, FieldKind)] = &[
    ("text", FieldKind::Text),
    ("textarea", FieldKind::Text),
    ("streetaddress", FieldKind::Text),
    ("tracking_data", FieldKind::Text),
    ("numeric", FieldKind::Number),
    ("price", FieldKind::Number),
    ("monetary", FieldKind::Number),
    ("checkbox", FieldKind::Bool),
    ("select", FieldKind::Choice),
    ("radiobutton", FieldKind::Choice),
    ("category", FieldKind::Choice),
    ("multiselect", FieldKind::Choices),
    ("date", FieldKind::Date),
    ("birthday", FieldKind::Date),
    ("date_time", FieldKind::DateTime),
    ("url", FieldKind::Url),
];

/// Fields that every account has, by their code, and which the language has already.
pub(super) const BUILT_IN: &[(&str, &str)] = &[("PHONE", "phone"), ("EMAIL", "email")];

/// More choices than this are no list that anybody writes down: such a field is a text.
pub(super) const MOST_CHOICES: usize = 200;

/// What a type of Kommo is here, if it is anything.
#[must_use]
pub fn kind(name: &str) -> Option<FieldKind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// A type as it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// By its name.
    Named(String),
    /// One of these.
    Choice,
    /// A list of something.
    List(Box<Shape>),
    /// A name that a file declares which is not seen here, a record.
    Unknown,
}

impl FieldKind {
    /// Whether a field of this kind may be declared so. Somebody may know more of it than Kommo tells: that a number is
    /// whole, that a text is a phone number.
    pub(super) fn takes(self, shape: &Shape) -> bool {
        let named = |names: &[&str]| match shape {
            Shape::Named(name) => names.contains(&name.as_str()),
            Shape::Unknown => true,
            Shape::Choice | Shape::List(_) => false,
        };
        match self {
            FieldKind::Text => named(&["text", "phone", "email", "url"]),
            FieldKind::Number => named(&["number", "int"]),
            FieldKind::Bool => named(&["bool"]),
            FieldKind::Choice => *shape == Shape::Choice || named(&["text"]),
            FieldKind::Choices => match shape {
                Shape::List(item) => FieldKind::Choice.takes(item),
                Shape::Unknown => true,
                Shape::Named(_) | Shape::Choice => false,
            },
            FieldKind::Date => named(&["date"]),
            FieldKind::DateTime => named(&["datetime"]),
            FieldKind::Url => named(&["url", "text"]),
        }
    }

    /// How it is written where it has these choices.
    pub(super) fn written(self, choices: &[String]) -> String {
        let list = |bracketed: bool| {
            if choices.is_empty() || choices.len() > MOST_CHOICES {
                return if bracketed { "[text]" } else { "text" }.to_owned();
            }
            let quoted: Vec<String> =
                choices.iter().map(|choice| crate::kommo::quotes::quoted(choice)).collect();
            let all = quoted.join(" | ");
            if bracketed { format!("[{all}]") } else { all }
        };
        match self {
            FieldKind::Text => "text".to_owned(),
            FieldKind::Number => "number".to_owned(),
            FieldKind::Bool => "bool".to_owned(),
            FieldKind::Choice => list(false),
            FieldKind::Choices => list(true),
            FieldKind::Date => "date".to_owned(),
            FieldKind::DateTime => "datetime".to_owned(),
            FieldKind::Url => "url".to_owned(),
        }
    }
}
