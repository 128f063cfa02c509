use kubeproof_conformance::adapter::FetchRequest;
use kubeproof_conformance::saboteur::{Edit, ItemEdit};
use kubeproof_kubeconfig::{Context, Data, Kubeconfig, Secret};
use serde_json::Value;

/// A kubeconfig after a change; as it was where it cannot be read or written.
pub(super) fn kubeconfig(text: String, edit: &Edit, asked: &FetchRequest) -> String {
    if let Edit::Text(replacement) = edit {
        return text.replace(&replacement.from, &replacement.to);
    }
    let Ok(mut kubeconfig) = Kubeconfig::parse(&text) else { return text };
    change(&mut kubeconfig, edit, asked);
    kubeconfig.to_yaml().unwrap_or(text)
}

fn change(kubeconfig: &mut Kubeconfig, edit: &Edit, asked: &FetchRequest) {
    let clusters = kubeconfig.clusters.iter_mut().map(|entry| &mut entry.cluster);
    let users = kubeconfig.users.iter_mut().map(|entry| &mut entry.user);
    match edit {
        Edit::NoAuthority => clusters.for_each(|cluster| {
            cluster.certificate_authority_data = None;
            cluster.certificate_authority = None;
        }),
        Edit::FirstAuthority => clusters.for_each(|cluster| {
            let authority = cluster.certificate_authority_data.take();
            cluster.certificate_authority_data = authority.map(|authority| first_certificate(&authority));
        }),
        Edit::SkipVerification => clusters.for_each(|cluster| {
            cluster.certificate_authority_data = None;
            cluster.insecure_skip_tls_verify = true;
        }),
        Edit::Proxy(url) => clusters.for_each(|cluster| cluster.proxy_url = Some(url.clone())),
        Edit::Server(replacement) => {
            clusters.for_each(|cluster| cluster.server = cluster.server.replace(&replacement.from, &replacement.to));
        }
        Edit::FirstContext => {
            kubeconfig.current_context =
                kubeconfig.contexts.first().map(|entry| entry.name.clone()).unwrap_or_default();
        }
        Edit::LastContext => {
            kubeconfig.current_context = kubeconfig.contexts.last().map(|entry| entry.name.clone()).unwrap_or_default();
        }
        Edit::NoContext => kubeconfig.current_context.clear(),
        Edit::FirstCluster => {
            if let Some(name) = kubeconfig.clusters.first().map(|entry| entry.name.clone()) {
                in_current(kubeconfig, |context| context.cluster = name);
            }
        }
        Edit::LastCluster => {
            if let Some(name) = kubeconfig.clusters.last().map(|entry| entry.name.clone()) {
                in_current(kubeconfig, |context| context.cluster = name);
            }
        }
        Edit::FirstUser => {
            if let Some(name) = kubeconfig.users.first().map(|entry| entry.name.clone()) {
                in_current(kubeconfig, |context| context.user = name);
            }
        }
        Edit::OnlyCurrent => {
            let current = kubeconfig.current_context.clone();
            kubeconfig.contexts.retain(|entry| entry.name == current);
            let contexts = &kubeconfig.contexts;
            kubeconfig.clusters.retain(|entry| contexts.iter().any(|used| used.context.cluster == entry.name));
            kubeconfig.users.retain(|entry| contexts.iter().any(|used| used.context.user == entry.name));
        }
        Edit::Rename(name) => rename(kubeconfig, name),
        Edit::NoCredential => users.for_each(|user| {
            user.token = None;
            user.client_certificate_data = None;
            user.client_key_data = None;
            user.exec = None;
        }),
        Edit::CertificateAsKey => users.filter(|user| user.client_key_data.is_some()).for_each(|user| {
            user.client_key_data.clone_from(&user.client_certificate_data);
        }),
        Edit::Token(token) => users.filter(|user| user.token.is_some()).for_each(|user| {
            user.token = Some(Secret::new(token.clone()));
        }),
        Edit::TokenOfTheApi => users.filter(|user| user.token.is_some()).for_each(|user| {
            user.token = asked.credentials.secrets().into_iter().next().map(Secret::new);
        }),
        Edit::TokensAsNumbers => users.for_each(|user| {
            let number = user.token.as_ref().and_then(|token| token.expose().parse::<f64>().ok());
            if let Some(number) = number {
                user.token = Some(Secret::new(format!("{number:e}")));
            }
        }),
        Edit::NoArguments => users.filter_map(|user| user.exec.as_mut()).for_each(|program| program.args = None),
        Edit::NoEnvironment => users.filter_map(|user| user.exec.as_mut()).for_each(|program| program.env = None),
        Edit::Program(command) => {
            users.filter_map(|user| user.exec.as_mut()).for_each(|program| program.command.clone_from(command));
        }
        Edit::Text(_) => {}
    }
}

fn in_current(kubeconfig: &mut Kubeconfig, change: impl FnOnce(&mut Context)) {
    let current = &kubeconfig.current_context;
    if let Some(entry) = kubeconfig.contexts.iter_mut().find(|entry| entry.name == *current) {
        change(&mut entry.context);
    }
}

fn rename(kubeconfig: &mut Kubeconfig, name: &str) {
    for entry in &mut kubeconfig.clusters {
        entry.name = format!("{name}-{}", entry.name);
    }
    for entry in &mut kubeconfig.users {
        entry.name = format!("{name}-{}", entry.name);
    }
    for entry in &mut kubeconfig.contexts {
        entry.name = format!("{name}-{}", entry.name);
        entry.context.cluster = format!("{name}-{}", entry.context.cluster);
        entry.context.user = format!("{name}-{}", entry.context.user);
    }
    kubeconfig.current_context = format!("{name}-{}", kubeconfig.current_context);
}

fn first_certificate(authority: &Data) -> Data {
    const END: &str = "-----END CERTIFICATE-----";
    let text = String::from_utf8_lossy(authority.expose());
    let first = text.split_inclusive(END).next().unwrap_or_default();
    Data::new(format!("{first}\n"))
}

/// Items of access information after a change.
pub(super) fn items(mut items: Vec<Value>, edit: &ItemEdit) -> Vec<Value> {
    match edit {
        ItemEdit::WithoutLast => {
            items.pop();
            items
        }
        ItemEdit::Reversed => {
            items.reverse();
            items
        }
        ItemEdit::Joined => vec![Value::from(items.iter().map(text_of).collect::<Vec<_>>().join("\n---\n"))],
        ItemEdit::AsText => items
            .into_iter()
            .map(|item| if item.is_string() { item } else { Value::from(item.to_string().replace('"', "'")) })
            .collect(),
        ItemEdit::ObjectsWithout(field) => {
            for object in items.iter_mut().filter_map(Value::as_object_mut) {
                object.shift_remove(field);
            }
            items
        }
        ItemEdit::Trimmed => items.iter().map(|item| Value::from(text_of(item).trim())).collect(),
        ItemEdit::Text(replacement) => {
            items.iter().map(|item| Value::from(text_of(item).replace(&replacement.from, &replacement.to))).collect()
        }
    }
}

/// A text as it is, and anything else as JSON.
pub(super) fn text_of(item: &Value) -> String {
    item.as_str().map_or_else(|| item.to_string(), str::to_owned)
}
