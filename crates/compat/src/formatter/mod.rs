//! Structured output in the formats of Ceph's `--format` option.
//!
//! One trait (`value`), one file for each family. What is written is a tree of named sections
//! (objects and arrays) and named values; each format makes of it what Ceph's Formatter.cc does.

mod json;
mod table;
mod value;
mod xml;

pub(crate) use value::{Formatter, Section, Value};

/// The formatter of this name, or where no format has it the one of another name.
pub(crate) fn by_name(name: &str, otherwise: &str) -> Box<dyn Formatter> {
    match name {
        "json" => Box::new(json::Json::new(false)),
        "xml" => Box::new(xml::Xml::new(xml::Dialect::Xml, false)),
        "xml-pretty" => Box::new(xml::Xml::new(xml::Dialect::Xml, true)),
        "html" => Box::new(xml::Xml::new(xml::Dialect::Html, false)),
        "html-pretty" => Box::new(xml::Xml::new(xml::Dialect::Html, true)),
        "table" => Box::new(table::Table::new(false)),
        "table-kv" => Box::new(table::Table::new(true)),
        "json-pretty" => Box::new(json::Json::new(true)),
        _ if otherwise == "json" => Box::new(json::Json::new(false)),
        _ => Box::new(json::Json::new(true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: &str) -> String {
        let mut formatter = by_name(format, "json-pretty");
        formatter.open("map", Section::Object);
        formatter.open("devices", Section::Array);
        formatter.open("device", Section::Object);
        formatter.value("id", Value::Integer(-1));
        formatter.value("name", Value::Text("a<\"b\"\u{1}"));
        formatter.close();
        formatter.value("weight", Value::Float(0.1));
        formatter.close();
        formatter.open("none", Section::Array);
        formatter.close();
        formatter.close();
        formatter.finish()
    }

    #[test]
    fn json_escapes_and_leaves_empty_sections_on_one_line() {
        assert_eq!(
            written("json"),
            r#"{"devices":[{"id":-1,"name":"a<\"b\"\u0001"},0.10000000000000001],"none":[]}"#
        );
        let pretty = written("unheard-of");
        assert!(pretty.starts_with("{\n    \"devices\": [\n        {\n            \"id\": -1,"));
        assert!(pretty.ends_with("        0.10000000000000001\n    ],\n    \"none\": []\n}\n"));
    }

    #[test]
    fn xml_names_every_element_and_html_lists_them() {
        let name = "a&lt;&quot;b&quot;&#x01;";
        assert_eq!(
            written("xml"),
            format!(
                "<map><devices><device><id>-1</id><name>{name}</name></device>\
                 <weight>0.10000000000000001</weight></devices><none></none></map>"
            )
        );
        assert_eq!(
            written("html"),
            format!(
                "<map><devices><device><li>id: -1</li><li>name: {name}</li></device>\
                 <li>weight: 0.1</li></devices><none></none></map>"
            )
        );
        assert!(written("xml-pretty").starts_with("<map>\n <devices>\n  <device>\n   <id>"));
    }

    #[test]
    fn a_table_is_one_row_of_full_names() {
        assert_eq!(
            written("table-kv"),
            "key::device:devices:map:id[0]=\"-1\" \
             key::device:devices:map:name[0]=\"a<\"b\"\u{1}\" \
             key::devices:map:weight[0]=\"0.10000000000000001\" \n"
        );
        let lines: Vec<String> = written("table").lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 5);
        assert!(
            lines[1].starts_with("| device:devices:map:id[0]  | device:devices:map:name[0]  |")
        );
        assert!(lines[3].starts_with("| -1                        |"));
    }
}
