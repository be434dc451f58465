//! Which account is meant, with which token, and into which files it goes.

use super::kommo_account::{Fake, TOKEN};
use super::scratch::Scratch;
use super::{pull, with_token};

#[test]
fn tokens_accounts_and_files_that_are_none() {
    let fake = Fake::new();
    let scratch = Scratch::new("pull-wrong");
    let domain = fake.domain();
    let args = ["pull", "kommo", "shop", "--domain", &domain];
    with_token(&scratch, &args, None).exits(2).says("KOMMO_TOKEN has no token").says("long-lived token");
    with_token(&scratch, &args, Some("  ")).exits(2).says("KOMMO_TOKEN has no token");
    with_token(&scratch, &args, Some("Bearer abc")).exits(2).says("without `Bearer`");
    assert!(fake.asked().is_empty());
    with_token(&scratch, &args, Some("another-token"))
        .exits(2)
        .says("does not take the token")
        .says("status 401");
    let none = ["pull", "kommo", "shop", "--account", "shop.kommo.com"];
    with_token(&scratch, &none, Some(TOKEN)).exits(2).says("is no account").says("--domain");
    let plain = ["pull", "kommo", "shop", "--domain", "http://shop.kommo.com"];
    with_token(&scratch, &plain, Some(TOKEN)).exits(2).says("over https alone");
    with_token(&scratch, &["pull", "kommo", "shop"], Some(TOKEN)).exits(2).says("no account is named");
    let nobody = ["pull", "kommo", "shop", "--domain", "http://127.0.0.1:9"];
    with_token(&scratch, &nobody, Some(TOKEN)).exits(2).says("cannot reach http://127.0.0.1:9");
    assert!(!scratch.0.join("shop").exists(), "nothing is written where nothing was read");

    scratch.write("shop/account.sbot", "user anna\n");
    pull(&scratch, &fake, &[]).exits(2).says("`shop/account.sbot` has syntax errors");
    scratch.write("shop/account.sbot", "").write("shop/account.env.toml", "[userz]\nanna = 1\n");
    pull(&scratch, &fake, &[]).exits(2).says("shop/account.env.toml:1:2: there is no section `userz`");
    scratch.write("shop/account.env.toml", "[account]\ndomain = \"other.kommo.com\"\n");
    pull(&scratch, &fake, &[]).exits(2).says("is of `other.kommo.com`").says("--env");
    pull(&scratch, &fake, &["--env", "shop/test.env.toml"]).exits(0).says("shop/test.env.toml");
    scratch.write("file", "");
    with_token(&scratch, &["pull", "kommo", "file", "--domain", &domain], Some(TOKEN))
        .exits(2)
        .says("is a file");
    with_token(&scratch, &["pull", "kommo", "nowhere", "--check", "--domain", &domain], Some(TOKEN))
        .exits(2)
        .says("there is no file or folder `nowhere`");
}
