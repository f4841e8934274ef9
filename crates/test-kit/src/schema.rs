//! Holding a tool's JSON to its published schema.

use serde_json::Value;

/// Panics with everything in the instance that the schema does not allow. References stay within the schema.
pub fn assert_matches_schema(schema_json: &str, instance: &Value) {
    let schema: Value = serde_json::from_str(schema_json).expect("the schema is JSON");
    let validator =
        jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("not a schema: {error}"));
    let faults: Vec<String> =
        validator.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(faults.is_empty(), "the schema does not allow:\n{}\nin:\n{instance:#}", faults.join("\n"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const SCHEMA: &str =
        r#"{"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}"#;

    #[test]
    fn what_matches_passes() {
        assert_matches_schema(SCHEMA, &json!({"size": 1}));
    }

    #[test]
    #[should_panic(expected = "/size: \"1\" is not of type \"integer\"")]
    fn what_does_not_match_is_named() {
        assert_matches_schema(SCHEMA, &json!({"size": "1"}));
    }
}
