//! Random interleavings of requests, refusals, corrections, issues, withdrawals, days and deaths. In the
//! end: no gap in the book, no copy with values the register did not have at that instant, every sealed
//! byte accounted for in the vault, and the vault alone tells it all again.

mod promises;
mod world;

use proptest::prelude::*;

use self::world::World;

/// How an act ends early.
#[derive(Clone, Debug)]
enum Death {
    /// The vault dies at that write, before or after it.
    Vault(usize, bool),
    /// The process drops what it is doing after that many steps.
    Dropped(usize),
}

/// Places are taken modulo what there is.
#[derive(Clone, Debug)]
enum Act {
    Correct { record: usize, days_ahead: u8 },
    Issue(usize),
    Ask { copies: i64 },
    Confirm { request: usize, record: usize },
    Release(usize),
    Refuse(usize),
    WithdrawRequest(usize),
    Work,
    Withdraw(usize),
    NextDay,
}

fn acts() -> impl Strategy<Value = Vec<(Act, Option<Death>)>> {
    let death = proptest::option::weighted(
        0.4,
        prop_oneof![
            (1..8_usize, any::<bool>()).prop_map(|(write, after)| Death::Vault(write, after)),
            (1..60_usize).prop_map(Death::Dropped),
        ],
    );
    let record = || 0..2_usize;
    let request = || 0..6_usize;
    let act = prop_oneof![
        3 => (record(), 0..3_u8).prop_map(|(record, days_ahead)| Act::Correct { record, days_ahead }),
        2 => record().prop_map(Act::Issue),
        4 => (1..4_i64).prop_map(|copies| Act::Ask { copies }),
        4 => (request(), record()).prop_map(|(request, record)| Act::Confirm { request, record }),
        4 => request().prop_map(Act::Release),
        2 => request().prop_map(Act::Refuse),
        1 => request().prop_map(Act::WithdrawRequest),
        3 => Just(Act::Work),
        2 => (0..8_usize).prop_map(Act::Withdraw),
        1 => Just(Act::NextDay),
    ];
    proptest::collection::vec((act, death), 6..24)
}

async fn story(acts: &[(Act, Option<Death>)]) {
    let mut world = World::fresh().await;
    for (act, death) in acts {
        world.run(act, death.as_ref()).await;
    }
    world.recover().await;
    promises::are_kept(&world).await;
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 8, max_shrink_iters: 40, failure_persistence: None, ..Default::default()
    })]

    #[test]
    fn whatever_happens_in_whatever_order_the_book_stays_true(acts in acts()) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.unwrap().block_on(story(&acts));
    }
}
