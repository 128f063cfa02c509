//! Floating-point numbers as Go prints them.

/// As `encoding/json` does: with an exponent only when it is below -6 or above 20.
pub(crate) fn in_json(value: f64) -> String {
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = format!("{value:e}");
        return if size >= 1e21 { text.replacen('e', "e+", 1) } else { text };
    }
    value.to_string()
}

/// As `strconv` does with format `g`, which go-yaml uses: with an exponent, of two digits at least, when it is below -4
/// or above 5.
pub(crate) fn in_yaml(value: f64) -> String {
    general(&format!("{value:e}")).unwrap_or_else(|| value.to_string())
}

/// As [`in_yaml`], in single precision: how sigs.k8s.io/yaml turns a key that is a number into a text.
pub(crate) fn in_key(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "single precision is what kubectl has here")]
    let single = value as f32;
    if single.is_infinite() {
        return if single.is_sign_positive() { ".inf" } else { "-.inf" }.to_owned();
    }
    general(&format!("{single:e}")).unwrap_or_else(|| single.to_string())
}

/// `None` when no exponent is to be printed.
fn general(scientific: &str) -> Option<String> {
    let (mantissa, exponent) = scientific.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    if (-4..6).contains(&exponent) {
        return None;
    }
    let sign = if exponent.is_negative() { '-' } else { '+' };
    Some(format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, json: &str, yaml: &str) {
        assert_eq!((in_json(value).as_str(), in_yaml(value).as_str()), (json, yaml), "{value}");
    }

    #[test]
    fn numbers_as_go_prints_them() {
        check(0.0, "0", "0");
        check(-0.0, "-0", "-0");
        check(1.5, "1.5", "1.5");
        check(1000.0, "1000", "1000");
        check(1_234_567.5, "1234567.5", "1.2345675e+06");
        check(0.0001, "0.0001", "0.0001");
        check(0.00001, "0.00001", "1e-05");
        check(1e-6, "0.000001", "1e-06");
        check(1e-7, "1e-7", "1e-07");
        check(1e20, "100000000000000000000", "1e+20");
        check(1e21, "1e+21", "1e+21");
        check(-1.5e300, "-1.5e+300", "-1.5e+300");
        assert_eq!(in_key(0.1), "0.1");
        assert_eq!(in_key(16_777_217.0), "1.6777216e+07");
        assert_eq!(in_key(1e300), ".inf");
    }
}
