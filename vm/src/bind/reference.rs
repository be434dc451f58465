//! References: to what the source declares, by a name that is checked at build time, and to what only the host knows.

use super::{Typed, Unfit};
use crate::value::{Undeclared, Value};
use std::sync::Arc;

/// A reference to a user, a stage and the like: most of an account's are of no concern to its bots, and any of them can
/// stand where a reference stands.
///
/// Two that are undeclared are the same if their ids are, whatever their titles; none is the same as a declared one.
#[derive(Clone, Debug)]
pub enum Ref<T> {
    /// What the source declares.
    Declared(T),
    /// What it does not: the host's own id, and what people see.
    Undeclared(Arc<Undeclared>),
}

impl<T> Ref<T> {
    /// What the source does not declare, by the host's own id of it; `title` is what people see.
    #[must_use]
    pub fn undeclared(id: &str, title: &str) -> Ref<T> {
        Ref::Undeclared(Arc::new(Undeclared { id: Arc::from(id), title: Arc::from(title) }))
    }

    /// The name in the source, of one that is declared.
    #[must_use]
    pub fn declared(&self) -> Option<&T> {
        if let Ref::Declared(declared) = self { Some(declared) } else { None }
    }
}

impl<T> From<T> for Ref<T> {
    fn from(declared: T) -> Ref<T> {
        Ref::Declared(declared)
    }
}

impl<T: PartialEq> PartialEq for Ref<T> {
    fn eq(&self, other: &Ref<T>) -> bool {
        match (self, other) {
            (Ref::Declared(a), Ref::Declared(b)) => a == b,
            (Ref::Undeclared(a), Ref::Undeclared(b)) => a.id == b.id,
            (Ref::Declared(_), Ref::Undeclared(_)) | (Ref::Undeclared(_), Ref::Declared(_)) => false,
        }
    }
}

impl<T: Eq> Eq for Ref<T> {}

/// So that a host can compare one with a name of the source.
impl<T: PartialEq> PartialEq<T> for Ref<T> {
    fn eq(&self, other: &T) -> bool {
        self.declared() == Some(other)
    }
}

impl<N, T: Typed<N>> Typed<N> for Ref<T> {
    fn read(names: &N, value: &Value) -> Option<Ref<T>> {
        if let Value::Undeclared(one) = value {
            return Some(Ref::Undeclared(Arc::clone(one)));
        }
        T::read(names, value).map(Ref::Declared)
    }

    fn write(&self, names: &N) -> Result<Value, Unfit> {
        match self {
            Ref::Declared(declared) => declared.write(names),
            Ref::Undeclared(one) => Ok(Value::Undeclared(Arc::clone(one))),
        }
    }
}
