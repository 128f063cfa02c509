//! Documents that were made to be read in two ways, or never to end.

use super::Document;

/// All of them.
pub(crate) fn hostile() -> Vec<Document> {
    let user = "{name: a, user: {token: hidden, exec: {command: hidden}}}";
    let bomb = |levels: usize| {
        let level = |at: usize| format!("l{at}: &l{at} [{}]\n", vec![format!("*l{}", at - 1); 10].join(", "));
        format!("l0: &l0 [{}]\n{}", ["x"; 10].join(", "), (1..levels).map(level).collect::<String>())
    };
    let mut texts = vec![
        bomb(3),
        bomb(6),
        "[".repeat(20_000),
        format!("a: {}{}\n", "[".repeat(100), "]".repeat(100)),
        format!("a: {}{}\n", "[".repeat(300), "]".repeat(300)),
        "a: &a [*a]\n".to_owned(),
        format!("x: &x {user}\nusers: [*x]\n"),
        format!("users: []\n<<: {{users: [{user}]}}\n"),
        format!("<<: {{users: [{user}]}}\nusers: []\n"),
        format!("!!merge <<: {{users: [{user}]}}\n"),
        format!("\"<<\": {{users: [{user}]}}\n"),
        format!("? users\n: [{user}]\n"),
        format!("\"\\x75sers\": [{user}]\n"),
        format!("!!binary dXNlcnM=: [{user}]\n"),
        format!("!!str users: [{user}]\n"),
        format!("Users: [{user}]\n"),
        format!("u\u{17f}ers: [{user}]\n"),
        format!("users: []\n---\nusers: [{user}]\n"),
        format!("---\n---\nusers: [{user}]\n"),
        format!("--- {{}}\n--- {{users: [{user}]}}\n"),
        format!("users: [] # {user}\n"),
        format!("users: []\n# {user}\n"),
        format!("users: [{user}]\nusers: []\n"),
        format!("users: []\nusers: [{user}]\n"),
        format!("users: [{user}]\nusers: null\n"),
        format!("kind: Foo\nusers: [{user}]\n"),
        format!("Kind: Foo\nusers: [{user}]\n"),
        format!("%TAG ! tag:yaml.org,2002:\n---\n!str users: [{user}]\n"),
        format!("%TAG !e! tag:yaml.org,2002:\n---\n!e!str users: [{user}]\n"),
        format!("{{users: [{user}]}} x\n"),
        format!("{{users: [{user}]}}\nx: y\n"),
        format!("users: [{user}, *x]\n"),
        format!("a: &x {user}\nb: &x {{}}\nusers: [*x]\n"),
        "users: [{name: a, user: {auth-provider: {config: {.nan: a, .inf: b}}}}]\n".to_owned(),
        "users: [{name: a, user: {extensions: [{name: a}, {name: a}]}}]\n".to_owned(),
        "extensions: [{name: a, extension: !!binary /w==}]\n".to_owned(),
        // What kubectl takes for something else than other readers do, and what is refused here for it.
        format!("# {}\nxusers: [{user}]\n", "\u{feff}".repeat(171)),
        format!("\u{feff}\u{feff}\nxusers: [{user}]\n"),
        format!("users: [!x, {user}]\n"),
        "users: [!x]\n".to_owned(),
        "extensions: [{name: a, extension: {a:, b: c}}]\n".to_owned(),
        "extensions: [{name: a, extension: [a:]}]\n".to_owned(),
        "extensions: [{name: a, extension: [?a]}]\n".to_owned(),
        "extensions: [{name: a, extension: {!!str :a}}]\n".to_owned(),
        "!y!z {current-context: a}\n".to_owned(),
        "!!null >\ncurrent-context: a\n".to_owned(),
        // What is written over has to be YAML all the same.
        "preferences:\n  : a\npreferences: {}\n".to_owned(),
        "preferences: {: a}\npreferences: {}\n".to_owned(),
        "preferences:\n  ? a\n  : b\n  : c\npreferences: {}\n".to_owned(),
        "preferences:\n  &x : a\npreferences: {}\n".to_owned(),
        "preferences:\n  ? \n  : a\npreferences: {}\n".to_owned(),
        "extensions: [{name: a, extension: [{!y]]: v}]}]\n".to_owned(),
        "extensions: [{name: a, extension: {a: &x 1, *x: b}}]\n".to_owned(),
        "extensions: [{name: a, extension: {&x\n a: b}}]\n".to_owned(),
        "extensions: [{name: a, extension: {!x\n a: b}}]\n".to_owned(),
        "extensions: [{name: a, extension: {a: .nan, a: 1}}]\n".to_owned(),
        "extensions: [{name: a, extension: {a: {~: 1}, a: 1}}]\n".to_owned(),
        "extensions: [{name: a}, {name: a, extension: 1}]\n".to_owned(),
        "current-context: \"\\'\"\n".to_owned(),
        "current-context: |\n  a".to_owned(),
        "current-context: 'a'# c\n".to_owned(),
        "current-context: |\n    \n  # c\n".to_owned(),
        "current-context:\n|\n a\n".to_owned(),
        "current-context: a\n... b\n".to_owned(),
        format!("{{}}: {{users: [{user}]}}\n"),
        "{current-context: a}'b' c\n".to_owned(),
        "{current-context: a}]\n".to_owned(),
        "{current-context: a}# c\n".to_owned(),
        "&x [current-context: a".to_owned(),
        "  current-context: a\n]\n".to_owned(),
        "{current-context: a}\n@".to_owned(),
        "extensions: [{name: a, extension: [-]}]\n".to_owned(),
        "current-context: \"\\/\"\n".to_owned(),
        "&x ]".to_owned(),
    ];
    // What ends a line, and so a comment.
    for end in [
        "\n", "\r", "\r\n", "\u{85}", "\r\u{85}", "\u{2028}", "\u{2029}", "\u{b}", "\u{c}", "\u{1c}", "\u{a0}",
        "\u{200b}", "\\n",
    ] {
        texts.push(format!("# c{end}users: [{user}]\n"));
        texts.push(format!("current-context: a{end}users: [{user}]\n"));
        texts.push(format!("current-context: \"a{end}b\"\n"));
        texts.push(format!("current-context: 'a {end} b'\n"));
        texts.push(format!("current-context: |\n  a{end}  b\n"));
        texts.push(format!("{{current-context: a,{end}kind: Config}}\n"));
    }
    // Tabs where blanks should be.
    for text in [
        "\t",
        "\t\n",
        "\ta: b",
        "a:\tb",
        "a: b\n\t",
        "a: b\n\t\n",
        "a: b\n \t\n",
        "a: b\n\t# c\n",
        "a: b\t# c\n",
        "-\ta",
        "a:\n-\tb: c\n",
        "a:\n- \tb\n",
        "?\ta\n:\tb\n",
        "{\t}\t",
        "{}\n\t",
        "a: 'b\n\tc'\n",
        "a: b\n\tc\n",
        "a: b\n  \tc\n",
        "a: |\n\tb\n",
        "a: |\n  \tb\n",
        "a: [\n\tb]\n",
        "a: [b\n\t]\n",
        "a: \"b\"\n\t\n",
        "a: [b]\n\t\n",
        "a:\n  b: c\n\t\n  d: e\n",
        "---\ta: b\n",
        "---\t\na: b\n",
        "%YAML 1.1\t\n---\na: b\n",
    ] {
        texts.push(text.to_owned());
    }
    // Two marks, one of which is in the text.
    let marked = "\u{feff}\u{feff}\ncurrent-context: a\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    texts.into_iter().map(|text| Document(text.into_bytes())).chain([Document(marked)]).collect()
}
