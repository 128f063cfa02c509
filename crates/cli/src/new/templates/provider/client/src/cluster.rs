use std::fmt;

use kubeproof_client::{Error, Identifier};

/// A cluster{% if owner %} of {{ article }} {{ owner }}{% endif %}. No rule for these ids is known, so none is made up here.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
{%- if owner %}
    {{ owner }}_id: Identifier,
{%- endif %}
    cluster_id: Identifier,
}

impl Cluster {
{%- if owner %}
    /// Checks that each id is one segment of a path.
    ///
    /// # Errors
    /// `invalid-argument`, see [`Identifier::parse`].
    pub fn parse({{ owner }}_id: &str, cluster_id: &str) -> Result<Self, Error> {
        Ok(Self {
            {{ owner }}_id: Identifier::parse("{{ owner }} id", {{ owner }}_id)?,
            cluster_id: Identifier::parse("cluster id", cluster_id)?,
        })
    }
{%- else %}
    /// Checks that the id is one segment of a path.
    ///
    /// # Errors
    /// `invalid-argument`, see [`Identifier::parse`].
    pub fn parse(cluster_id: &str) -> Result<Self, Error> {
        Ok(Self { cluster_id: Identifier::parse("cluster id", cluster_id)? })
    }
{%- endif %}

    pub(crate) fn path(&self) -> String {
        format!("{{ client_path }}", {{ client_ids }})
    }
}

impl fmt::Display for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
{%- if owner %}
        write!(f, "{}/{}", self.{{ owner }}_id, self.cluster_id)
{%- else %}
        self.cluster_id.fmt(f)
{%- endif %}
    }
}
