//! Adapters that break the protocol, each in one way: the harness has to notice.

use std::io::{self, BufRead as _, Write as _};
use std::process::{Command, Stdio};
use std::time::Duration;

use clap::ValueEnum;
use kubeproof::conformance::adapter::{Adapter as _, FetchRequest};
use kubeproof_reference::ReferenceAdapter;
use serde_json::{Value, json};

use super::runtime;
use crate::exit_code;
use crate::output::complain;

/// How the protocol is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Saboteur {
    /// Ends at once
    NoHello,
    /// Never says anything
    Mute,
    /// Greets with words
    GreetsInWords,
    /// Says that it speaks a version that there is not
    AnotherProtocol,
    /// Declares a feature that there is not
    UnknownFeature,
    /// Serves nobody
    NoProviders,
    /// Says something before the answer
    Banner,
    /// Answers what is no JSON
    Garbage,
    /// Answers bytes that are no text
    Binary,
    /// Answers nothing on a line
    Blank,
    /// Answers for another fetch
    WrongId,
    /// Answers twice
    TwoAnswers,
    /// Answers with nothing
    NoOutcome,
    /// Answers with a kubeconfig and an error
    TwoOutcomes,
    /// Answers with an error of a kind that there is not
    UnknownKind,
    /// Answers with a number where a text belongs
    WrongType,
    /// Answers with a key that there is not
    UnknownKey,
    /// Ends instead of answering
    Dies,
    /// Ends in the middle of its answer
    DiesMidway,
    /// Does not answer
    Silent,
    /// Answers without end
    Flood,
    /// Says the credential on standard error
    Leaks,
    /// Ends badly
    EndsBadly,
    /// Does not end
    Lingers,
    /// Ends, and leaves a program that holds its standard output
    LeavesAChild,
    /// Has a name of two lines
    NameOfTwoLines,
}

impl Saboteur {
    pub(super) fn run(self) -> u8 {
        match self.speak() {
            Ok(()) if self == Self::EndsBadly => exit_code::FAILED,
            Ok(()) => exit_code::CONFORMANT,
            Err(error) => {
                complain(error);
                exit_code::COULD_NOT_RUN
            }
        }
    }

    fn speak(self) -> Result<(), Box<dyn std::error::Error>> {
        let runtime = runtime().map_err(|_| "no runtime")?;
        for line in io::stdin().lock().lines() {
            let asked: Value = serde_json::from_str(&line?)?;
            if asked.get("hello").is_some() {
                if !self.greet()? {
                    return Ok(());
                }
                continue;
            }
            let request: FetchRequest = serde_json::from_value(asked.get("fetch").cloned().unwrap_or_default())?;
            let id = request.id.clone();
            let credentials = request.credentials.secrets();
            let mut result = match runtime.block_on(ReferenceAdapter.fetch(request)) {
                Ok(fetched) => serde_json::to_value(fetched)?,
                Err(failure) => json!({"error": failure}),
            };
            result.as_object_mut().ok_or("a result is an object")?.insert("id".to_owned(), id.into());
            if !self.answer(result, &credentials)? {
                return Ok(());
            }
        }
        match self {
            Self::Lingers => wait_for_ever(),
            Self::LeavesAChild => {
                let own = std::env::current_exe()?;
                Command::new(own).args(["adapter", "saboteur", "lingers"]).stdin(Stdio::null()).spawn()?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Greets, and says whether it goes on.
    fn greet(self) -> io::Result<bool> {
        let about = ReferenceAdapter.about();
        let mut hello = json!({
            "protocol": 1, "name": "saboteur", "version": "1.0.0", "providers": about.providers, "features": about.features,
        });
        match self {
            Self::NoHello => return Ok(false),
            Self::Mute => wait_for_ever(),
            Self::GreetsInWords => return say(b"hello, I am an adapter\n"),
            Self::AnotherProtocol => set(&mut hello, "protocol", 2),
            Self::UnknownFeature => set(&mut hello, "features", ["bearer", "telepathy"].as_slice()),
            Self::NameOfTwoLines => set(&mut hello, "name", "one\n::error::two"),
            Self::NoProviders => set(&mut hello, "providers", [""; 0].as_slice()),
            _ => {}
        }
        say(format!("{}\n", json!({"hello": hello})).as_bytes())
    }

    /// Answers, and says whether it goes on.
    fn answer(self, mut result: Value, credentials: &[String]) -> io::Result<bool> {
        let line = |result: &Value| format!("{}\n", json!({"result": result}));
        let id = result.get("id").cloned().unwrap_or_default();
        match self {
            Self::Banner => say(format!("adapter ready\n{}", line(&result)).as_bytes()),
            Self::Garbage => say(b"Traceback (most recent call last):\n"),
            Self::Binary => say(b"\xff\xfe\x00\n"),
            Self::Blank => say(b"\n"),
            Self::WrongId => {
                set(&mut result, "id", "another");
                say(line(&result).as_bytes())
            }
            Self::TwoAnswers => say(line(&result).repeat(2).as_bytes()),
            Self::NoOutcome => say(line(&json!({"id": id})).as_bytes()),
            Self::TwoOutcomes => {
                set(&mut result, "kubeconfig", "apiVersion: v1\n");
                set(&mut result, "error", json!({"kind": "error"}));
                say(line(&result).as_bytes())
            }
            Self::UnknownKind => say(line(&json!({"id": id, "error": {"kind": "bad-luck"}})).as_bytes()),
            Self::WrongType => say(line(&json!({"id": id, "kubeconfig": 7})).as_bytes()),
            Self::UnknownKey => {
                set(&mut result, "elapsed_ms", 3);
                say(line(&result).as_bytes())
            }
            Self::Dies => Ok(false),
            Self::DiesMidway => {
                let line = line(&result);
                say(line.get(..line.len() / 2).unwrap_or_default().as_bytes())?;
                Ok(false)
            }
            Self::Silent => wait_for_ever(),
            Self::Flood => loop {
                say(&[b'x'; 1 << 16])?;
            },
            Self::Leaks => {
                let _ = writeln!(io::stderr(), "asking with {}", credentials.join(" "));
                say(line(&result).as_bytes())
            }
            _ => say(line(&result).as_bytes()),
        }
    }
}

fn set(object: &mut Value, key: &str, value: impl Into<Value>) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value.into());
    }
}

fn say(bytes: &[u8]) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(true)
}

/// Until it is ended; but not much longer than whoever started it, should that one be interrupted.
fn wait_for_ever() -> ! {
    let parent = parent();
    loop {
        std::thread::park_timeout(LEFT_ALONE);
        if self::parent() != parent {
            std::process::exit(exit_code::COULD_NOT_RUN.into());
        }
    }
}

/// How long one goes on that is left alone: longer than any harness waits for it.
const LEFT_ALONE: Duration = Duration::from_secs(60);

#[cfg(unix)]
fn parent() -> Option<u32> {
    Some(std::os::unix::process::parent_id())
}

/// Not known: it goes on until it is ended.
#[cfg(not(unix))]
fn parent() -> Option<u32> {
    None
}
