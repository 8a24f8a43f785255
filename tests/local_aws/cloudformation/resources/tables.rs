//! DynamoDB tables.

use serde_json::{Value, json};

use super::{Desk, Handler, Made, Refused, at_once};

pub(super) const HANDLERS: &[Handler] = &[Handler {
    kind: "AWS::DynamoDB::Table",
    properties: &[
        "AttributeDefinitions",
        "BillingMode",
        "DeletionProtectionEnabled",
        "KeySchema",
        "PointInTimeRecoverySpecification",
        "ProvisionedThroughput",
        "SSESpecification",
        "TableName",
        "Tags",
        "TimeToLiveSpecification",
    ],
    required: &["KeySchema"],
    create_only: &["TableName"],
    attributes: &["Arn"],
    create: |desk| {
        let name = desk.name("TableName", 255);
        let mut body = desk.only(&[
            "AttributeDefinitions",
            "BillingMode",
            "DeletionProtectionEnabled",
            "KeySchema",
            "ProvisionedThroughput",
            "SSESpecification",
        ]);
        body.insert("TableName".to_owned(), json!(name));
        body.insert("Tags".to_owned(), desk.tag_list());
        desk.call("dynamodb", "CreateTable", &Value::Object(body))?;
        configure(desk, &name)?;
        let arn = desk.arn("dynamodb", &format!("table/{name}"));
        Ok(Made::new(name, [("Arn", json!(arn))]))
    },
    update: |desk| {
        let name = desk.physical_id.to_owned();
        desk.call("dynamodb", "UpdateTable", &json!({ "TableName": name }))?;
        configure(desk, &name)?;
        Ok(Made::new(name, []))
    },
    delete: |desk| desk.remove("dynamodb", "DeleteTable", &json!({ "TableName": desk.physical_id })),
    is_settled: at_once,
}];

fn configure(desk: &mut Desk<'_>, name: &str) -> Result<(), Refused> {
    for (property, operation) in [
        ("TimeToLiveSpecification", "UpdateTimeToLive"),
        ("PointInTimeRecoverySpecification", "UpdateContinuousBackups"),
    ] {
        if desk.has_changed(property)
            && let Some(specification) = desk.properties.get(property).cloned()
        {
            let mut body = json!({ "TableName": name });
            body[property] = specification;
            desk.call("dynamodb", operation, &body)?;
        }
    }
    Ok(())
}
