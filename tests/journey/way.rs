//! The ways in which the same application is deployed: the columns.

use std::fmt;

use project::deployment::Deployment;
use serde_json::{Value, json};

/// Who deploys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// CloudFormation alone, and a person who needs so many seconds to notice and to act.
    Person(u32),
    /// CloudFormation and a custom resource of CDK's provider framework that starts the application and waits until it
    /// is RUNNING.
    Starter,
    /// These handlers, guarding with Probe.
    Probe,
    /// And with Stop.
    Stop,
}

impl Way {
    /// Whether the stack has our custom resources.
    pub(crate) const fn is_ours(self) -> bool {
        matches!(self, Self::Probe | Self::Stop)
    }

    /// GuardMode.
    pub(crate) const fn mode(self) -> &'static str {
        match self {
            Self::Person(_) | Self::Starter | Self::Probe => "Probe",
            Self::Stop => "Stop",
        }
    }

    /// How long a person needs; with a starter too, in what a starter does nothing about.
    pub(crate) const fn person(self) -> f64 {
        match self {
            Self::Person(300) => 300.0,
            Self::Person(_) | Self::Starter | Self::Probe | Self::Stop => 1800.0,
        }
    }

    /// The application's template: ours, or what of it a team without these handlers has.
    pub(crate) fn template(self, is_guarded: bool, version: u32) -> String {
        let mut template =
            if is_guarded { Deployment::application_template() } else { Deployment::template_without_guard() };
        if !self.is_ours() {
            if let Some(resources) = template["Resources"].as_object_mut() {
                resources
                    .retain(|_, resource| resource["Type"].as_str().is_some_and(|kind| !kind.starts_with("Custom::")));
                if let Some(application) = resources["Application"].as_object_mut() {
                    application.remove("DependsOn");
                }
            }
            if let Some(members) = template.as_object_mut() {
                members.remove("Outputs");
            }
        }
        with_property(&mut template, version);
        template.to_string()
    }
}

/// Another value of a property that is in no parameter, with what the generator writes then: both places, and another
/// digest.
fn with_property(template: &mut Value, version: u32) {
    let Some(resources) = template["Resources"].as_object_mut() else { return };
    let value = json!(version.to_string());
    let groups = "/Properties/ApplicationConfiguration/EnvironmentProperties/PropertyGroups/0/PropertyMap";
    if let Some(map) = resources.get_mut("Application").and_then(|one| one.pointer_mut(groups)) {
        map["batch.size"] = value.clone();
    }
    let injected = "/Properties/PropertyGroups/0/PropertyMap";
    if let Some(map) = resources.get_mut("PropertyGroups").and_then(|one| one.pointer_mut(injected)) {
        map["batch.size"] = value;
    }
    for resource in ["UpdateGuard", "PropertyGroups", "AutoStart"] {
        let digest = "/Properties/ConfigurationDigest/Fn::Join/1/0";
        if let Some(digest) = resources.get_mut(resource).and_then(|one| one.pointer_mut(digest)) {
            *digest = json!(format!("digest of version {version}"));
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Person(seconds) => write!(formatter, "person, {seconds} s"),
            Self::Starter => formatter.write_str("starter"),
            Self::Probe => formatter.write_str("Probe"),
            Self::Stop => formatter.write_str("Stop"),
        }
    }
}
