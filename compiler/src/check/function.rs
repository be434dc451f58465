//! `fn` items.

use super::Checker;
use super::body::{Body, Kind};
use super::calls::Caller;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow::{self, falls_through};
use crate::ir::{self, FnId, Use};
use crate::resolve::{Def, FlowDecl};
use crate::types::Ty;

impl<'a> Checker<'a> {
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
    pub(super) fn flow_item(&mut self, at: usize, decl: &FlowDecl<'a>, library: bool) -> ir::Flow {
        let name = &decl.item.name.text;
        self.body = Body::new(Kind::Flow, name.clone());
        self.body.own = Some(Def::Flow(at));
        self.body.result.clone_from(&decl.result);
        self.defaults(Kind::Expression, &decl.params);
        for param in &decl.params {
            self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
        }
        self.declare_params(&decl.item.params, &format!("the flow `{name}`"));
        let mut body = self.block(&decl.item.body);
        self.unused_locals();
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
            doc: decl.doc.map(Into::into),
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
            self.unit = decl.unit;
            let (Some(block), Some(id)) = (&decl.item.body, self.function_ids.get(&at).copied()) else {
                self.defaults(Kind::Fn, &decl.params);
                continue;
            };
            self.calls.caller = if self.unit().std { Caller::Std(id) } else { Caller::Function(id) };
            self.defaults(Kind::Fn, &decl.params);
            self.body = Body::new(Kind::Fn, decl.item.name.text.clone());
            self.body.own = Some(Def::Fn(at));
            self.body.result = Some(decl.result.clone());
            for param in &decl.params {
                self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
            }
            self.declare_params(&decl.item.params, &format!("the function `{}`", decl.item.name.text));
            let body = self.block(block);
            self.unused_locals();
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
