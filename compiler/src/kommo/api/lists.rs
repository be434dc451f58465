//! The lists, and how an item of each is read. What nobody needs here is not looked at.

use super::List;
use super::page::{Of, Wrong};
use crate::kommo::account::{Account, Channel, Field, LOST, Pipeline, Template, Thing, User, WON};
use std::collections::BTreeSet;

/// So many of each at once: Kommo allows 250, and asks for no more than 50.
const LIMIT: Option<u32> = Some(50);
/// The group of users that every account has. `null` stands for it.
const FIRST_GROUP: i64 = 0;

/// All lists, what every token may read first.
pub static LISTS: &[List] = &[
    // <https://developers.kommo.com/reference/account-parameters>
    List {
        what: "the account",
        path: "/api/v4/account",
        with: Some("users_groups,datetime_settings"),
        limit: None,
        optional: false,
        items: None,
        read: account,
    },
    // <https://www.kommo.com/developers/content/api_v4/leads-pipelines-and-statuses/>
    List {
        what: "pipelines",
        path: "/api/v4/leads/pipelines",
        with: None,
        limit: None,
        optional: false,
        items: Some("pipelines"),
        read: pipeline,
    },
    // <https://developers.kommo.com/reference/custom-fields-by-id>
    fields("fields of leads", "/api/v4/leads/custom_fields", lead_field),
    fields("fields of contacts", "/api/v4/contacts/custom_fields", contact_field),
    fields("fields of companies", "/api/v4/companies/custom_fields", company_field),
    // For administrators only: <https://developers.kommo.com/reference/users-list>
    List {
        what: "users",
        path: "/api/v4/users",
        with: None,
        limit: LIMIT,
        optional: true,
        items: Some("users"),
        read: user,
    },
    // `items`, where every other list is called like what is in it.
    List {
        what: "bots",
        path: "/api/v4/bots",
        with: None,
        limit: LIMIT,
        optional: true,
        items: Some("items"),
        read: bot,
    },
    // Those of the integration that the token is of: <https://developers.kommo.com/reference/get-sources>
    List {
        what: "channels",
        path: "/api/v4/sources",
        with: None,
        limit: None,
        optional: true,
        items: Some("sources"),
        read: source,
    },
    // Those of the integration that the token is of, 50 at most, for administrators only:
    // <https://www.amocrm.ru/developers/content/crm_platform/chat-templates-api>
    List {
        what: "chat templates",
        path: "/api/v4/chats/templates",
        with: None,
        limit: LIMIT,
        optional: true,
        items: Some("chat_templates"),
        read: template,
    },
];

const fn fields(
    what: &'static str,
    path: &'static str,
    read: fn(&Of<'_>, &mut Account) -> Result<i64, Wrong>,
) -> List {
    List { what, path, with: None, limit: LIMIT, optional: false, items: Some("custom_fields"), read }
}

fn thing(item: &Of<'_>) -> Result<Thing, Wrong> {
    titled(item, "name")
}

/// An id, and what people call it: with one kind of line ends.
fn titled(item: &Of<'_>, key: &str) -> Result<Thing, Wrong> {
    let title = item.get(key)?.text()?.replace("\r\n", "\n").replace('\r', "\n");
    Ok(Thing { id: item.get("id")?.int()?, title })
}

/// Each id once: an item that is added while pages are read moves another one to the next page.
fn once(mut all: Vec<Thing>) -> Vec<Thing> {
    let mut seen = BTreeSet::new();
    all.retain(|thing| seen.insert(thing.id));
    all
}

fn account(answer: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let text = |key: &str| answer.maybe(key).map(|value| value.text()).transpose();
    account.region = text("country")?;
    account.language = text("language")?;
    account.currency = text("currency")?;
    if let Some(embedded) = answer.maybe("_embedded") {
        if let Some(settings) = embedded.maybe("datetime_settings") {
            account.zone = settings.maybe("timezone").map(|zone| zone.text()).transpose()?;
        }
        if let Some(groups) = embedded.maybe("users_groups") {
            account.teams = Some(once(groups.list()?.iter().map(thing).collect::<Result<_, _>>()?));
        }
    }
    answer.get("id")?.int()
}

fn pipeline(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    let stages = item.get("_embedded")?.get("statuses")?.list()?;
    let mut stages = once(stages.iter().map(thing).collect::<Result<_, _>>()?);
    for (id, title) in [(WON, "Closed - won"), (LOST, "Closed - lost")] {
        if !stages.iter().any(|stage| stage.id == id) {
            stages.push(Thing { id, title: title.to_owned() });
        }
    }
    let archived = item.maybe("is_archive").map(|value| value.bool()).transpose()?.unwrap_or(false);
    account.pipelines.push(Pipeline { thing: of, archived, stages });
    Ok(id)
}

fn user(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    let rights = item.get("rights")?;
    let active = rights.maybe("is_active").map(|value| value.bool()).transpose()?.unwrap_or(true);
    let team = rights.maybe("group_id").map(|value| value.int()).transpose()?.or(Some(FIRST_GROUP));
    account.users.get_or_insert_default().push(User { thing: of, active, team });
    Ok(id)
}

fn lead_field(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    field("lead", item, account)
}

fn contact_field(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    field("contact", item, account)
}

fn company_field(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    field("company", item, account)
}

fn field(entity: &'static str, item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    let mut enums = Vec::new();
    if let Some(list) = item.maybe("enums") {
        for one in list.list()? {
            enums.push(titled(&one, "value")?);
        }
    }
    let code = item.maybe("code").map(|code| code.text()).transpose()?;
    let kind = item.get("type")?.text()?;
    account.fields.push(Field { entity, thing: of, code, kind, enums: once(enums) });
    Ok(id)
}

fn bot(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    account.bots.get_or_insert_default().push(of);
    Ok(id)
}

fn source(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    let mut kind = None;
    if let Some(services) = item.maybe("services") {
        for service in services.list()? {
            let word = service.maybe("type").map(|word| word.text()).transpose()?;
            kind = kind.or(word.filter(|word| !word.is_empty()));
        }
    }
    account.channels.push(Channel { thing: of, kind });
    Ok(id)
}

fn template(item: &Of<'_>, account: &mut Account) -> Result<i64, Wrong> {
    let of = thing(item)?;
    let id = of.id;
    let text = item.maybe("content").map(|text| text.text()).transpose()?.unwrap_or_default();
    account.templates.push(Template { thing: of, text });
    Ok(id)
}
