use serde_json::Value;

/// Manifests as documents of YAML: objects are written, and texts, which hold some already, stay as they are.
///
/// # Errors
/// When the writer refuses a value, which is not known to happen.
pub(super) fn as_yaml(items: &[Value]) -> Result<String, String> {
    let mut text = String::new();
    for item in items {
        let document = match item {
            Value::String(document) => document.clone(),
            object => {
                let options = serde_saphyr::ser_options! { prefer_block_scalars: false };
                serde_saphyr::to_string_with_options(object, options).map_err(|error| error.to_string())?
            }
        };
        let document = document.strip_prefix("---\n").unwrap_or(&document).trim_end();
        text.push_str("---\n");
        text.push_str(document);
        text.push('\n');
    }
    Ok(text)
}
