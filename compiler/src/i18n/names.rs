//! Stable names of places: what stands in `msgctxt`. They are made of the names that an author gave, and of the kind
//! of a statement where it has none, never of a line.

use crate::ir::{Local, Project};
use crate::source::{FileId, Sources};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A step, flow, `fn`, action or bot: its name, and those of its parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub(super) name: Arc<str>,
    /// With the bot or library it stands in: `welcome/greet`.
    pub(super) path: String,
    /// Its locals, or for bots and actions the parameters only; parameters come first.
    pub(super) locals: Vec<Arc<str>>,
}

impl Item {
    /// The name of the default of a parameter.
    pub(super) fn param(&self, index: usize) -> String {
        format!("{}/{}", self.path, self.locals.get(index).map_or("value", |name| name))
    }
}

/// The names of a bot.
#[derive(Clone, Debug, Default)]
pub(super) struct BotNames {
    pub(super) item: Item,
    pub(super) vars: Vec<Item>,
    pub(super) steps: Vec<Item>,
    pub(super) flows: Vec<Item>,
}

/// All names of a project, so that the walk over it may change it.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    pub(super) bots: Vec<BotNames>,
    pub(super) functions: Vec<Item>,
    /// Fields as `entity/field`.
    pub(super) fields: Vec<String>,
    /// Actions with their parameters.
    pub(super) actions: Vec<Item>,
    /// Of templates and everything else that is declared.
    pub(super) symbols: Vec<Arc<str>>,
    owners: FxHashMap<FileId, String>,
}

impl Names {
    /// `root` is the folder of the project; paths of libraries are told from there.
    pub(super) fn new(project: &Project, sources: &Sources, root: &str) -> Names {
        let mut owners: FxHashMap<FileId, String> = sources
            .iter()
            .map(|(file, source)| {
                let path = relative(root, &source.path);
                (file, path.strip_suffix(".sbot").unwrap_or(&path).to_owned())
            })
            .collect();
        for bot in &project.bots {
            owners.insert(bot.place.file, bot.name.to_string());
        }
        let mut names = Names { owners, ..Names::default() };
        let item = |file: FileId, name: &Arc<str>, locals: &[Local]| Item {
            name: Arc::clone(name),
            path: format!("{}/{name}", names.owner(file)),
            locals: locals.iter().map(|local| Arc::clone(&local.name)).collect(),
        };
        let functions = project
            .functions
            .iter()
            .map(|function| item(function.place.file, &function.name, &function.locals))
            .collect();
        let bots = project
            .bots
            .iter()
            .map(|bot| BotNames {
                item: Item {
                    name: Arc::clone(&bot.name),
                    path: bot.name.to_string(),
                    locals: bot.vars.iter().take(bot.params).map(|var| Arc::clone(&var.name)).collect(),
                },
                vars: bot.vars.iter().map(|var| item(var.place.file, &var.name, &[])).collect(),
                steps: bot.steps.iter().map(|step| item(step.place.file, &step.name, &step.locals)).collect(),
                flows: bot.flows.iter().map(|flow| item(flow.place.file, &flow.name, &flow.locals)).collect(),
            })
            .collect();
        let actions = project.actions.iter().map(|action| Item {
            name: Arc::clone(&action.name),
            path: format!("action/{}", action.name),
            locals: action.params.iter().map(|param| Arc::clone(&param.name)).collect(),
        });
        names.actions = actions.collect();
        names.fields =
            project.fields.iter().map(|field| format!("{}/{}", field.entity, field.name)).collect();
        names.symbols = project.symbols.iter().map(|symbol| Arc::clone(&symbol.name)).collect();
        names.functions = functions;
        names.bots = bots;
        names
    }

    /// The bot whose file it is, or the path of a library without its ending.
    pub(super) fn owner(&self, file: FileId) -> &str {
        self.owners.get(&file).map_or("", String::as_str)
    }
}

/// A path as seen from the folder `root`; files of the standard library are seen the same from everywhere.
pub(super) fn relative(root: &str, path: &str) -> String {
    if path.starts_with("std/") && sbot_stdlib::file(path).is_some() {
        return path.to_owned();
    }
    let root: Vec<&str> = parts(root);
    let path: Vec<&str> = parts(path);
    let shared = root.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let mut out: Vec<&str> = root.iter().skip(shared).map(|_| "..").collect();
    out.extend(path.iter().skip(shared));
    out.join("/")
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").collect()
}

#[cfg(test)]
mod tests {
    use super::relative;

    #[test]
    fn paths_are_told_from_the_project() {
        assert_eq!(relative("", "bot.sbot"), "bot.sbot");
        assert_eq!(relative(".", "lib/a.sbot"), "lib/a.sbot");
        assert_eq!(relative("/x/shop/", "/x/shop/bot.sbot"), "bot.sbot");
        assert_eq!(relative("shop", "common/a.sbot"), "../common/a.sbot");
        assert_eq!(relative("shop", "std/crm.sbot"), "std/crm.sbot");
    }
}
