//! A sample and its proof: two applications in one stack.

use super::parameters::ApplicationSettings;
use super::streaming::StreamingApplication;
use crate::template::cloudformation::document::Template;
use crate::template::cloudformation::error::Problem;

/// The template: a second application is a line. `tests/` deploys it, written out as
/// `template/fixtures/two-applications.template.json`.
///
/// # Errors
/// A mistake in this file.
pub fn two_applications() -> Result<Template, Problem> {
    let mut template = Template::described("Two Flink applications that start automatically.");
    let settings = ApplicationSettings::from_parameters(&mut template)?;
    StreamingApplication::named("Orders", &settings).add_to(&mut template)?;
    StreamingApplication::named("Clicks", &settings)
        .property("ApplicationDescription", "Clicks")
        .add_to(&mut template)?;
    Ok(template)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::cloudformation::resolved::ResolvedTemplate;

    #[test]
    fn each_application_has_names_a_chain_and_a_digest_of_its_own() {
        let given = [("OrdersJarKey", "orders.jar"), ("ClicksJarKey", "clicks.jar")];
        let stack = ResolvedTemplate::with(&two_applications().unwrap(), &given).named();
        let digest = |name: &str| stack.properties(&format!("{name}AutoStart"))["ConfigurationDigest"].clone();
        assert_ne!(digest("Orders"), digest("Clicks"));
        for (name, application) in [("Orders", "flink-test-orders"), ("Clicks", "flink-test-clicks")] {
            assert_eq!(stack.properties(&format!("{name}AutoStart"))["ApplicationName"], application);
            assert_eq!(
                stack.properties(&format!("{name}UpdateGuard"))["ApplicationLogicalId"],
                format!("{name}Application")
            );
            let groups = &stack.properties(&format!("{name}PropertyGroups"))["PropertyGroups"];
            assert_eq!(groups[0]["PropertyMap"]["stream.name"], application);
        }
        assert_eq!(stack.properties("ClicksApplication")["ApplicationDescription"], "Clicks");
    }
}
