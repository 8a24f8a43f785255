//! The pre-signed URL an answer is PUT to: a credential, so it cannot be printed, and it is used only if it is
//! CloudFormation's.

use std::fmt;

/// A pre-signed URL of CloudFormation's response bucket; `Debug` prints nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseUrl(String);

/// Why a ResponseURL is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ResponseURL's host is not {}: nothing was done, and nothing is sent there. For a try by hand, give the event \
     the ResponseURL that local-aws prints and AWS_ENDPOINT_URL its address (functions/README.md)",
    bucket(region)
)]
pub struct NotCloudFormations {
    /// The region this function runs in; empty where AWS_REGION is not set.
    pub region: String,
}

fn bucket(region: &str) -> String {
    match region {
        "" => {
            "a response bucket of CloudFormation's in this function's region, which AWS_REGION does not name".to_owned()
        }
        region => format!("CloudFormation's response bucket of {region}"),
    }
}

impl fmt::Debug for ResponseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ResponseUrl(..)")
    }
}

impl ResponseUrl {
    pub(super) const fn new(url: String) -> Self {
        Self(url)
    }

    /// The URL to PUT to, if it is CloudFormation's response bucket of `region`, or of the same scheme, host and port
    /// as the endpoint that everything else is sent to.
    ///
    /// # Errors
    /// It is another caller's.
    pub fn to_be_used(&self, region: &str, endpoint: Option<&str>) -> Result<&str, NotCloudFormations> {
        let origin = origin(&self.0);
        let of_endpoint =
            endpoint.map(|url| url.trim_end_matches('/')).is_some_and(|endpoint| origin == Some(endpoint));
        let of_bucket =
            origin.and_then(|origin| origin.strip_prefix("https://")).is_some_and(|host| is_bucket(host, region));
        if of_endpoint || of_bucket { Ok(&self.0) } else { Err(NotCloudFormations { region: region.to_owned() }) }
    }
}

/// `scheme://host:port`, exactly as written; none when there is user information, which could hide the real host.
fn origin(url: &str) -> Option<&str> {
    let host = url.find("://")? + 3;
    let rest = url.get(host..)?;
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    (!authority.is_empty() && !authority.contains('@')).then(|| url.get(..host + end)).flatten()
}

/// The bucket's host in any partition's form (`semantics.md` E.3).
fn is_bucket(host: &str, region: &str) -> bool {
    let bucket = format!("cloudformation-custom-resource-response-{}.s3", region.replace('-', ""));
    let Some(rest) = host.strip_prefix(&bucket) else { return false };
    [format!("-{region}"), format!(".{region}"), String::new()]
        .iter()
        .filter_map(|place| rest.strip_prefix(place.as_str()))
        .any(|suffix| [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"].contains(&suffix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(url: &str, region: &str, endpoint: Option<&str>) -> bool {
        ResponseUrl::new(url.to_owned()).to_be_used(region, endpoint).is_ok()
    }

    #[test]
    fn the_bucket_is_known_in_every_partitions_form() {
        for (host, region) in [
            ("cloudformation-custom-resource-response-euwest1.s3-eu-west-1.amazonaws.com", "eu-west-1"),
            ("cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com", "us-east-1"),
            ("cloudformation-custom-resource-response-useast1.s3.amazonaws.com", "us-east-1"),
            ("cloudformation-custom-resource-response-cnnorth1.s3.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("cloudformation-custom-resource-response-usgovwest1.s3-us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ] {
            assert!(used(&format!("https://{host}/arn%3Aaws?Signature=x"), region, None), "{host}");
        }
    }

    #[test]
    fn nothing_is_sent_to_any_other_caller() {
        let bucket = "cloudformation-custom-resource-response-euwest1.s3.eu-west-1.amazonaws.com";
        for url in [
            format!("http://{bucket}/"),
            format!("https://{bucket}.evil.example/"),
            format!("https://evil.example/{bucket}/"),
            format!("https://evil.example\\@{bucket}/"),
            format!("https://{bucket}@evil.example/"),
            format!("https://{bucket}:8443/"),
            "https://cloudformation-custom-resource-response-useast1.s3.us-east-1.amazonaws.com/".to_owned(),
            "not a url".to_owned(),
        ] {
            assert!(!used(&url, "eu-west-1", None), "{url}");
        }
    }

    #[test]
    fn an_endpoint_of_ones_own_is_used_with_its_exact_origin() {
        let endpoint = Some("http://127.0.0.1:4566/");
        assert!(used("http://127.0.0.1:4566/bucket/key?x", "eu-west-1", endpoint));
        assert!(!used("http://127.0.0.1:4567/bucket/key?x", "eu-west-1", endpoint));
        assert!(!used("https://127.0.0.1:4566/bucket/key?x", "eu-west-1", endpoint));
    }

    #[test]
    fn a_refusal_has_no_hole_and_says_what_to_do() {
        for (region, words) in [("eu-west-1", "bucket of eu-west-1: "), ("", "which AWS_REGION does not name: ")] {
            let refused = ResponseUrl::new("https://x".to_owned()).to_be_used(region, None).unwrap_err().to_string();
            assert!(refused.contains(words) && refused.contains("local-aws prints"), "{refused}");
        }
    }

    #[test]
    fn it_cannot_be_printed() {
        assert_eq!(format!("{:?}", ResponseUrl::new("https://secret".into())), "ResponseUrl(..)");
    }
}
