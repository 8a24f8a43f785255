//! An application with its three custom resources around it, in the one order that works.
//!
//! Before the application comes its guard, after everything else that it waits for. The order after it is forced:
//! adding the logging option updates the application, writing the property groups updates it again, and what starts it
//! comes last. All three handlers carry the digest, so that a change of anything that the application is sent calls
//! them.

use super::parameters::ApplicationSettings;
use super::property_check;
use crate::contract::{AutoStart, Common, Function, PropertyGroups, RunConfiguration, UpdateGuard};
use crate::flink::PropertyGroup;
use crate::template::cloudformation::digest::configuration_digest;
use crate::template::cloudformation::error::Problem;
use crate::template::cloudformation::resource::{DeletionPolicy, Handle, Resource};
use crate::template::cloudformation::scope::Scope;
use crate::template::cloudformation::value::Value;
use crate::template::resources::flink::FlinkApplication;

/// The logical ID: the guard comes first and cannot refer to it.
const APPLICATION: &str = "Application";
/// As long as CloudFormation waits: the handlers hand over to themselves until then.
const SERVICE_TIMEOUT: &str = "3600";

/// An application before it is added: from any source to any sink.
#[derive(Debug)]
pub struct SelfStarting<'a> {
    /// The application; whatever it refers to is in the template already. It carries the property groups too.
    pub application: Resource<FlinkApplication>,
    /// The property groups that the job reads at its start.
    pub property_groups: Vec<PropertyGroup<Value>>,
    /// The ARN of the log stream that it logs to.
    pub log_stream_arn: Value,
    /// What its next start restores.
    pub run_configuration: RunConfiguration<Value>,
    /// The most hours that a force-stop may have read again: the source's retention less what a recovery takes.
    pub max_replay_hours: u32,
    /// What becomes of it when the stack goes, and of its logging option, without which it would log no more.
    pub deletion_policy: DeletionPolicy,
    /// What the stack's applications share.
    pub settings: &'a ApplicationSettings,
}

/// The resources that were added to the template.
#[derive(Debug)]
pub struct StartedApplication {
    /// The handle of the application, for references to it.
    pub application: Handle<FlinkApplication>,
    /// What starts it: its attributes say which version runs, and from which snapshot.
    pub auto_start: Handle<AutoStart>,
}

impl SelfStarting<'_> {
    /// Adds the guard, the application, its logging option, its property groups, and what starts it.
    ///
    /// # Errors
    /// A name that is taken, or property groups that the service would refuse.
    pub fn add_to(self, scope: &mut Scope<'_>) -> Result<StartedApplication, Problem> {
        property_check::check(&self.property_groups)?;
        let settings = self.settings;
        let mut configuration = self.application.properties().clone();
        // CloudFormation changes tags without an update.
        configuration.as_object_mut().and_then(|properties| properties.remove("Tags"));
        let application = Handle::named(&scope.name(APPLICATION));
        let option = application.log_to(&self.log_stream_arn);
        let sent = [configuration, option.properties().clone(), Value::of(&self.property_groups)?.into_json()];
        let digest = configuration_digest(&application, sent);
        let common = |function: Function| Common {
            service_timeout: Some(SERVICE_TIMEOUT.into()),
            configuration_digest: Some(digest.clone()),
            ..Common::of(Value::import(&function.arn_export()))
        };

        // It refers to everything that the digest does, and so comes after whatever the application waits for.
        let guard = UpdateGuard {
            mode: Some(settings.guard_mode.clone()),
            on_snapshot_failure: Some(settings.on_snapshot_failure.clone()),
            max_replay_hours: Some(self.max_replay_hours.to_string().into()),
            run_configuration: Some(self.run_configuration.clone()),
            ..UpdateGuard::of(Common {
                application_logical_id: Some(application.id().into()),
                ..common(Function::UpdateGuard)
            })
        };
        let guard = Resource::<UpdateGuard>::of(UpdateGuard::<Value>::TYPE, Value::of(&guard)?.into_json());
        let guard = scope.add("UpdateGuard", guard)?;

        let application =
            scope.add(APPLICATION, self.application.deletion_policy(self.deletion_policy).after(&guard))?;
        let option = scope.add("LoggingOption", option.deletion_policy(self.deletion_policy))?;

        let named = |function| Common { application_name: Some(application.reference()), ..common(function) };
        let injected = PropertyGroups::of(named(Function::PropertyGroups), self.property_groups);
        let injected = Resource::<PropertyGroups>::of(PropertyGroups::<Value>::TYPE, Value::of(&injected)?.into_json());
        let injected = scope.add("PropertyGroups", injected.after(&option))?;

        let started = AutoStart {
            run_configuration: Some(self.run_configuration),
            stabilize_seconds: Some(settings.stabilize_seconds.clone()),
            on_delete: Some(settings.on_delete.clone()),
            ..AutoStart::of(named(Function::AutoStart))
        };
        let started = Resource::<AutoStart>::of(AutoStart::<Value>::TYPE, Value::of(&started)?.into_json());
        let auto_start = scope.add("AutoStart", started.after(&injected))?;
        Ok(StartedApplication { application, auto_start })
    }
}
