use offerkit::{Context, id::UserId};

use crate::world::{Outcome, World, at_once, is_one};

const ACTIVE: &str = "SELECT count(*) FROM offerkit.users WHERE is_super_admin AND is_active";

fn user(context: &Context) -> Outcome<UserId> {
    Ok(context.actor().user().ok_or("the context is of no user")?)
}

/// First seen to fail without `FOR SHARE` on the actor and the trigger `users_super_admin_remains`: none remained.
#[tokio::test(flavor = "multi_thread")]
async fn two_super_admins_who_remove_each_other_leave_one() -> Outcome {
    let world = World::new().await?;
    let mut pair = [
        world.platform.root.clone(),
        world.platform.super_admin("second").await?,
    ];
    for round in 0..60 {
        let ids = [user(&pair[0])?, user(&pair[1])?];
        let one = world.platform.kit.acting(&pair[0]).users();
        let two = world.platform.kit.acting(&pair[1]).users();
        let (first, second) = at_once(
            round,
            async move { one.revoke_super_admin(ids[1]).await },
            // One takes the flag, the other the login.
            async move { two.deactivate(ids[0]).await },
        )
        .await?;
        assert!(is_one(&first, &second), "{first:?} {second:?}");
        assert_eq!(world.number(ACTIVE).await?, 1);
        if first.is_err() {
            pair.swap(0, 1);
        }
        let remaining = world.platform.kit.acting(&pair[0]).users();
        let other = user(&pair[1])?;
        if second.is_ok() {
            remaining.reactivate(other).await?;
        } else {
            remaining.grant_super_admin(other).await?;
        }
        assert_eq!(world.number(ACTIVE).await?, 2);
    }
    Ok(())
}

/// Three who each remove the next, in pairs, as the last of them.
///
/// First seen to fail as above.
#[tokio::test(flavor = "multi_thread")]
async fn the_last_super_admin_is_not_removed_by_two_at_once() -> Outcome {
    let world = World::new().await?;
    let root = user(&world.platform.root)?;
    for round in 0..20 {
        let name = format!("second{round}");
        let second = world.platform.super_admin(&name).await?;
        let id = user(&second)?;
        let one = world.platform.as_root().users();
        let two = world.platform.kit.acting(&second).users();
        let (first, _) = at_once(round, async move { one.deactivate(id).await }, async move {
            two.deactivate(root).await
        })
        .await?;
        assert_eq!(world.number(ACTIVE).await?, 1);
        if first.is_err() {
            let users = world.platform.kit.acting(&second).users();
            users.reactivate(root).await?;
            world.platform.as_root().users().deactivate(id).await?;
        }
    }
    Ok(())
}
