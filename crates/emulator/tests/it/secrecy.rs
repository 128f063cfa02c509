//! What may not be printed is not printed by what prints itself.

use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{EPOCH, Emulation, Redactor};

use crate::proper::proper;

#[test]
fn a_world_prints_no_secret_before_and_after_it_handed_one_out() {
    struct Shown;

    impl Visitor for Shown {
        type Output = ();

        fn visit<E: Emulation>(self) {
            let [edition, ..] = E::EDITIONS else { return };
            let world = E::World::default();
            let (reply, after) = E::answer(*edition, &world, EPOCH, &proper::<E>(&world));
            assert_eq!(reply.status, 200, "{}: {reply:?}", E::PROVIDER);
            for world in [world, after] {
                let (secrets, shown) = (E::secrets(&world), format!("{world:?} {world:#?}"));
                assert!(!secrets.is_empty(), "{}", E::PROVIDER);
                assert!(!Redactor::new(secrets).finds_secret(&shown), "{}: {shown}", E::PROVIDER);
                assert!(shown.contains("clusters"), "{}: {shown}", E::PROVIDER);
            }
        }
    }

    for &provider in PROVIDERS {
        providers::visit(provider, Shown).unwrap();
    }
}
