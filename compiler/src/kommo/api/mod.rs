//! What Kommo's API v4 tells of an account. In: which list, and the JSON of one of its pages. Out: an [`Account`] that has
//! what stands there, or what is wrong with the page and where. Nothing here knows a network; whoever has one asks for
//! the addresses of [`LISTS`].
//!
//! A page is HAL: `{"_links": {"next": {"href": …}}, "_embedded": {"users": […]}}`, without `next` on the last one, and
//! `204` where there is nothing (<https://developers.kommo.com/docs/limitations>).

mod lists;
mod page;

pub use lists::LISTS;
pub use page::Wrong;

use super::account::Account;
use page::Of;
use sbot_embed::json;
use std::collections::BTreeSet;

/// One list of the API.
#[derive(Debug)]
pub struct List {
    /// What it has, for people.
    pub what: &'static str,
    /// Its address: `/api/v4/users`.
    pub path: &'static str,
    /// What is to be told beside, if anything: the value of `with`.
    pub with: Option<&'static str>,
    /// How many to ask for at once; none for a list that comes as a whole.
    pub limit: Option<u32>,
    /// It may be refused to a token that is good otherwise, and something can be done without it.
    pub optional: bool,
    /// What the items are called in `_embedded`; none for an answer that is one object.
    items: Option<&'static str>,
    read: fn(&Of<'_>, &mut Account) -> Result<i64, Wrong>,
}

/// More pages than this are no account, but an answer that does not end.
pub const MOST_PAGES: u32 = 400;

/// A list that is being read.
#[derive(Debug)]
pub struct Reading {
    list: &'static List,
    page: u32,
    seen: BTreeSet<i64>,
}

impl Reading {
    /// From its first page on.
    #[must_use]
    pub fn new(list: &'static List) -> Reading {
        Reading { list, page: 1, seen: BTreeSet::new() }
    }

    /// Path and query of the page that comes next.
    #[must_use]
    pub fn address(&self) -> String {
        let list = self.list;
        let mut query = Vec::new();
        if let Some(with) = list.with {
            query.push(format!("with={with}"));
        }
        if let Some(limit) = list.limit {
            query.push(format!("page={}&limit={limit}", self.page));
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{}", list.path, query.join("&"))
    }

    /// Whether there is always one: the account itself.
    #[must_use]
    pub fn is_needed(&self) -> bool {
        self.list.items.is_none()
    }

    /// Which page comes next.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page
    }

    /// The list could be read and has nothing: `204`.
    pub fn nothing(&self, account: &mut Account) {
        match self.list.items {
            Some("users") => {
                account.users.get_or_insert_default();
            }
            Some("items") => {
                account.bots.get_or_insert_default();
            }
            Some(_) | None => {}
        }
    }

    /// Takes what stands on a page. True if another one follows.
    ///
    /// # Errors
    /// It is no JSON, or not what is documented.
    pub fn take(&mut self, text: &str, account: &mut Account) -> Result<bool, Wrong> {
        let read = json::read(text).map_err(|why| Wrong::new("", why.to_string()))?;
        let page = Of::new(&read);
        let Some(name) = self.list.items else {
            (self.list.read)(&page, account)?;
            return Ok(false);
        };
        self.nothing(account);
        let before = self.seen.len();
        let items = page.get("_embedded")?.get(name)?.list()?;
        for item in &items {
            if self.seen.insert(item.get("id")?.int()?) {
                (self.list.read)(item, account)?;
            }
        }
        let more = page.maybe("_links").is_some_and(|links| links.maybe("next").is_some());
        if !more || self.list.limit.is_none() {
            return Ok(false);
        }
        if self.seen.len() == before {
            return Err(Wrong::new(
                "_links.next",
                "another page follows, and this one has nothing new".to_owned(),
            ));
        }
        if self.page == MOST_PAGES {
            return Err(Wrong::new("_links.next", format!("there are more than {MOST_PAGES} pages")));
        }
        self.page += 1;
        Ok(true)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What is not there fails the test.
mod tests {
    use super::*;

    fn users() -> Reading {
        Reading::new(LISTS.iter().find(|list| list.what == "users").unwrap())
    }

    fn page(id: u32, next: bool) -> String {
        let next = if next { "\"next\": {\"href\": \"https://evil.example/\"}" } else { "" };
        format!(
            "{{\"_links\": {{{next}}}, \"_embedded\": {{\"users\": [{{\"id\": {id}, \"name\": \"A\", \"rights\": {{}}}}]}}}}"
        )
    }

    #[test]
    fn pages_follow_each_other_and_end() {
        let (mut reading, mut account) = (users(), Account::default());
        assert_eq!(reading.address(), "/api/v4/users?page=1&limit=50");
        assert_eq!(reading.take(&page(1, true), &mut account), Ok(true));
        assert_eq!(reading.address(), "/api/v4/users?page=2&limit=50");
        assert_eq!(reading.take(&page(2, false), &mut account), Ok(false));
        assert_eq!(account.users.unwrap().len(), 2);

        let (mut reading, mut account) = (users(), Account::default());
        for id in 1..MOST_PAGES {
            assert_eq!(reading.take(&page(id, true), &mut account), Ok(true));
        }
        let wrong = reading.take(&page(MOST_PAGES, true), &mut account).unwrap_err();
        assert_eq!(wrong.to_string(), "_links.next: there are more than 400 pages");

        let (mut reading, mut account) = (users(), Account::default());
        assert_eq!(reading.take(&page(1, true), &mut account), Ok(true));
        let wrong = reading.take(&page(1, true), &mut account).unwrap_err();
        assert_eq!(wrong.to_string(), "_links.next: another page follows, and this one has nothing new");
    }

    #[test]
    fn a_page_is_a_page_or_an_error_with_its_place() {
        let whole = page(7, false);
        for end in 0..whole.len() {
            assert!(users().take(whole.get(..end).unwrap(), &mut Account::default()).is_err(), "{end}");
        }
        let cases = [
            ("[]", "expected an object, found a list"),
            ("{}", "expected a key `_embedded`"),
            ("{\"_embedded\": {\"users\": {}}}", "_embedded.users: expected a list, found an object"),
            ("{\"_embedded\": {\"users\": [7]}}", "_embedded.users[0]: expected an object, found a number"),
            (
                "{\"_embedded\": {\"users\": [{\"id\": 1.5}]}}",
                "_embedded.users[0].id: expected a whole number, found a number",
            ),
            (
                "{\"_embedded\": {\"users\": [{\"id\": 1, \"name\": null}]}}",
                "_embedded.users[0]: expected a key `name`",
            ),
        ];
        for (text, told) in cases {
            assert_eq!(users().take(text, &mut Account::default()).unwrap_err().to_string(), told);
        }
    }
}
