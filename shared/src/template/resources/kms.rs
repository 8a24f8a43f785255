//! A customer-managed key, for accounts that have one; without it, everything is encrypted with the services' own keys.
//!
//! What its policy must allow stands in template/README.md, under "Keys of your own".

use super::iam::{Role, Statement};
use crate::template::cloudformation::condition::Test;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::parameter::ParameterOf;
use crate::template::cloudformation::resource::Condition;
use crate::template::cloudformation::resource::Handle;
use crate::template::cloudformation::value::Value;

/// The key of a parameter that may be empty.
#[derive(Debug)]
pub struct KmsKey {
    arn: Value,
    given: Handle<Condition>,
}

impl KmsKey {
    /// The parameter `KeyArn`, and the condition that it was given.
    ///
    /// # Errors
    /// A name that is taken.
    pub fn from_parameter(template: &mut Template, what: &str) -> Result<Self, Problem> {
        let description = format!("A KMS key of yours, by ARN, for {what}; empty for the services' own keys.");
        let arn = ParameterOf::text(&description).default("").matching(
            "^(arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[a-zA-Z0-9-]+)?$",
            "the ARN of a key, not of an alias",
        );
        let arn = template.parameter("KeyArn", arn)?.reference();
        let given = template.condition("KeyIsGiven", Test::given(&arn))?;
        Ok(Self { arn, given })
    }

    /// The key's ARN, where there must be none otherwise.
    #[must_use]
    pub fn or_nothing(&self) -> Value {
        self.given.then(&self.arn)
    }

    /// This with the key, else that.
    #[must_use]
    pub fn choose(&self, with_key: impl FnOnce(&Value) -> Value, otherwise: &Value) -> Value {
        self.given.choose(&with_key(&self.arn), otherwise)
    }

    /// These actions on the key, when there is one.
    #[must_use]
    pub fn statement<A: Into<String>>(&self, actions: impl IntoIterator<Item = A>) -> Statement {
        Statement::allow(actions).on([self.arn.clone()]).when(&self.given)
    }

    /// Reading and writing, as CDK's `grantEncryptDecrypt`.
    pub fn grant_encrypt_decrypt(&self, role: &mut Role) {
        role.grant(self.statement(USE));
    }
}

/// What a principal calls, or a service in its name, that reads and writes what a key encrypts.
pub(in crate::template) const USE: [&str; 5] =
    ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"];
