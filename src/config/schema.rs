//! The JSON Schema of a config, made from its keys.

use serde_json::{Map, Value, json};

use crate::config::keys::{CONFIG, Group, Shape};

/// The schema, for editors.
pub fn schema() -> Value {
    let mut definitions = Map::new();
    define(&CONFIG, &mut definitions);
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!("rune.yaml"));
    schema.insert("$ref".to_owned(), reference(&CONFIG));
    schema.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(schema)
}

/// Adds the definition of a group, and of all that it refers to.
fn define(group: &Group, definitions: &mut Map<String, Value>) {
    let name = identifier(group);
    if definitions.contains_key(&name) {
        return;
    }
    // taken before its keys are looked at, since a split may hold splits
    definitions.insert(name.clone(), Value::Null);
    let mut properties = Map::new();
    for key in group.keys {
        let Value::Object(mut property) = nullable(of(&key.shape, definitions)) else { continue };
        property.insert("description".to_owned(), json!(key.about));
        if !key.used {
            property.insert("deprecated".to_owned(), json!(true));
        }
        properties.insert(key.name.to_owned(), Value::Object(property));
    }
    let mut definition = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if std::ptr::eq(group, &CONFIG) {
        // a place for anchors
        definition["patternProperties"] = json!({ "^x-": {} });
    }
    definitions.insert(name, definition);
}

fn of(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    match shape {
        Shape::Text => json!({ "type": ["string", "number", "boolean"] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Duration => json!({ "type": "string", "pattern": "^0$|^([0-9.]+(ns|us|µs|ms|s|m|h|d))+$" }),
        Shape::Words(words) => json!({ "enum": words }),
        Shape::Group(group) => {
            define(group, definitions);
            json!({ "$ref": reference(group) })
        }
        Shape::List(item) => json!({ "type": "array", "items": nullable(of(item, definitions)) }),
        Shape::Names(value) => {
            json!({ "type": "object", "additionalProperties": nullable(of(value, definitions)) })
        }
        Shape::Values => json!({ "type": "object", "additionalProperties": of(&Shape::Text, definitions) }),
        Shape::OneOf(shapes) => {
            let choices: Vec<Value> = shapes.iter().map(|shape| of(shape, definitions)).collect();
            json!({ "anyOf": choices })
        }
    }
}

/// A key without a value counts as left out.
fn nullable(schema: Value) -> Value {
    match schema {
        Value::Object(mut map) if map.contains_key("anyOf") => {
            if let Some(Value::Array(choices)) = map.get_mut("anyOf") {
                choices.push(json!({ "type": "null" }));
            }
            Value::Object(map)
        }
        other => json!({ "anyOf": [other, { "type": "null" }] }),
    }
}

/// "a start ritual" is `start_ritual`.
fn identifier(group: &Group) -> String {
    let name = group.name;
    let name = name.strip_prefix("a ").or(name.strip_prefix("an ")).unwrap_or(name);
    name.replace(' ', "_")
}

fn reference(group: &Group) -> Value {
    json!(format!("#/$defs/{}", identifier(group)))
}
