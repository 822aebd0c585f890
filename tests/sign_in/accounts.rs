//! Accounts that sleep, and those that are confirmed each quarter.

use sogoc::access::{self, Caller, Role};

use super::House;

#[tokio::test]
async fn an_account_that_nobody_used_for_long_sleeps_until_it_is_woken() {
    let house = House::open(None).await;
    let id = house.person("lan", &[Role::Reviewer]).await;
    house.days(44);
    house.sign_in("lan", "").await.unwrap();
    house.days(46);
    let asleep = house.sign_in("lan", "").await;
    assert_eq!(asleep.unwrap_err().code(), "account_asleep");
    access::wake(&house.archive, &Caller::machine(), &id)
        .await
        .unwrap();
    house.sign_in("lan", "").await.unwrap();
}

#[tokio::test]
async fn accounts_of_before_the_rule_do_not_sleep_at_its_first_start() {
    let house = House::open(None).await;
    house.person("lan", &[Role::Reviewer]).await;
    let mut tx = house.archive.begin_as_machine().await.unwrap();
    sqlx::query("UPDATE people SET active_at = NULL, created_at = '2020-01-01T00:00:00.000Z'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    access::first_run(&house.archive).await.unwrap();
    house.days(44);
    house.sign_in("lan", "").await.unwrap();
    house.days(46);
    assert_eq!(
        house.sign_in("lan", "").await.unwrap_err().code(),
        "account_asleep"
    );
}

#[tokio::test]
async fn each_quarter_somebody_else_confirms_an_account() {
    let house = House::open(None).await;
    let archive = &house.archive;
    let lan = house.person("lan", &[Role::Reviewer]).await;
    let hanh = house.person("hanh", &[Role::Administrator]).await;
    let due = async || {
        let all = access::accounts(archive, &Caller::machine()).await.unwrap();
        let due = all.into_iter().filter(|one| one.due);
        due.map(|one| one.login).collect::<Vec<_>>()
    };
    assert!(
        due().await.is_empty(),
        "whoever makes an account confirms it"
    );
    house.days(93);
    assert_eq!(due().await, ["hanh", "lan"]);
    access::wake(archive, &Caller::machine(), &hanh)
        .await
        .unwrap();
    let (_, me) = house.sign_in("hanh", "").await.unwrap();
    let own = access::confirm_accounts(archive, &me, std::slice::from_ref(&hanh)).await;
    assert_eq!(own.unwrap_err().code(), "own_rights");
    access::confirm_accounts(archive, &me, std::slice::from_ref(&lan))
        .await
        .unwrap();
    assert_eq!(due().await, ["hanh"]);
}
