//! Which account is meant, and where its API is.

use super::super::Stop;
use sbotc::kommo::env::Env;
use url::{Host, Url};

/// An account.
pub(super) struct Target {
    /// As the environment file has it: `mycompany.kommo.com`.
    pub(super) name: String,
    /// Scheme and host: `https://mycompany.kommo.com`.
    pub(super) base: String,
    /// On this machine.
    pub(super) loopback: bool,
}

impl Target {
    /// From what was asked for, or what the environment file says.
    pub(super) fn find(
        account: Option<&str>,
        domain: Option<&str>,
        env: &Env,
        env_path: &str,
    ) -> Result<Target, Stop> {
        let known = env.get("account", "domain").and_then(sbot_embed::Json::as_text);
        let asked = match (account, domain) {
            (Some(account), _) => Some(of_account(account)?),
            (None, Some(domain)) => Some(read(domain)?),
            (None, None) => None,
        };
        let Some(asked) = asked else {
            let Some(known) = known else {
                return Err(Stop::new("no account is named").help(
                    "write `--account SUB`, where SUB is the word before `.kommo.com` in the address of your account",
                ));
            };
            return read(known);
        };
        match known {
            Some(known) if read(known)?.name != asked.name => {
                let what = format!("`{env_path}` is of `{known}`, and not of `{}`", asked.name);
                Err(Stop::new(what).help("each account has a file of its own: name another one with `--env`"))
            }
            Some(_) | None => Ok(asked),
        }
    }
}

fn of_account(account: &str) -> Result<Target, Stop> {
    let valid = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if account.is_empty() || !account.chars().all(valid) {
        return Err(Stop::new(format!("`{account}` is no account"))
            .help("name the word before `.kommo.com`; a whole domain goes with `--domain`"));
    }
    read(&format!("{}.kommo.com", account.to_lowercase()))
}

fn read(domain: &str) -> Result<Target, Stop> {
    let wrong = |why: &str| {
        Stop::new(format!("`{domain}` is no domain of an account: {why}"))
            .help("write it like `mycompany.kommo.com`")
    };
    let whole = if domain.contains("://") { domain.to_owned() } else { format!("https://{domain}") };
    let url = Url::parse(&whole).map_err(|why| wrong(&why.to_string()))?;
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(wrong("it has no host")),
    };
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("it goes on after the host"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("it names a user"));
    }
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        // The token would go over the network for everybody to read.
        "http" => return Err(wrong("the token goes over https alone")),
        _ => return Err(wrong("it is no address of the web")),
    }
    let host = url.host_str().unwrap_or_default();
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let base = format!("{}://{host}{port}", url.scheme());
    let name = if url.scheme() == "https" { format!("{host}{port}") } else { base.clone() };
    Ok(Target { name, base, loopback })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // What cannot be read fails the test.
mod tests {
    use super::*;

    fn base(domain: &str) -> Result<String, String> {
        read(domain).map(|target| target.base).map_err(|stop| format!("{stop:?}"))
    }

    #[test]
    fn domains() {
        assert_eq!(base("shop.kommo.com").unwrap(), "https://shop.kommo.com");
        assert_eq!(base("https://Shop.amocrm.ru/").unwrap(), "https://shop.amocrm.ru");
        assert_eq!(base("http://127.0.0.1:8080").unwrap(), "http://127.0.0.1:8080");
        assert_eq!(of_account("Shop").map(|target| target.base).ok().unwrap(), "https://shop.kommo.com");
        let wrong = [
            "http://shop.kommo.com",
            "shop.kommo.com/leads",
            "https://a@shop.kommo.com",
            "",
            "ftp://x",
            "http://127.0.0.1.evil.com",
        ];
        for wrong in wrong {
            assert!(base(wrong).is_err(), "{wrong}");
        }
        for wrong in ["", "shop.kommo.com", "a b", "../x", "shop@evil.com"] {
            assert!(of_account(wrong).is_err(), "{wrong}");
        }
    }
}
