//! A tutorial, done as its reader does it: files are written, commands are typed, and what they say is looked at.
//!
//! - ` ```console ` holds commands behind `$ ` and below each what one sees. `[..]` stands for what changes in a line, a line of `...` for
//!   lines. A command that ends in `\` goes on in the next line. One that ends in `&` goes on in the background: what it says is waited
//!   for. One that fails is followed by `$ echo $?`.
//! - ` ```LANGUAGE file=PATH ` is written to that file, ` ```diff file=PATH ` is done to it; the paragraph before says `PATH`.
//! - There are no other blocks, and nothing is left running.

use std::fs;
use std::path::{Component, Path};

use crate::bash::Bash;
use crate::comparison::{difference, is_as_expected};
use crate::markdown::{self, Block};
use crate::page::Page;

/// A command and what is said that one sees.
#[derive(Debug, PartialEq)]
struct Typed {
    line: usize,
    command: String,
    expected: String,
}

/// What a block is for.
enum Task<'a> {
    Type(Vec<Typed>),
    Write(&'a Path),
    Change(&'a Path),
}

/// Does what a page says.
///
/// # Errors
///
/// What went otherwise, and at which line of the page.
pub(crate) fn follow(page: &Page) -> Result<(), String> {
    let blocks = markdown::blocks(&page.text);
    let wrong = |line: usize, what: String| format!("{}:{line}: {what}", page.name);
    if blocks.is_empty() {
        return Err(wrong(1, "there is nothing to do".to_owned()));
    }
    let tasks: Vec<(&Block, Task<'_>)> = blocks
        .iter()
        .map(|block| Ok((block, task(block)?)))
        .collect::<Result<_, (usize, String)>>()
        .map_err(|(line, what)| wrong(line, what))?;
    let mut bash = Bash::start();
    for (block, task) in tasks {
        match task {
            Task::Type(commands) => {
                for (index, typed) in commands.iter().enumerate() {
                    let asks_why = commands.get(index + 1).is_some_and(|next| next.command == "echo $?");
                    enter(&mut bash, typed, asks_why).map_err(|what| wrong(typed.line, what))?;
                }
            }
            Task::Write(path) => {
                let path = bash.folder().join(path);
                let written = fs::create_dir_all(path.parent().unwrap()).and_then(|()| fs::write(&path, &block.text));
                written.map_err(|error| wrong(block.line, format!("{}: {error}", path.display())))?;
            }
            Task::Change(path) => {
                let path = bash.folder().join(path);
                let changed = fs::read_to_string(&path)
                    .map_err(|error| error.to_string())
                    .and_then(|text| changed(&text, &block.text))
                    .and_then(|text| fs::write(&path, text).map_err(|error| error.to_string()));
                changed.map_err(|what| wrong(block.line, format!("{}: {what}", path.display())))?;
            }
        }
    }
    let left = bash.run("jobs -r").map_err(|what| wrong(page.text.lines().count(), what))?.said;
    if left.is_empty() {
        Ok(())
    } else {
        Err(wrong(page.text.lines().count(), format!("this is left running: {left}")))
    }
}

/// Types a command.
fn enter(bash: &mut Bash, typed: &Typed, asks_why: bool) -> Result<(), String> {
    let Typed { command, expected, .. } = typed;
    let is_as_expected = |said: &str| is_as_expected(expected, said);
    let ended = if command.ends_with('&') { bash.run_until(command, is_as_expected)? } else { bash.run(command)? };
    if !is_as_expected(&ended.said) {
        return Err(format!("`{command}` says something else:\n{}", difference(expected, &ended.said)));
    }
    match (ended.status, asks_why) {
        (0, true) => Err(format!("`{command}` succeeds, and `echo $?` follows")),
        (0, false) | (_, true) => Ok(()),
        (status, false) => Err(format!("`{command}` fails with {status}, and no `echo $?` follows")),
    }
}

fn task(block: &Block) -> Result<Task<'_>, (usize, String)> {
    let wrong = |what: String| Err((block.line, what));
    let words: Vec<&str> = block.info.split_whitespace().collect();
    let (language, name) = match words[..] {
        ["console"] => return Ok(Task::Type(commands(block)?)),
        [language, file] => (language, file.strip_prefix("file=")),
        _ => ("", None),
    };
    let Some(name) = name else {
        return wrong(format!("nobody does this: begin it with ```console, or name its file, not ```{}", block.info));
    };
    let path = Path::new(name);
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return wrong(format!("`{name}` leads out of the folder"));
    }
    if !block.named.iter().any(|named| named == name) {
        return wrong(format!("the paragraph before it does not say `{name}`"));
    }
    Ok(if language == "diff" { Task::Change(path) } else { Task::Write(path) })
}

fn commands(block: &Block) -> Result<Vec<Typed>, (usize, String)> {
    let mut commands: Vec<Typed> = Vec::new();
    let mut goes_on = false;
    for (line, text) in block.text.lines().enumerate().map(|(index, text)| (block.line + index, text)) {
        if let Some(command) = text.strip_prefix("$ ").filter(|_| !goes_on) {
            commands.push(Typed { line, command: command.to_owned(), expected: String::new() });
        } else {
            let Some(last) = commands.last_mut() else {
                return Err((line, "a block of ```console begins with `$ `".to_owned()));
            };
            let part = if goes_on { &mut last.command } else { &mut last.expected };
            if goes_on {
                part.push('\n');
            }
            *part += text;
            if !goes_on {
                part.push('\n');
            }
        }
        goes_on = commands.last().is_some_and(|last| last.expected.is_empty() && last.command.ends_with('\\'));
    }
    if commands.is_empty() { Err((block.line, "there is no command".to_owned())) } else { Ok(commands) }
}

/// A text after lines with `-` were taken out of it, and those with `+` put in, at the one place that has the others around them.
fn changed(text: &str, diff: &str) -> Result<String, String> {
    let (mut before, mut after) = (String::new(), String::new());
    for line in diff.split_inclusive('\n') {
        match line.split_at_checked(1) {
            Some(("-", rest)) => before += rest,
            Some(("+", rest)) => after += rest,
            Some((" ", rest)) => {
                before += rest;
                after += rest;
            }
            _ => return Err(format!("a line of ```diff begins with `-`, `+` or a blank: {line}")),
        }
    }
    match text.matches(&before).count() {
        1 => Ok(text.replace(&before, &after)),
        count => Err(format!("these lines are there {count} times:\n{before}")),
    }
}

mod tests {
    use super::*;

    /// What comes of a page; `[..]` stands for what changes.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let came = follow(&Page::new("docs/x.md", text)).err().unwrap_or_default();
        assert!(is_as_expected(expected, &came), "{text}\n{}", difference(expected, &came));
    }

    #[test]
    fn a_page_is_followed() {
        check("```console\n$ echo a b\na b\n$ printf 'no end'\nno end\n```\n", "");
        check("```console\n$ cd /\n$ x=y\n```\n\n```console\n$ pwd; echo $x\n/\ny\n```\n", "");
        check("```console\n$ false\n$ echo $?\n1\n```\n", "");
        check("```console\n$ echo a \\\n    b\na b\n```\n", "");
        check("Write `a/b.txt`:\n\n```text file=a/b.txt\nc\nd\n```\n\n```console\n$ cat a/b.txt\nc\nd\n```\n", "");
        check(
            "`b.txt`\n\n```text file=b.txt\na\nb\nc\n```\n\n`b.txt`\n\n```diff file=b.txt\n a\n-b\n+d\n+e\n```\n\n```console\n$ cat b.txt\na\nd\ne\nc\n```\n",
            "",
        );
        check("```console\n$ kubeproof --version\nkubeproof [..]\n$ echo $KUBEPROOF | grep -c /\n1\n```\n", "");
        // What goes on in the background is waited for, and ended.
        check("```console\n$ (echo a; echo b; exec cat /dev/zero >/dev/null) &\n...\nb\n$ kill %1\n$ wait\n```\n", "");
    }

    #[test]
    fn what_goes_otherwise_is_found() {
        check(
            "```console\n$ echo a\nb\n```\n",
            "docs/x.md:2: `echo a` says something else:\n--- to come\n+++ came\n@@ -1 +1 @@\n-b\n+a\n",
        );
        check("\n```console\n$ echo a\n```\n", "docs/x.md:3: `echo a` says something else:\n...\n+a\n");
        check("```console\n$ true\na\n```\n", "docs/x.md:2: `true` says something else:\n...\n-a\n");
        check("```console\n$ echo a >&2\n```\n", "docs/x.md:2: `echo a >&2` says something else:\n...\n+a\n");
        check(
            "```console\n$ true\n$ (exit 3)\n```\n",
            "docs/x.md:3: `(exit 3)` fails with 3, and no `echo $?` follows\n",
        );
        check("```console\n$ true\n$ echo $?\n0\n```\n", "docs/x.md:2: `true` succeeds, and `echo $?` follows\n");
        check("```console\n$ no-such-command\n[..]\n```\n", "docs/x.md:2: `no-such-command` fails with 127,[..]\n");
        check("```console\n$ echo 'a\n```\n", "docs/x.md:2: bash: [..]\n...\n");
        check("```console\n$ exit\n```\n", "docs/x.md:2: the shell has ended: \n");
        check(
            "```console\n$ exec sleep infinity &\n```\n",
            "docs/x.md:3: this is left running: [..]sleep infinity[..]\n",
        );
        check("```console\necho a\n```\n", "docs/x.md:2: a block of ```console begins with `$ `\n");
        check("```console\n```\n", "docs/x.md:2: there is no command\n");
    }

    #[test]
    fn no_block_is_skipped() {
        let nobody = "nobody does this: begin it with ```console, or name its file, not ```";
        for (info, shown) in
            [("sh", "sh"), ("", ""), ("text", "text"), ("console ignore", "console ignore"), ("rust file", "rust file")]
        {
            check(
                &format!("```console\n$ true\n```\n\n```{info}\nx\n```\n"),
                &format!("docs/x.md:6: {nobody}{shown}\n"),
            );
        }
        check("Indented:\n\n    $ false\n", &format!("docs/x.md:3: {nobody}\n"));
        check("Nothing at all.\n", "docs/x.md:1: there is nothing to do\n");
        check("Write it:\n\n```text file=a\nx\n```\n", "docs/x.md:4: the paragraph before it does not say `a`\n");
        check("`../a`\n\n```text file=../a\nx\n```\n", "docs/x.md:4: `../a` leads out of the folder\n");
        check(
            "`a`\n\n```text file=a\nx\nx\n```\n\n`a`\n\n```diff file=a\n-x\n```\n",
            "docs/x.md:11: [..]/a: these lines are there 2 times:\nx\n",
        );
        check("`a`\n\n```diff file=a\n-x\n```\n", "docs/x.md:4: [..]/a: No such file or directory[..]\n");
        check(
            "`a`\n\n```text file=a\nx\n```\n\n`a`\n\n```diff file=a\nx\n```\n",
            "docs/x.md:10: [..]/a: a line of ```diff begins with [..]\n",
        );
    }
}
