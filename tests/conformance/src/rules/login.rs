//! Logging in, sessions, and the throttle.

use std::time::Duration;

use chrono::TimeDelta;
use offerkit_core::{
    domain::{ExternalIdentity, NewUser},
    id::{TenantId, UserId},
    ports::TenantKey,
    services::{Context, Error, Login},
    testing::offer_data,
    text::{PasswordError, PasswordText, RequestSource},
};

use crate::{
    Adapter, Failure, Outcome,
    cases::{cases, fails},
    world::World,
};

cases! { rules::login:
    a_password_opens_a_session_of_its_user,
    a_wrong_password_and_an_unknown_name_answer_the_same,
    an_external_identity_opens_a_session,
    a_platform_is_bootstrapped_once,
    a_deactivated_user_does_not_log_in,
    an_unknown_token_opens_nothing,
    a_request_about_a_tenant_reads_by_what_was_found_with_the_session,
    a_session_ends_when_it_is_not_used,
    a_session_ends_at_the_latest_after_its_lifetime,
    logging_out_ends_one_session,
    changing_the_password_ends_every_session,
    a_reset_and_a_deactivation_end_every_session,
    another_identity_ends_every_session,
    a_user_ends_their_own_sessions_alone,
    a_new_password_differs_from_the_old_one,
    failed_logins_ask_for_a_wait_that_doubles,
    a_throttle_locks_nobody_out_elsewhere,
    a_successful_login_clears_the_failures,
    guessing_the_current_password_is_throttled_too,
}

const PASSWORD: &str = "correct horse battery";

/// A user with a password of their own.
async fn asha<B: Adapter>(w: &World<B>) -> Result<UserId, Failure> {
    let temporary = "a temporary password";
    let new = NewUser {
        name: "asha".parse()?,
        full_name: None,
        email: None,
        phone: None,
        identity: None,
    };
    let users = w.platform.as_root().users();
    let password = PasswordText::new(temporary)?;
    let asha = users.create(new, Some(&password)).await?.id();
    let login = w.platform.kit.login("asha", temporary, None).await?;
    assert!(login.must_change_password, "the first one is temporary");
    let account = w.platform.kit.acting(&Context::user(asha)).account();
    account
        .change_password(temporary, &PasswordText::new(PASSWORD)?)
        .await?;
    Ok(asha)
}

async fn login<B: Adapter>(w: &World<B>, password: &str) -> Result<Login, Error> {
    w.platform.kit.login("asha", password, None).await
}

async fn has_ended<B: Adapter>(w: &World<B>, login: &Login) -> Outcome {
    fails!(
        w.platform.kit.authenticate(&login.token).await,
        Error::SessionEnded
    );
    Ok(())
}

async fn a_password_opens_a_session_of_its_user<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let login = login(&w, PASSWORD).await?;
    assert!(!login.must_change_password);
    assert_eq!(login.session.user, asha);
    let context = w.platform.kit.authenticate(&login.token).await?;
    assert_eq!(context.actor().user(), Some(asha));
    assert_eq!(context.session(), Some(login.session.id));
    let kept = store.find(login.session.token_hash).await?;
    assert_eq!(kept, Some(login.session));
    Ok(())
}

async fn a_wrong_password_and_an_unknown_name_answer_the_same<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let kit = &w.platform.kit;
    let wrong = fails!(login(&w, "a wrong password").await, Error::WrongCredentials);
    for name in ["nobody", "No Body", "loan.creator", ""] {
        let unknown = fails!(
            kit.login(name, PASSWORD, None).await,
            Error::WrongCredentials
        );
        assert_eq!(unknown.to_string(), wrong.to_string());
    }
    Ok(())
}

async fn an_external_identity_opens_a_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let kit = &w.platform.kit;
    let mut identity = ExternalIdentity {
        issuer: "https://login.example.com".parse()?,
        subject: "loan.creator".parse()?,
    };
    let login = kit.login_external(&identity).await?;
    let context = kit.authenticate(&login.token).await?;
    assert_eq!(context.actor(), w.tenant.creator.actor());
    identity.issuer = "https://elsewhere.example.com".parse()?;
    fails!(kit.login_external(&identity).await, Error::WrongCredentials);
    Ok(())
}

async fn a_platform_is_bootstrapped_once<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let new = NewUser {
        name: "another".parse()?,
        full_name: None,
        email: None,
        phone: None,
        identity: None,
    };
    let password = PasswordText::new(PASSWORD)?;
    fails!(
        w.platform.kit.bootstrap(new, &password).await,
        Error::AlreadyBootstrapped
    );
    Ok(())
}

async fn a_deactivated_user_does_not_log_in<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let users = w.platform.as_root().users();
    users.deactivate(asha).await?;
    fails!(login(&w, PASSWORD).await, Error::WrongCredentials);
    users.reactivate(asha).await?;
    login(&w, PASSWORD).await?;
    Ok(())
}

async fn an_unknown_token_opens_nothing<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let mut login = login(&w, PASSWORD).await?;
    let hash = login.session.token_hash.to_string();
    for text in ["", "0", hash.as_str()] {
        login.token = offerkit_core::services::SessionToken::new(text);
        has_ended(&w, &login).await?;
    }
    Ok(())
}

async fn a_request_about_a_tenant_reads_by_what_was_found_with_the_session<B: Adapter>(
    store: &B,
) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let login = login(&w, PASSWORD).await?;
    let kit = &w.platform.kit;
    let groups = w.platform.as_root().groups(w.tenant.id);
    groups.add(asha, &"create".parse()?).await?;
    let offer = w.tenant.submitted_offer("spring").await?;
    let by_name = TenantKey::Name("loan".parse()?);
    let (context, tenant) = kit.authenticate_in(&login.token, &by_name).await?;
    assert_eq!((tenant, context.actor().user()), (w.tenant.id, Some(asha)));
    assert_eq!(context.session(), Some(login.session.id));
    groups.remove(asha, &"create".parse()?).await?;
    // Not before the next request, but changes are decided anew.
    assert_eq!(w.offers(&context).get(offer.id()).await?.id(), offer.id());
    let created = w.offers(&context).create(offer_data("late").into()).await;
    fails!(created, Error::NotFound("tenant"));
    let (next, _) = kit.authenticate_in(&login.token, &by_name).await?;
    w.pass(TimeDelta::milliseconds(1_001));
    for context in [next, context] {
        let read = w.offers(&context).get(offer.id()).await;
        fails!(read, Error::NotFound("tenant"));
    }
    // What is no tenant is answered as one that an outsider may not know of.
    for key in [
        TenantKey::Name("nowhere".parse()?),
        TenantKey::Id(TenantId::from_uuid(w.uuid())),
    ] {
        let (context, tenant) = kit.authenticate_in(&login.token, &key).await?;
        let offers = kit.acting(&context).offers(tenant);
        fails!(offers.get(offer.id()).await, Error::NotFound("tenant"));
    }
    kit.logout(&login.token).await?;
    let ended = kit.authenticate_in(&login.token, &by_name).await;
    fails!(ended, Error::SessionEnded);
    Ok(())
}

async fn a_session_ends_when_it_is_not_used<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let login = login(&w, PASSWORD).await?;
    for _ in 0..3 {
        w.pass(TimeDelta::minutes(29));
        w.platform.kit.authenticate(&login.token).await?;
    }
    w.pass(TimeDelta::minutes(30));
    has_ended(&w, &login).await?;
    let kept = store.find(login.session.token_hash).await?;
    assert_eq!(kept, None, "what has ended is gone");
    Ok(())
}

async fn a_session_ends_at_the_latest_after_its_lifetime<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let login = login(&w, PASSWORD).await?;
    for _ in 0..35 {
        w.pass(TimeDelta::minutes(20));
        w.platform.kit.authenticate(&login.token).await?;
    }
    w.pass(TimeDelta::minutes(20));
    has_ended(&w, &login).await
}

async fn logging_out_ends_one_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let (one, two) = (login(&w, PASSWORD).await?, login(&w, PASSWORD).await?);
    let kit = &w.platform.kit;
    kit.logout(&one.token).await?;
    kit.logout(&one.token).await?;
    has_ended(&w, &one).await?;
    kit.authenticate(&two.token).await?;
    Ok(())
}

async fn changing_the_password_ends_every_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let (one, two) = (login(&w, PASSWORD).await?, login(&w, PASSWORD).await?);
    let kit = &w.platform.kit;
    let context = kit.authenticate(&one.token).await?;
    let new = PasswordText::new("another horse battery")?;
    let account = kit.acting(&context).account();
    account.change_password(PASSWORD, &new).await?;
    has_ended(&w, &one).await?;
    has_ended(&w, &two).await?;
    fails!(login(&w, PASSWORD).await, Error::WrongCredentials);
    login(&w, new.expose()).await?;
    Ok(())
}

async fn a_reset_and_a_deactivation_end_every_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let users = w.platform.as_root().users();
    let open = login(&w, PASSWORD).await?;
    users.deactivate(asha).await?;
    has_ended(&w, &open).await?;
    users.reactivate(asha).await?;
    has_ended(&w, &open).await?;
    let open = login(&w, PASSWORD).await?;
    let temporary = PasswordText::new("a second temporary one")?;
    users.set_temporary_password(asha, &temporary).await?;
    has_ended(&w, &open).await?;
    let login = login(&w, temporary.expose()).await?;
    assert!(login.must_change_password, "it must be changed");
    Ok(())
}

async fn another_identity_ends_every_session<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let open = login(&w, PASSWORD).await?;
    let users = w.platform.as_root().users();
    let seen = users.get(asha).await?.version();
    let change = offerkit_core::domain::UserChange {
        identity: Some(Some(ExternalIdentity {
            issuer: "https://login.example.com".parse()?,
            subject: "asha".parse()?,
        })),
        ..Default::default()
    };
    users.update(asha, seen, change).await?;
    has_ended(&w, &open).await
}

async fn a_user_ends_their_own_sessions_alone<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let (one, two) = (login(&w, PASSWORD).await?, login(&w, PASSWORD).await?);
    let of = |context| w.platform.kit.acting(&context).account();
    let own = of(Context::user(asha));
    let listed = own.sessions().await?;
    assert_eq!(listed, [one.session.clone(), two.session.clone()]);
    fails!(
        of(w.tenant.creator.clone())
            .end_session(one.session.id)
            .await,
        Error::NotFound("session")
    );
    own.end_session(one.session.id).await?;
    has_ended(&w, &one).await?;
    w.platform.kit.authenticate(&two.token).await?;
    Ok(())
}

async fn a_new_password_differs_from_the_old_one<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let account = w.platform.kit.acting(&Context::user(asha)).account();
    let same = PasswordText::new(PASSWORD)?;
    fails!(
        account.change_password(PASSWORD, &same).await,
        Error::Password(PasswordError::Unchanged)
    );
    fails!(
        account.change_password("a wrong password", &same).await,
        Error::WrongCredentials
    );
    Ok(())
}

async fn failed_logins_ask_for_a_wait_that_doubles<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    for _ in 0..4 {
        fails!(login(&w, "a wrong password").await, Error::WrongCredentials);
    }
    for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
        fails!(login(&w, "a wrong password").await, Error::WrongCredentials);
        let asked = Duration::from_secs(seconds);
        fails!(
            login(&w, PASSWORD).await,
            Error::TooManyAttempts { retry_after } if *retry_after == asked
        );
        w.pass(TimeDelta::from_std(asked)?);
    }
    login(&w, PASSWORD).await?;
    Ok(())
}

async fn a_throttle_locks_nobody_out_elsewhere<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    let kit = &w.platform.kit;
    let attacker: RequestSource = "203.0.113.7".parse()?;
    for _ in 0..5 {
        fails!(
            kit.login("asha", "a guess", Some(&attacker)).await,
            Error::WrongCredentials
        );
    }
    fails!(
        kit.login("asha", PASSWORD, Some(&attacker)).await,
        Error::TooManyAttempts { .. }
    );
    fails!(
        kit.login("root", "a guess", Some(&attacker)).await,
        Error::WrongCredentials
    );
    let home = "198.51.100.1".parse()?;
    kit.login("asha", PASSWORD, Some(&home)).await?;
    Ok(())
}

async fn a_successful_login_clears_the_failures<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    asha(&w).await?;
    for _ in 0..3 {
        for _ in 0..4 {
            fails!(login(&w, "a wrong password").await, Error::WrongCredentials);
        }
        login(&w, PASSWORD).await?;
    }
    Ok(())
}

async fn guessing_the_current_password_is_throttled_too<B: Adapter>(store: &B) -> Outcome {
    let w = World::new(store).await?;
    let asha = asha(&w).await?;
    let account = w.platform.kit.acting(&Context::user(asha)).account();
    let new = PasswordText::new("another horse battery")?;
    for _ in 0..5 {
        fails!(
            account.change_password("a guess", &new).await,
            Error::WrongCredentials
        );
    }
    fails!(
        account.change_password(PASSWORD, &new).await,
        Error::TooManyAttempts { .. }
    );
    Ok(())
}
