//! What people call the things of an account.

use super::kommo_account::Fake;
use super::scratch::Scratch;
use super::{FILES, pull, text, with_token};
use serde_json::{Value, json};

/// Whatever people call things, the project compiles, and the next pull finds them all again.
#[test]
fn titles_of_all_kinds() {
    let long = "x".repeat(300);
    let titles = [
        "",
        " ",
        "\"q\" {x} \\",
        "a\nb",
        "// c",
        "/* d",
        "step",
        "end",
        "any",
        "Ёжик",
        "日本",
        "e\u{301}",
        "é",
        "🍕",
        "1st",
        "_",
        "Same",
        "Same",
        "same",
        &long,
        "\u{202e}abc",
        "lead",
        "max",
        "a | b",
        "\u{7}",
        "name",
        "won",
        "http",
        "digits",
        "Source",
        "stage",
        "Other",
        "Delivered",
    ];
    let named = |first: u64, more: &dyn Fn(u64) -> Value| -> Value {
        let thing = |(at, title): (usize, &&str)| {
            let mut thing = more(at as u64);
            thing["id"] = json!(first + at as u64);
            thing["name"] = json!(title);
            thing
        };
        titles.iter().enumerate().map(thing).collect::<Vec<Value>>().into()
    };
    let stages = |at: u64| named(10_000 + at * 100, &|_| json!({}));
    let enums = |at: u64| -> Value {
        let one =
            |(nth, title): (usize, &&str)| json!({"id": 50_000 + at * 100 + nth as u64, "value": title});
        titles.iter().enumerate().map(one).collect::<Vec<Value>>().into()
    };
    let kinds = ["text", "select", "multiselect", "checkbox", "date_time", "monetary", "url", "birthday"];
    let fake = Fake::with(json!({
        "account": {"id": 1, "name": "X", "country": "XX", "currency": "EUR", "language": "en", "_embedded": {
            "users_groups": named(300, &|_| json!({})), "datetime_settings": {"timezone": "Nowhere/Else"}}},
        "pipelines": named(100, &|at| json!({"_embedded": {"statuses": stages(at)}})),
        "users": named(200, &|at| json!({"rights": {"is_active": true, "group_id": 300 + at}})),
        "leads/custom_fields": named(400, &|at| json!({"type": kinds[at as usize % 8], "enums": enums(at)})),
        "contacts/custom_fields": named(500, &|_| json!({"type": "text"})),
        "companies/custom_fields": named(600, &|_| json!({"type": "numeric"})),
        "bots": named(700, &|_| json!({})),
        "sources": named(800, &|_| json!({"services": [{"type": "telegram"}]})),
        "chats/templates": named(900, &|at| json!({"content": format!("{} {{{{contact.name}}}} {{{{1}}}}", titles[at as usize])})),
    }));
    let scratch = Scratch::new("pull-titles");
    scratch.write("shop/bot.sbot", "bot b\n\nuse \"account.sbot\"\n\ntrigger manual\n\nstep a:\n  -> end\n");
    pull(&scratch, &fake, &[]).exits(0);
    scratch.sbotc(&["check", "shop"]).exits(0);
    scratch.sbotc(&["fmt", "--check", "shop"]).exits(0);
    pull(&scratch, &fake, &[]).exits(0).says("Nothing to write");
    pull(&scratch, &fake, &["--check"]).exits(0).says("No difference");
}

/// An item twice, a title with line ends of two kinds, a stage that is called like one that every pipeline has, and a
/// choice that takes the name of another one: a pull finds an end, and the project is one.
#[test]
fn what_accounts_are_like_is_settled_at_once() {
    let fake = Fake::new();
    fake.change(|state| {
        let stages = &mut state.lists["pipelines"][0]["_embedded"]["statuses"];
        let stages = stages.as_array_mut().unwrap();
        stages.insert(0, json!({"id": 5, "name": "Won", "sort": 1}));
        stages.push(stages[1].clone());
        let users = state.lists["users"].as_array_mut().unwrap();
        users[0]["name"] = json!("An\rna");
        users.push(users[0].clone());
        let fields = state.lists["leads/custom_fields"].as_array_mut().unwrap();
        let enums = json!([{"id": 7, "value": "M\r", "sort": 1}, {"id": 8, "value": "a\nb"}, {"id": 9, "value": "a\r\nb"}]);
        fields.push(json!({"id": 99, "name": "Odd", "type": "select", "enums": enums}));
        fields.push(fields[0].clone());
    });
    let scratch = Scratch::new("pull-settled");
    scratch.write(
        "shop/account.sbot",
        "pipeline sales \"Sales\" {\n  won \"Won\" // ours\n  , lost \"Lost\"\n}\n",
    );
    let again = |scratch: &Scratch| {
        let before = FILES.map(|file| text(scratch, &format!("shop/{file}")));
        pull(scratch, &fake, &[]);
        assert_eq!(before, FILES.map(|file| text(scratch, &format!("shop/{file}"))));
        let errors = with_token(scratch, &["check", "shop/account.sbot"], None).err;
        assert!(!errors.contains("error["), "{errors}");
    };
    pull(&scratch, &fake, &[]);
    let env = text(&scratch, "shop/account.env.toml");
    assert!(env.contains("\"sales.won\" = 142\n"), "{env}");
    again(&scratch);
    fake.change(|state| {
        let fields = state.lists["leads/custom_fields"].as_array_mut().unwrap();
        let odd = fields.iter_mut().find(|field| field["id"] == 99).unwrap();
        odd["enums"] =
            json!([{"id": 7, "value": "A"}, {"id": 8, "value": "a\nb"}, {"id": 10, "value": "M\n"}]);
    });
    pull(&scratch, &fake, &[]);
    again(&scratch);
    // What the account does not tell, it has not lost.
    let before = text(&scratch, "shop/account.env.toml");
    fake.change(|state| {
        state.lists["account"].as_object_mut().unwrap().remove("_embedded");
    });
    pull(&scratch, &fake, &[]);
    assert_eq!(text(&scratch, "shop/account.env.toml"), before);
}
