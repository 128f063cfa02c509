//! What may not be printed is not printed by what prints itself.

use kubeproof_emulator::providers::cce::AccessKey;
use kubeproof_emulator::providers::{self, PROVIDERS, Visitor};
use kubeproof_emulator::{EPOCH, Emulation, Redactor, Reply, Request, Verdict};

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

#[test]
fn what_is_shown_of_an_exchange_tells_what_it_was() {
    let mut request = Request::get("/v1/clusters/a?b=c").with_header("x-auth-token", "planted");
    request.body = b"planted".to_vec();
    assert_eq!(
        format!("{request:?}"),
        r#"Request { method: GET, path: "/v1/clusters/a", headers: ["x-auth-token"], body_bytes: 7, .. }"#
    );
    let reply = Reply::answer("ucs.x", http::StatusCode::OK, "fine").with_body("text/plain", "planted");
    assert_eq!(
        format!("{reply:?}"),
        "Reply { status: 200, decision: Decision { verdict: Answered, clause: \"ucs.x\", explanation: \"fine\" }, \
         complaints: [], body_bytes: 7, .. }"
    );
    assert_eq!(format!("{:?}", AccessKey::default()), r#"AccessKey { access_key: "AKEXAMPLE", .. }"#);
    let names = Verdict::ALL.map(|verdict| verdict.to_string());
    assert_eq!(names, ["answered", "refused", "incident", "unanswered", "harness-error"]);
}
