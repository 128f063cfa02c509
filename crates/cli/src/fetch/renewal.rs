//! What an earlier fetch of the same cluster has left in a file.

use kubeproof::conformance::by_hand::quoted;
use kubeproof_kubeconfig::{Kubeconfig, NamedCluster, NamedContext};

use super::record;
use crate::merging::Incoming;

/// What was found of earlier fetches, and what was done about it.
#[derive(Default)]
pub(super) struct Renewal {
    done: Vec<String>,
    hints: Vec<String>,
    doubts: Vec<String>,
}

impl Renewal {
    /// What was replaced, a line each.
    pub(super) fn done(&self) -> &[String] {
        &self.done
    }

    /// What could be replaced, a line each.
    pub(super) fn hints(&self) -> &[String] {
        &self.hints
    }

    /// What was not replaced since it may be of another cluster, a line each.
    pub(super) fn doubts(&self) -> &[String] {
        &self.doubts
    }

    /// Replaces what an earlier fetch has left: the user of each of its contexts, and whom to trust. What else a person
    /// has changed about them stays. What comes is changed so that it is what is there then.
    pub(super) fn renew(&mut self, old: &mut Kubeconfig, incoming: &mut Incoming) {
        let pairs = pairs(old, &incoming.kubeconfig);
        self.doubt(old, incoming);
        for (earlier, new) in &pairs {
            // A user that another server gets as well is not this cluster's alone.
            let is_shared = old.contexts.iter().any(|entry| {
                entry.context.user == earlier.context.user && !pairs.iter().any(|(pair, _)| pair.name == entry.name)
            });
            let user = incoming.kubeconfig.users.iter().find(|entry| entry.name == new.context.user).cloned();
            let cluster = incoming.kubeconfig.clusters.iter().find(|entry| entry.name == new.context.cluster).cloned();
            let (Some(user), Some(cluster), false) = (user, cluster, is_shared) else { continue };
            // A way that is verified stays so: one that is not gets a name of its own.
            let is_verified =
                |entry: &NamedCluster| entry.name == earlier.context.cluster && !entry.cluster.insecure_skip_tls_verify;
            let is_worse = cluster.cluster.insecure_skip_tls_verify && old.clusters.iter().any(is_verified);
            if is_worse || is_other(old, &incoming.kubeconfig, earlier, new) {
                continue;
            }
            for entry in old.users.iter_mut().filter(|entry| entry.name == earlier.context.user) {
                if entry.user != user.user {
                    entry.user = user.user.clone();
                    self.done.push(format!(
                        "{}: user {:?} of context {:?}: credentials renewed",
                        incoming.from, entry.name, earlier.name
                    ));
                }
            }
            for entry in old.clusters.iter_mut().filter(|entry| entry.name == earlier.context.cluster) {
                entry.cluster.certificate_authority_data.clone_from(&cluster.cluster.certificate_authority_data);
                entry.cluster.insecure_skip_tls_verify = cluster.cluster.insecure_skip_tls_verify;
            }
            adopt(old, earlier, new, &mut incoming.kubeconfig);
        }
        incoming.kubeconfig = without_unused(&incoming.kubeconfig, &pairs);
    }

    /// Says which contexts look like earlier fetches of this cluster, and do not say that they are.
    fn doubt(&mut self, old: &Kubeconfig, incoming: &Incoming) {
        for context in &incoming.kubeconfig.contexts {
            let silent = alike(old, &incoming.kubeconfig, context).filter(|entry| record::of(entry).is_none());
            for NamedContext { name, .. } in silent {
                self.doubts.push(format!(
                    "{}: context {name:?} leads to the same server and does not say of which cluster it is, so that \
                     --renew leaves it; if it is of this cluster, remove it: kubectl config delete-context {}",
                    incoming.from,
                    quoted(name)
                ));
            }
        }
    }

    /// Says what could be renewed.
    pub(super) fn look(&mut self, old: &Kubeconfig, incoming: &Incoming) {
        for (earlier, new) in pairs(old, &incoming.kubeconfig) {
            let user = |kubeconfig: &Kubeconfig, name: &str| {
                kubeconfig.users.iter().find(|entry| entry.name == name).map(|entry| entry.user.clone())
            };
            if user(old, &earlier.context.user) != user(&incoming.kubeconfig, &new.context.user) {
                self.hints.push(format!(
                    "{}: an earlier fetch of this cluster is there as context {:?}; --renew replaces its credentials",
                    incoming.from, earlier.name
                ));
            }
        }
    }
}

/// The contexts of a file that were fetched from the same cluster as one that comes, with those.
fn pairs(old: &Kubeconfig, new: &Kubeconfig) -> Vec<(NamedContext, NamedContext)> {
    let of = |context: &NamedContext| {
        let is_same = |entry: &&NamedContext| record::of(entry).is_some() && record::of(entry) == record::of(context);
        alike(old, new, context).find(is_same).map(|earlier| (earlier.clone(), context.clone()))
    };
    new.contexts.iter().filter_map(of).collect()
}

/// The contexts of a file that lead to the same server as one that comes, under its name or the one that merging gave it.
/// They may be those of another cluster.
fn alike<'a>(
    old: &'a Kubeconfig,
    new: &'a Kubeconfig,
    context: &'a NamedContext,
) -> impl Iterator<Item = &'a NamedContext> {
    let server = |kubeconfig: &'a Kubeconfig, context: &NamedContext| {
        let cluster = kubeconfig.clusters.iter().find(|entry| entry.name == context.context.cluster);
        cluster.map(|entry| entry.cluster.server.as_str())
    };
    let wanted = server(new, context);
    old.contexts
        .iter()
        .filter(|entry| is_named_after(&entry.name, &context.name))
        .filter(move |entry| wanted.is_some() && server(old, entry) == wanted)
}

/// Whether a name is another one, or what merging makes of it: `name-2`.
fn is_named_after(name: &str, other: &str) -> bool {
    name.strip_prefix(other).is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('-')
                .is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Whether what comes uses a name of what is there for something else. What it has adopted already is the same.
fn is_other(old: &Kubeconfig, incoming: &Kubeconfig, earlier: &NamedContext, new: &NamedContext) -> bool {
    let NamedContext { name, context, .. } = earlier;
    incoming.contexts.iter().any(|entry| entry.name == *name && entry.name != new.name)
        || incoming
            .users
            .iter()
            .any(|entry| entry.name == context.user && entry.name != new.context.user && !old.users.contains(entry))
        || incoming.clusters.iter().any(|entry| {
            entry.name == context.cluster && entry.name != new.context.cluster && !old.clusters.contains(entry)
        })
}

/// Makes a context that comes the one that is there.
fn adopt(old: &Kubeconfig, earlier: &NamedContext, new: &NamedContext, incoming: &mut Kubeconfig) {
    if incoming.current_context == new.name {
        incoming.current_context.clone_from(&earlier.name);
    }
    for entry in incoming.contexts.iter_mut().filter(|entry| entry.name == new.name) {
        *entry = earlier.clone();
    }
    let users = old.users.iter().filter(|entry| entry.name == earlier.context.user);
    for entry in users {
        incoming.users.retain(|other| other.name != entry.name);
        incoming.users.push(entry.clone());
    }
    let clusters = old.clusters.iter().filter(|entry| entry.name == earlier.context.cluster);
    for entry in clusters {
        incoming.clusters.retain(|other| other.name != entry.name);
        incoming.clusters.push(entry.clone());
    }
}

/// The kubeconfig without the clusters and users that only the contexts used that are there already.
fn without_unused(kubeconfig: &Kubeconfig, pairs: &[(NamedContext, NamedContext)]) -> Kubeconfig {
    let mut kubeconfig = kubeconfig.clone();
    let contexts = kubeconfig.contexts.clone();
    let is_left = |name: &str, name_of: fn(&NamedContext) -> &str| {
        !pairs.iter().any(|(_, new)| name_of(new) == name) || contexts.iter().any(|entry| name_of(entry) == name)
    };
    kubeconfig.clusters.retain(|entry| is_left(&entry.name, |entry| &entry.context.cluster));
    kubeconfig.users.retain(|entry| is_left(&entry.name, |entry| &entry.context.user));
    kubeconfig
}
