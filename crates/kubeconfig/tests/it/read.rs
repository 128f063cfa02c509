//! What is read and what is refused, and where. Every row was put to kubectl 1.37.1, which decides alike; the rows where
//! this crate decides otherwise on purpose have a test of their own.

use kubeproof_kubeconfig::{Kubeconfig, MAX_BYTES, Profile, ReadErrorKind, WarningKind};
use serde_json::{Value, json};

#[track_caller]
pub(crate) fn reads(text: &str) -> Kubeconfig {
    Kubeconfig::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// Reads a document and compares what is at a JSON pointer.
#[track_caller]
fn check(text: &str, pointer: &str, expected: &Value) {
    let json = reads(text).to_json();
    assert_eq!(json.pointer(pointer).unwrap_or(&Value::Null), expected, "{text:?} at {pointer}");
}

#[track_caller]
pub(crate) fn check_current_context(text: &str, expected: &str) {
    assert_eq!(reads(text).current_context, expected, "{text:?}");
}

#[track_caller]
pub(crate) fn refuses(text: &str, kind: ReadErrorKind, at: (usize, usize), message: &str) {
    let error = Kubeconfig::parse(text).expect_err(text);
    assert_eq!(error.kind(), kind, "{text:?}: {error}");
    let location = error.location().map(|location| (location.line, location.column));
    assert_eq!(location, Some(at), "{text:?}: {error}");
    assert!(error.to_string().contains(message), "{text:?}: {error:?} does not say {message:?}");
}

#[test]
fn nothing_is_an_empty_kubeconfig() {
    let nothing = ["", "# only a comment\n", "null\n", "~\n", "---\n", "{}", "clusters: null\nusers:\ncontexts: []\n"];
    for text in nothing {
        assert_eq!(reads(text), Kubeconfig::default(), "{text:?}");
    }
}

#[test]
fn the_type_of_the_document() {
    for text in [
        "apiVersion: v1\nkind: Config\n",
        "kind: Config\n",
        "apiVersion: v1\n",
        "apiVersion: ''\nkind: null\n",
        "apiVersion: /v1\n",
    ] {
        assert_eq!(reads(text), Kubeconfig::default(), "{text:?}");
    }
    use ReadErrorKind::{NotAKubeconfig, Type};
    refuses("kind: Foo\n", NotAKubeconfig, (1, 7), "kind is not `Config`");
    refuses("kind: config\n", NotAKubeconfig, (1, 7), "kind is not `Config`");
    refuses("kind: Config\napiVersion: v2\n", NotAKubeconfig, (2, 13), "apiVersion is not `v1`");
    refuses("apiVersion: example.test/v1\n", NotAKubeconfig, (1, 13), "apiVersion is not `v1`");
    refuses("kind: 1\n", Type, (1, 7), "kind is a number");
    // Where it is used, not where it comes from.
    refuses("first: &text text\nclusters: *text\n", Type, (2, 11), "clusters is a text");
    refuses("text\n", NotAKubeconfig, (1, 1), "the document is a text");
    refuses("\n- a\n", NotAKubeconfig, (2, 1), "the document is a list");
    refuses("1\n", NotAKubeconfig, (1, 1), "the document is a number");
    refuses("{\"code\": 5", ReadErrorKind::Syntax, (1, 1), "not YAML");
}

#[test]
fn encodings() {
    let encoded = |text: &str, unit: fn(u16) -> [u8; 2]| -> Vec<u8> { text.encode_utf16().flat_map(unit).collect() };
    let utf16 = |unit| encoded("\u{feff}current-context: \u{1f600}\n", unit);
    let accepted = [
        "current-context: \u{1f600}\n".into(),
        "\u{feff}current-context: \u{1f600}\n".into(),
        utf16(u16::to_le_bytes),
        utf16(u16::to_be_bytes),
    ];
    for bytes in accepted {
        assert_eq!(Kubeconfig::parse_bytes(&bytes).unwrap().current_context, "\u{1f600}", "{bytes:?}");
    }
    let mut odd = utf16(u16::to_be_bytes);
    odd.push(0);
    let mut unpaired = utf16(u16::to_be_bytes);
    unpaired.extend([0xd8, 0x00]);
    for bytes in [odd, unpaired, b"current-context: \xe9\n".to_vec(), b"\xef\xbb".to_vec()] {
        let error = Kubeconfig::parse_bytes(&bytes).unwrap_err();
        assert_eq!(error.kind(), ReadErrorKind::Encoding, "{bytes:?}: {error}");
    }
    // One mark is of the encoding, and another one is in the text.
    for unit in [u16::to_le_bytes, u16::to_be_bytes] {
        let error = Kubeconfig::parse_bytes(&encoded("\u{feff}\u{feff}\ncurrent-context: a\n", unit)).unwrap_err();
        assert!(
            error.to_string().starts_with("line 1, column 1: a byte-order mark (U+FEFF) behind the start"),
            "{error}"
        );
    }
    let latin1 = Kubeconfig::parse_bytes(b"a: b\nname: caf\xe9\n").unwrap_err();
    assert_eq!(latin1.to_string(), "line 2, column 10: not UTF-8; save the file as UTF-8");
    refuses("a: b\ncurrent-context: \"é\u{7f}\"\n", ReadErrorKind::Syntax, (2, 20), "U+007F");
    refuses("a: \u{0}\n", ReadErrorKind::Syntax, (1, 4), "U+0000");
    refuses("a: \u{ffff}\n", ReadErrorKind::Syntax, (1, 4), "U+FFFF");
    // Lines are counted as YAML ends them.
    for end in ["\n", "\r", "\r\n", "\u{85}"] {
        let text = format!("a: b{end}{end}  token: \"\u{7f}\"{end}");
        refuses(&text, ReadErrorKind::Syntax, (3, 11), "U+007F");
        assert_eq!(Kubeconfig::parse(&text).unwrap_err().snippet(), Some("3 |   token: …"), "{text:?}");
    }
}

#[test]
fn yaml_as_kubectl_reads_it() {
    check_current_context("current-context: a\r\nusers: []\r\n", "a");
    check_current_context("current-context: a\rusers: []\r", "a");
    check_current_context("%YAML 1.1\n---\ncurrent-context: a\n", "a");
    check_current_context("current-context: a\n...\n", "a");
    check_current_context("current-context: a\n---\n{{{ not read\n", "a");
    check_current_context("{\"current-context\": \"\\u00e9\"}", "é");
    check_current_context("{current-context: a,}", "a");
    check_current_context("current-context:\ta\n", "a");
    check_current_context("current-context: a\n  b\n", "a b");
    check_current_context("current-context: >-\n  a\n  b\n", "a b");
    check_current_context("current-context: |\n  a\n", "a\n");
    check_current_context("? current-context\n: a\n", "a");
    // The last of several keys counts.
    check_current_context("current-context: a\ncurrent-context: b\n", "b");
    check_current_context("current-context: a\nCurrent-Context: b\n", "a");
    check_current_context("x: &x a\ncurrent-context: *x\n", "a");
    check_current_context("x: &x current-context\n*x : a\n", "a");
    let commented = format!("{}clusters:\n{}current-context: a\n", "# x\n".repeat(500), "# y\n".repeat(500));
    check_current_context(&commented, "a");
    let long = format!("{{\"x\": \"{}\", \"current-context\": \"a\"}}", "x".repeat(5000));
    check_current_context(&long, "a");

    use ReadErrorKind::Syntax;
    refuses("clusters:\n\t- name: a\n", Syntax, (2, 2), "tab");
    refuses("current-context: a: b\n", Syntax, (1, 19), "not YAML");
    refuses("current-context: @a\n", Syntax, (1, 18), "not YAML");
    refuses("%YAML 1.2\n---\n{}\n", Syntax, (2, 1), "%YAML");
    refuses("? [a]\n: b\n", Syntax, (1, 3), "cannot be a key");
    refuses("~: b\n", Syntax, (1, 1), "a key is null");
    refuses("clusters: *a\n", Syntax, (1, 11), "anchor");
    refuses("clusters: &a [*a]\n", Syntax, (1, 15), "the value that it is in");
}

#[test]
fn merge_keys() {
    let of = |cluster: &str| format!("clusters:\n- name: a\n  cluster:\n{cluster}");
    let server = "/clusters/0/cluster/server";
    check(&of("    <<: {server: q}\n"), server, &json!("q"));
    check(&of("    <<: {server: q}\n    server: z\n"), server, &json!("z"));
    // go-yaml v2 applies a merge key where it stands.
    check(&of("    server: z\n    <<: {server: q}\n"), server, &json!("q"));
    check(&of("    <<: [{server: q}, {server: z}]\n"), server, &json!("q"));
    check(&of("    \"<<\": {server: q}\n"), server, &json!(""));
    check("current-context: <<\n", "/current-context", &json!("<<"));
    refuses(&of("    <<: q\n"), ReadErrorKind::Syntax, (4, 9), "needs a mapping");
    refuses(&of("    <<: null\n"), ReadErrorKind::Syntax, (4, 9), "needs a mapping");
    refuses(&of("    <<: [{}, q]\n"), ReadErrorKind::Syntax, (4, 9), "needs a mapping");
}

#[test]
fn nothing_is_coerced_to_text() {
    for scalar in
        ["123", "-1", ".1_0", "1e3", "0o17", "0777", "1_000", ".5", "true", "yes", "on", "y", "N", "off", "!!int '1'"]
    {
        let text = format!("users:\n- name: a\n  user:\n    token: {scalar}\n");
        let error = Kubeconfig::parse(&text).expect_err(scalar);
        assert_eq!(error.kind(), ReadErrorKind::Type, "{scalar}: {error}");
        assert_eq!(error.location().unwrap().line, 4, "{scalar}");
        assert!(error.to_string().contains("users[0].user.token is a"), "{scalar}: {error}");
    }
    for (scalar, expected) in [
        ("'123'", "123"),
        ("\"yes\"", "yes"),
        ("2026-01-01", "2026-01-01"),
        ("12:30", "12:30"),
        ("=", "="),
        (".1_", ".1_"),
        ("._1", "._1"),
        ("+inf", "+inf"),
        ("-Infinity", "-Infinity"),
        ("+nan", "+nan"),
        ("1e", "1e"),
        (".e1", ".e1"),
        ("!!str 123", "123"),
        ("!custom 123", "123"),
        ("! 123", "123"),
        ("!!binary dG9r", "tok"),
    ] {
        check(&format!("users:\n- name: a\n  user:\n    token: {scalar}\n"), "/users/0/user/token", &json!(expected));
    }
    for scalar in ["null", "~", "''", ""] {
        let user = reads(&format!("users:\n- name: a\n  user:\n    token: {scalar}\n")).users.remove(0).user;
        assert_eq!(user.token, None, "{scalar:?}");
    }
}

#[test]
fn types_of_fields() {
    use ReadErrorKind::{Base64, Type};
    let cluster = |fields: &str| format!("clusters:\n- name: a\n  cluster: {{{fields}}}\n");
    for truth in ["true", "yes", "on", "y", "!!bool 'yes'"] {
        let text = cluster(&format!("insecure-skip-tls-verify: {truth}"));
        check(&text, "/clusters/0/cluster/insecure-skip-tls-verify", &json!(true));
    }
    for untruth in ["false", "no", "null"] {
        check(
            &cluster(&format!("disable-compression: {untruth}")),
            "/clusters/0/cluster/disable-compression",
            &Value::Null,
        );
    }
    refuses(&cluster("disable-compression: 'true'"), Type, (3, 34), "true or false is wanted; write it without quotes");
    refuses(&cluster("disable-compression: 1"), Type, (3, 34), "is a number");
    refuses(&cluster("server: [a]"), Type, (3, 21), "clusters[0].cluster.server is a list where a text is wanted");
    refuses(
        &cluster("certificate-authority-data: YW I="),
        Base64,
        (3, 41),
        "certificate-authority-data is base64 with blanks",
    );
    refuses(&cluster("certificate-authority-data: 12"), Type, (3, 41), "base64 text is wanted");
    refuses(
        "current-context: 1\n",
        Type,
        (1, 18),
        "current-context is a number where a text is wanted; put it in quotes",
    );
    refuses("clusters: {}\n", Type, (1, 11), "clusters is a mapping where a list is wanted");
    refuses("clusters: [a]\n", Type, (1, 12), "clusters[0] is a text where a mapping is wanted");
    refuses("clusters: [{cluster: ''}]\n", Type, (1, 22), "clusters[0].cluster is a text");
    refuses("preferences: []\n", Type, (1, 14), "preferences is a list");
    refuses("preferences: {colors: 1}\n", Type, (1, 23), "preferences.colors");
    let user = |fields: &str| format!("users:\n- user: {{{fields}}}\n");
    check(&user("as-groups: [null, a]"), "/users/0/user/as-groups", &json!(["", "a"]));
    check(
        &user("auth-provider: {name: oidc, config: {1: a, yes: b, z: null}}"),
        "/users/0/user/auth-provider/config",
        &json!({"1": "a", "true": "b", "z": ""}),
    );
    check(
        &user("as-user-extra: {k: null, j: [null, x]}"),
        "/users/0/user/as-user-extra",
        &json!({"j": ["", "x"], "k": null}),
    );
    check("clusters: [null]\n", "/clusters", &json!([{"name": "", "cluster": {"server": ""}}]));
    refuses(&user("as-groups: [1]"), Type, (2, 22), "users[0].user.as-groups[0]");
    refuses(&user("auth-provider: {config: {a: 1}}"), Type, (2, 38), "users[0].user.auth-provider.config[0]");
    refuses(&user("exec: {env: [{name: A, value: 1}]}"), Type, (2, 40), "users[0].user.exec.env[0].value");
    refuses(&user("token: .inf"), Type, (2, 17), "not finite");
    refuses(&user("token: !!int x"), Type, (2, 23), "!!int");
    refuses(&user("token: !!binary x"), Base64, (2, 26), "!!binary");
}

#[test]
fn exec_modes_are_defaulted_as_client_go_does() {
    let of = |version: &str| {
        let text = format!(
            "users: [{{user: {{exec: {{command: c, apiVersion: client.authentication.k8s.io/{version}}}}}}}]\n"
        );
        reads(&text).users.remove(0).user.exec.unwrap().interactive_mode
    };
    assert_eq!(of("v1beta1").as_deref(), Some("IfAvailable"));
    assert_eq!(of("v1alpha1").as_deref(), Some("IfAvailable"));
    assert_eq!(of("v1"), None);
}

#[test]
fn a_name_is_there_once() {
    for (list, field) in
        [("clusters", "cluster"), ("users", "user"), ("contexts", "context"), ("extensions", "extension")]
    {
        let text = format!("{list}:\n- {{name: a, {field}: {{}}}}\n- name: b\n- name: a\n");
        let message = format!("{list}[2] has the same name as {list}[0]");
        refuses(&text, ReadErrorKind::DuplicateName, (4, 3), &message);
    }
    refuses("clusters: [{}, {name: ''}]\n", ReadErrorKind::DuplicateName, (1, 16), "clusters[1]");
    let nested = "clusters: [{cluster: {extensions: [{name: a, extension: 1}, {name: a}]}}]\n";
    refuses(nested, ReadErrorKind::DuplicateName, (1, 61), "clusters[0].cluster.extensions[1]");
}

/// client-go has no entry for an extension that is `null`, so that the next one of its name is the first.
#[test]
fn an_extension_that_is_nothing_gives_way() {
    for (list, expected) in [
        ("[{name: a}, {name: b}, {name: a, extension: 1}]", json!([["a", 1], ["b", null]])),
        ("[{name: a, extension: null}, {name: a}, {name: a, extension: {}}]", json!([["a", {}]])),
        ("[{name: a}, {name: a}]", json!([["a", null]])),
    ] {
        let extensions = reads(&format!("extensions: {list}\n")).extensions;
        let found: Vec<Value> = extensions.iter().map(|entry| json!([entry.name, entry.extension])).collect();
        assert_eq!(json!(found), expected, "{list}");
    }
    let again = "extensions: [{name: a}, {name: a, extension: 1}, {name: a}]\n";
    refuses(again, ReadErrorKind::DuplicateName, (1, 50), "extensions[2] has the same name as extensions[0]");
}

#[test]
fn unknown_fields_are_kept() {
    let text = "
x-top: {a: [1, 2.5, true, null, text]}
clusters: [{name: a, x-entry: 1, cluster: {x-cluster: '1'}}]
users: [{name: a, x-entry: 1, user: {Token: x, exec: {x-exec: 1, env: [{name: A, value: B, x-env: 1}]}, auth-provider: {x: 1}}}]
contexts: [{name: a, x-entry: 1, context: {x-context: 1}}]
preferences: {x-preference: 1}
extensions: [{name: e, x-extension: 1, extension: {k: 1}}]
";
    for (pointer, expected) in [
        ("/x-top", json!({"a": [1, 2.5, true, null, "text"]})),
        ("/clusters/0/x-entry", json!(1)),
        ("/clusters/0/cluster/x-cluster", json!("1")),
        ("/users/0/x-entry", json!(1)),
        ("/users/0/user/Token", json!("x")),
        ("/users/0/user/exec/x-exec", json!(1)),
        ("/users/0/user/exec/env/0/x-env", json!(1)),
        ("/users/0/user/auth-provider/x", json!(1)),
        ("/contexts/0/x-entry", json!(1)),
        ("/contexts/0/context/x-context", json!(1)),
        ("/preferences/x-preference", json!(1)),
        ("/extensions/0/x-extension", json!(1)),
        ("/extensions/0/extension/k", json!(1)),
    ] {
        check(text, pointer, &expected);
    }
}

/// As much as aliases may repeat, and one more: values, levels and bytes.
#[test]
fn limits_of_aliases() {
    use ReadErrorKind::Limit;
    let repeated = |value: &str, times: usize| format!("l: &l {value}\nm: [{}]\n", vec!["*l"; times].join(", "));
    let thousand = format!("[{}]", ["x"; 999].join(", "));
    reads(&repeated(&thousand, 99));
    refuses(&repeated(&thousand, 100), Limit, (2, 401), "aliases repeat too much");
    let nested = |levels: usize, value: &str| format!("{}{value}{}", "[".repeat(levels), "]".repeat(levels));
    let below = |levels: usize| format!("l: &l {}\nm: {}\n", nested(64, ""), nested(levels, "*l"));
    reads(&below(63));
    refuses(&below(64), Limit, (2, 68), "more than 128 levels");
    let text = "x".repeat(MAX_BYTES / 1024);
    for value in [text.clone(), format!("[{text}]"), format!("{{? {text} : }}")] {
        reads(&repeated(&value, 1023));
        refuses(&repeated(&value, 1024), Limit, (2, 4097), "aliases repeat too much");
    }
}

#[test]
fn limits() {
    use ReadErrorKind::Limit;
    // A thousand contexts take four million; to read as many takes seconds here.
    assert_eq!(MAX_BYTES, 8_388_608);
    let too_long = format!("# {}\n", "x".repeat(MAX_BYTES));
    assert_eq!(Kubeconfig::parse(&too_long).unwrap_err().kind(), Limit);
    assert_eq!(Kubeconfig::parse_bytes(too_long.as_bytes()).unwrap_err().kind(), Limit);

    let nested = |levels: usize| format!("a: {}{}\n", "[".repeat(levels), "]".repeat(levels));
    reads(&nested(100));
    assert_eq!(Kubeconfig::parse(&nested(1000)).unwrap_err().kind(), Limit);
    assert_eq!(Kubeconfig::parse(&"[".repeat(100_000)).unwrap_err().kind(), Limit);
    let block = |levels: usize| (0..levels).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<String>();
    reads(&block(100));
    assert_eq!(Kubeconfig::parse(&block(1000)).unwrap_err().kind(), Limit);

    // Ten aliases of ten aliases, six times.
    let bomb = |levels: usize| {
        let level = |at: usize| format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 10].join(", "));
        format!("l0: &l0 [{}]\n{}", ["x"; 10].join(", "), (1..levels).map(level).collect::<String>())
    };
    reads(&bomb(3));
    refuses(&bomb(6), Limit, (5, 40), "aliases repeat too much");
    // A long text, repeated.
    let long = format!("l: &l {}\nm: [{}]\n", "x".repeat(1_000_000), vec!["*l"; 20].join(", "));
    assert_eq!(Kubeconfig::parse(&long).unwrap_err().kind(), Limit);
    // Aliases that add levels.
    let level = |at: usize| format!("l{at}: &l{at} {}*l{}{}\n", "[".repeat(50), at - 1, "]".repeat(50));
    let deep = format!("l0: &l0 x\n{}", (1..10).map(level).collect::<String>());
    assert_eq!(Kubeconfig::parse(&deep).unwrap_err().kind(), Limit);
    let many = format!("a: [{}]\n", "1,".repeat(600_000));
    assert_eq!(Kubeconfig::parse(&many).unwrap_err().kind(), Limit);
}

#[test]
fn kind_in_any_case() {
    use ReadErrorKind::{NotAKubeconfig, Type};
    for text in ["Kind: Config", "Kind: Foo\nkind: Config\n", "KIND: Foo\nKind: Config\n", "Kind: null\n"] {
        reads(text);
    }
    refuses("Kind: Foo\n", NotAKubeconfig, (1, 7), "kind is not `Config`");
    refuses("Kind: Config\nkind: Foo\n", NotAKubeconfig, (2, 7), "kind is not `Config`");
    refuses("APIVERSION: v2\n", NotAKubeconfig, (1, 13), "apiVersion is not `v1`");
    refuses("Kind: 5\nkind: Config\n", Type, (1, 7), "kind is a number");
}

#[test]
fn bytes_as_a_list() {
    let of = |list: &str| format!("clusters: [{{cluster: {{certificate-authority-data: {list}}}}}]");
    check(&of("[97, 98]"), "/clusters/0/cluster/certificate-authority-data", &json!("YWI="));
    check(&of("[97.0, null]"), "/clusters/0/cluster/certificate-authority-data", &json!("YQA="));
    check(&of("[]"), "/clusters/0/cluster/certificate-authority-data", &Value::Null);
    for list in ["[256]", "[-1]", "[1.5]", "[a]"] {
        refuses(&of(list), ReadErrorKind::Type, (1, 51), "base64 text is wanted");
    }
}

/// What is warned of, and that the strict profile refuses it.
#[track_caller]
pub(crate) fn check_warnings(text: &str, expected: &[(WarningKind, (usize, usize), &str)]) {
    let read = Kubeconfig::read(text.as_bytes(), Profile::Kubectl).unwrap();
    assert_eq!(read.warnings.len(), expected.len(), "{text:?}: {:?}", read.warnings);
    for (warning, (kind, at, message)) in read.warnings.iter().zip(expected) {
        assert_eq!(
            (warning.kind, (warning.location.line, warning.location.column)),
            (*kind, *at),
            "{text:?}: {warning}"
        );
        assert!(warning.to_string().contains(message), "{text:?}: {warning}");
    }
    let strict = Kubeconfig::read(text.as_bytes(), Profile::Strict);
    match expected.first() {
        None => assert_eq!(strict.unwrap(), read, "{text:?}"),
        Some((_, at, message)) => {
            let error = strict.unwrap_err();
            let location = error.location().map(|location| (location.line, location.column));
            assert_eq!((error.kind(), location), (ReadErrorKind::Strict, Some(*at)), "{text:?}: {error}");
            assert!(error.to_string().contains(message), "{text:?}: {error}");
        }
    }
}

#[test]
fn warnings() {
    use WarningKind::{DuplicateKey, IgnoredRest, UnknownField};
    check_warnings("", &[]);
    check_warnings("# c\nkind: Config\n...\n", &[]);
    check_warnings(
        "a: &a {server: x}\nb: {<<: *a, server: y}\n",
        &[(UnknownField, (1, 7), "the document has a field"), (UnknownField, (2, 4), "the document has a field")],
    );
    check_warnings("kind: Config\nkind: Config\n", &[(DuplicateKey, (2, 1), "there twice")]);
    check_warnings("users: [{user: {token: a, token: b}}]\n", &[(DuplicateKey, (1, 27), "there twice")]);
    check_warnings("kind: Config\n---\n{{{", &[(IgnoredRest, (2, 1), "not read")]);
    check_warnings(
        "users: [{user: {Token: a}}]\n",
        &[(UnknownField, (1, 24), "users[0].user has a field that kubectl does not know and drops; write `token`")],
    );
    check_warnings("users: [{user: {token_file: a}}]\n", &[(UnknownField, (1, 29), "write `tokenFile`")]);
    for text in [
        "clusters: [{x: 1}]",
        "clusters: [{cluster: {x: 1}}]",
        "users: [{x: 1}]",
        "users: [{user: {exec: {x: 1}}}]",
        "users: [{user: {exec: {env: [{x: 1}]}}}]",
        "users: [{user: {auth-provider: {x: 1}}}]",
        "contexts: [{x: 1}]",
        "contexts: [{context: {x: 1}}]",
        "preferences: {x: 1}",
        "extensions: [{x: 1}]",
    ] {
        let at = (1, text.find('1').unwrap() + 1);
        check_warnings(text, &[(UnknownField, at, "correct its name or remove it")]);
    }
    check_warnings("extensions: [{name: a, extension: {x: 1}}]", &[]);
    check_warnings("users: [{user: {as-user-extra: {x: [a]}, auth-provider: {config: {x: a}}}}]", &[]);
    let many = format!("users: [{{user: {{{}}}}}]", "x: 1, ".repeat(1000));
    assert_eq!(Kubeconfig::read(many.as_bytes(), Profile::Kubectl).unwrap().warnings.len(), 100);
}

#[test]
fn snippets_show_the_field_only() {
    let snippet = |text: &str| Kubeconfig::parse(text).unwrap_err().snippet().map(str::to_owned);
    assert_eq!(snippet("users:\n- user:\n    token: 12345\n").as_deref(), Some("3 |     token: …"));
    assert_eq!(snippet("users:\n- user: {token: 12345}\n").as_deref(), Some("2 | - user: …"));
    assert_eq!(snippet("users:\n- user: {\n    hunter2: 1, token: 12345}\n"), None);
    assert_eq!(snippet("hunter2: : x\n"), None);
}
