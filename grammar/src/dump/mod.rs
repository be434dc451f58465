//! The tree as text, for tests: an indented S-expression without places.
//! Two files are the same program if and only if their dumps are equal.

mod expr;
mod item;
mod statement;

use crate::ast::{File, Name, Path};

/// What fits into so many characters stands on one line.
const WIDTH: usize = 100;

/// The whole file, an item after the other, each ended by a line break.
#[must_use]
pub fn dump(file: &File) -> String {
    let mut text = String::new();
    for item in &file.items {
        item::item(item).print(0, &mut text);
        text.push('\n');
    }
    text
}

/// A node of the S-expression.
enum Node {
    Atom(String),
    List(Vec<Node>),
}

/// `(head child …)`.
fn list(head: &str, children: impl IntoIterator<Item = Node>) -> Node {
    let mut all = vec![atom(head)];
    all.extend(children);
    Node::List(all)
}

fn atom(text: impl Into<String>) -> Node {
    Node::Atom(text.into())
}

fn name(name: &Name) -> Node {
    atom(name.text.as_str())
}

fn names(head: &str, all: &[Name]) -> Option<Node> {
    (!all.is_empty()).then(|| list(head, all.iter().map(name)))
}

fn path(path: &Path) -> Node {
    let names: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
    atom(names.join("."))
}

/// `(head node)`, if there is one.
fn labelled(head: &str, node: Option<Node>) -> Option<Node> {
    node.map(|node| list(head, [node]))
}

/// Text in quotes, on one line.
fn quoted(text: &str) -> Node {
    atom(format!("{text:?}"))
}

impl Node {
    /// The characters on one line, or more than `WIDTH`.
    fn width(&self) -> usize {
        match self {
            Node::Atom(text) => text.chars().count(),
            Node::List(all) => {
                let mut width = 1;
                for node in all {
                    width += node.width() + 1;
                    if width > WIDTH {
                        break;
                    }
                }
                width
            }
        }
    }

    fn print(&self, indent: usize, text: &mut String) {
        match self {
            Node::Atom(atom) => text.push_str(atom),
            Node::List(all) => {
                let breaks = indent + self.width() > WIDTH;
                text.push('(');
                for (index, node) in all.iter().enumerate() {
                    if index > 0 && breaks && matches!(node, Node::List(_)) {
                        text.push('\n');
                        text.push_str(&" ".repeat(indent + 2));
                    } else if index > 0 {
                        text.push(' ');
                    }
                    node.print(indent + 2, text);
                }
                text.push(')');
            }
        }
    }
}
