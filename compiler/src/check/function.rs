//! `fn` items.

use super::Checker;
use super::body::{Body, Kind};
use super::calls::Caller;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow::{self, falls_through};
use crate::ir::{self, FnId, Use};
use crate::resolve::FlowDecl;
use crate::types::Ty;

impl Checker<'_> {
    /// Numbers the functions that have a body.
    pub(super) fn number_functions(&mut self) {
        for (at, decl) in self.names.functions.iter().enumerate() {
            if decl.item.body.is_some() {
                let id = FnId(u32::try_from(self.function_ids.len()).unwrap_or(u32::MAX));
                self.function_ids.insert(at, id);
            }
        }
    }

    /// Checks a flow as the bot at hand calls it.
    pub(super) fn flow_item(&mut self, decl: &FlowDecl<'_>, library: bool) -> ir::Flow {
        let name = &decl.item.name.text;
        self.body = Body::new(Kind::Flow, name.clone());
        self.body.result.clone_from(&decl.result);
        for param in &decl.params {
            self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
        }
        let mut body = self.block(&decl.item.body);
        self.bound_locals(decl.place);
        if let Some(result) = decl.result.as_ref().filter(|result| **result != Ty::Error)
            && falls_through(&body)
        {
            self.report(
                Diagnostic::new(
                    Code::E0309,
                    decl.place,
                    format!("the flow `{name}` does not return a value on every path"),
                )
                .help(format!("end every path with `return …`, a value of type `{result}`")),
            );
        }
        flow::live::trim(&mut body, self.body.locals.len());
        ir::Flow {
            name: name.as_str().into(),
            params: decl.params.len(),
            locals: std::mem::take(&mut self.body.locals),
            result: decl.result.clone(),
            body,
            place: decl.place,
            library,
        }
    }

    /// Checks every function once.
    pub(super) fn functions(&mut self) {
        for (at, decl) in self.names.functions.clone().into_iter().enumerate() {
            let (Some(block), Some(id)) = (&decl.item.body, self.function_ids.get(&at).copied()) else {
                continue;
            };
            self.unit = decl.unit;
            self.calls.caller = if self.unit().std { Caller::Std(id) } else { Caller::Function(id) };
            self.body = Body::new(Kind::Fn, decl.item.name.text.clone());
            self.body.result = Some(decl.result.clone());
            for param in &decl.params {
                self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
            }
            let body = self.block(block);
            self.bound_locals(decl.place);
            if falls_through(&body) && decl.result != Ty::Error {
                self.report(
                    Diagnostic::new(
                        Code::E0309,
                        decl.place,
                        format!("`{}` does not return a value on every path", decl.item.name.text),
                    )
                    .help(format!("end every path with `return …`, a value of type `{}`", decl.result)),
                );
            }
            self.out.functions.push(ir::Function {
                name: decl.item.name.text.as_str().into(),
                params: decl.params.len(),
                locals: std::mem::take(&mut self.body.locals),
                body,
                place: decl.place,
                used: Use::No,
            });
        }
        self.body = Body::default();
        self.calls.caller = Caller::Bot;
    }
}
