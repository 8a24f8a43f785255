//! The snapshot mode of a description, which the SDK does not know and drops.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use shared::flink::SnapshotMode;

/// Reads the mode from the body of one answer of DescribeApplication.
#[derive(Debug, Clone, Default)]
pub(super) struct ReadSnapshotMode(Arc<OnceLock<SnapshotMode>>);

impl ReadSnapshotMode {
    /// The mode that was read.
    pub(super) fn mode(&self) -> SnapshotMode {
        self.0.get().copied().unwrap_or_default()
    }
}

impl Intercept for ReadSnapshotMode {
    fn name(&self) -> &'static str {
        "ReadSnapshotMode"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(body) = context.response().body().bytes() {
            // A second attempt of the same call says the same.
            let _ = self.0.set(SnapshotMode::of_description(body));
        }
        Ok(())
    }
}
