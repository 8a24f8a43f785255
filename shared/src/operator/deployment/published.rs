//! Where a release lies in a bucket: `<prefix><version>/<function>-<architecture>.zip`, the templates beside them, and
//! SHA256SUMS last, which says that all of it is there.

use super::Values;
use crate::region::dns_suffix;

/// What [`PublishedRelease::prefix`] is unless another is given: the default of the functions template's CodePrefix.
pub const CODE_PREFIX: &str = "flink-stack-handlers/";

/// A release in a bucket of one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedRelease {
    /// The bucket's name, `${AWS::Region}` in it resolved.
    pub bucket: String,
    /// How the keys begin: nothing, or a text that ends with `/`.
    pub prefix: String,
    /// The release's version, which is a part of each key.
    pub version: String,
}

impl PublishedRelease {
    /// Places a release; `${AWS::Region}` in the bucket's name stands for the region.
    ///
    /// # Errors
    /// A prefix that the functions template does not take.
    pub fn new(bucket: &str, prefix: &str, version: &str, region: &str) -> Result<Self, String> {
        if !(prefix.is_empty() || (prefix.ends_with('/') && !prefix.starts_with('/'))) {
            return Err(format!(
                "prefix: expected nothing, or a text that ends with / and does not begin with one, found \"{prefix}\""
            ));
        }
        let bucket = bucket.replace("${AWS::Region}", region);
        Ok(Self { bucket, prefix: prefix.to_owned(), version: version.to_owned() })
    }

    /// The key of a file of the release: a zip's without its folder.
    #[must_use]
    pub fn key(&self, file: &str) -> String {
        let file = file.strip_prefix("functions/").unwrap_or(file);
        format!("{}{}/{file}", self.prefix, self.version)
    }

    /// What the functions template is given, `Key=Value` as `aws cloudformation deploy --parameter-overrides` takes it.
    #[must_use]
    pub fn overrides(&self) -> String {
        format!("CodeBucket={} CodePrefix={} CodeVersion={}", self.bucket, self.prefix, self.version)
    }

    /// The same as parameters, without the version: each template has its own.
    #[must_use]
    pub fn parameters(&self) -> Values {
        let all = [("CodeBucket", &self.bucket), ("CodePrefix", &self.prefix)];
        all.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }

    /// The console's page that creates the functions stack from the template in the bucket, its parameters filled in.
    #[must_use]
    pub fn quick_create(&self, region: &str) -> String {
        let console = match region.split('-').next() {
            Some("cn") => format!("{region}.console.amazonaws.cn"),
            _ if region.starts_with("us-gov-") => "console.amazonaws-us-gov.com".to_owned(),
            _ => format!("{region}.console.aws.amazon.com"),
        };
        let suffix = dns_suffix(region);
        let key = encoded(&self.key("templates/functions.template.json"));
        let template = encoded(&format!("https://{}.s3.{region}.{suffix}/{key}", self.bucket)).replace('/', "%2F");
        let given = self.parameters().into_iter().map(|(name, value)| {
            let value = encoded(&value).replace('/', "%2F");
            format!("&param_{name}={value}")
        });
        format!(
            "https://{console}/cloudformation/home?region={region}#/stacks/create/review?templateURL={template}\
             &stackName=flink-functions{}",
            given.collect::<String>()
        )
    }
}

/// A key as a URL's path has it: S3 reads a bare `+` as a space.
#[must_use]
pub fn encoded(key: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    key.bytes().map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(prefix: &str) -> PublishedRelease {
        PublishedRelease::new("zips-${AWS::Region}", prefix, "1.0.0-dev+abc", "eu-west-1").unwrap()
    }

    #[test]
    fn keys_are_those_that_the_functions_template_reads() {
        let published = published(CODE_PREFIX);
        let zip = "flink-stack-handlers/1.0.0-dev+abc/flink-auto-start-arm64.zip";
        assert_eq!(published.key("functions/flink-auto-start-arm64.zip"), zip);
        assert_eq!(published.key("SHA256SUMS"), "flink-stack-handlers/1.0.0-dev+abc/SHA256SUMS");
        assert_eq!(
            published.overrides(),
            "CodeBucket=zips-eu-west-1 CodePrefix=flink-stack-handlers/ CodeVersion=1.0.0-dev+abc"
        );
        let template: serde_json::Value =
            serde_json::from_str(&crate::template::functions().unwrap().render().unwrap()).unwrap();
        assert_eq!(template["Parameters"]["CodePrefix"]["Default"], CODE_PREFIX);
    }

    #[test]
    fn a_plus_is_encoded_for_s3() {
        assert_eq!(encoded("a/1.0.0-dev+abc/f.zip"), "a/1.0.0-dev%2Babc/f.zip");
    }

    #[test]
    fn the_console_gets_template_and_parameters_and_nothing_secret() {
        let link = published("team/").quick_create("eu-west-1");
        assert!(
            link.starts_with("https://eu-west-1.console.aws.amazon.com/cloudformation/home?region=eu-west-1#/"),
            "{link}"
        );
        assert!(
            link.contains(
                "templateURL=https%3A%2F%2Fzips-eu-west-1.s3.eu-west-1.amazonaws.com%2Fteam%2F1.0.0-dev%252Babc%2F"
            ),
            "{link}"
        );
        assert!(
            link.ends_with("&stackName=flink-functions&param_CodeBucket=zips-eu-west-1&param_CodePrefix=team%2F"),
            "{link}"
        );
        assert!(published("").quick_create("cn-north-1").contains("https://cn-north-1.console.amazonaws.cn/"));
        assert!(published("").quick_create("us-gov-west-1").contains("https://console.amazonaws-us-gov.com/"));
    }

    #[test]
    fn a_prefix_that_the_template_would_refuse_is_refused() {
        assert_eq!(published("").key("SHA256SUMS"), "1.0.0-dev+abc/SHA256SUMS");
        for prefix in ["team", "/team/"] {
            assert!(PublishedRelease::new("b", prefix, "1", "r").unwrap_err().contains("ends with /"), "{prefix}");
        }
    }
}
