//! Which cases to run.

use globset::{GlobBuilder, GlobMatcher};
use kubeproof_emulator::Edition;

use crate::case::Case;
use crate::clause::Provenance;
use crate::nearest::nearest;
use crate::suite::Suite;

/// Which cases to run. Whatever is left empty does not narrow the choice.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Patterns of ids, one of which has to fit: an id, the beginning of one up to a `/`, or a glob such as `*/redirects/*`.
    pub patterns: Vec<String>,
    /// Providers.
    pub providers: Vec<String>,
    /// Provenances.
    pub provenances: Vec<Provenance>,
    /// Editions, each of one provider; cases of other providers are not narrowed.
    pub editions: Vec<(String, Edition)>,
}

/// Why nothing can be selected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    /// A pattern cannot be read.
    #[error("the pattern `{pattern}` cannot be read: {why}")]
    Unreadable {
        /// The pattern.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// A pattern fits no case.
    #[error("no case fits `{pattern}`{}; see `kubeproof list`", hint(.similar.as_deref()))]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// A case that is called almost like it.
        similar: Option<String>,
    },
}

fn hint(similar: Option<&str>) -> String {
    similar.map(|similar| format!("; did you mean `{similar}`?")).unwrap_or_default()
}

impl Suite {
    /// The cases that `selection` chooses, in the order of the suite.
    ///
    /// # Errors
    ///
    /// When a pattern cannot be read or fits no case: a mistyped pattern would otherwise pass for a green run.
    ///
    /// ```
    /// use kubeproof_conformance::{Selection, Suite};
    ///
    /// let suite = Suite::embedded()?;
    /// let ucs = Selection { patterns: vec!["ucs".to_owned()], ..Selection::default() };
    /// assert!(suite.select(&ucs)?.iter().all(|case| case.provider == "ucs"));
    /// let typo = Selection { patterns: vec!["usc".to_owned()], ..Selection::default() };
    /// assert!(suite.select(&typo).unwrap_err().to_string().contains("no case fits `usc`"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn select(&self, selection: &Selection) -> Result<Vec<&Case>, SelectionError> {
        let mut patterns = Vec::new();
        for pattern in &selection.patterns {
            let ids = IdPattern::parse(pattern)?;
            if !self.cases().any(|case| ids.fits(&case.id)) {
                let similar = nearest(pattern, self.cases().map(|case| case.id.as_str())).map(str::to_owned);
                return Err(SelectionError::NoMatch { pattern: pattern.clone(), similar });
            }
            patterns.push(ids);
        }
        Ok(self
            .cases()
            .filter(|case| {
                let Selection { providers, provenances, editions, .. } = selection;
                (patterns.is_empty() || patterns.iter().any(|pattern| pattern.fits(&case.id)))
                    && (providers.is_empty() || providers.iter().any(|provider| provider == case.provider))
                    && (provenances.is_empty() || provenances.contains(&case.provenance))
                    && (editions.iter().all(|(provider, _)| provider != case.provider)
                        || editions
                            .iter()
                            .any(|(provider, edition)| provider == case.provider && *edition == case.edition))
            })
            .collect())
    }
}

/// A pattern of case ids.
struct IdPattern {
    glob: GlobMatcher,
    folder: String,
}

impl IdPattern {
    fn parse(pattern: &str) -> Result<Self, SelectionError> {
        let glob = GlobBuilder::new(pattern).build().map_err(|error| SelectionError::Unreadable {
            pattern: pattern.to_owned(),
            why: error.kind().to_string(),
        })?;
        Ok(Self { glob: glob.compile_matcher(), folder: pattern.trim_end_matches('/').to_owned() })
    }

    /// Whether `id` is the pattern, lies under it, or fits it as a glob.
    fn fits(&self, id: &str) -> bool {
        let under = id.strip_prefix(self.folder.as_str());
        under.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) || self.glob.is_match(id)
    }
}
