//! What was made goes again, in whatever state it is; what is left is named.

use std::sync::atomic::Ordering;

use super::stage::{Halt, Stage, error_text};
use super::{custom_resources, other_stacks, restore};

impl Stage {
    /// Deletes one of its other stacks; custom resources are answered meanwhile.
    async fn delete_other(&self, stack: &str) -> Result<(), String> {
        if stack == restore::name(self) {
            let stop = self.clients.flink.stop_application().application_name(stack).force(true);
            let _refused_is_seen_next = stop.send().await;
            let application = Self { name: stack.to_owned(), ..self.clone() };
            let _ = application.becomes("READY").await;
        }
        let is_custom = stack == custom_resources::name(self);
        if is_custom {
            let _ = custom_resources::settled(self).await;
        }
        let delete = self.clients.cloudformation.delete_stack().stack_name(stack);
        delete.send().await.map_err(|error| error_text(&error))?;
        let settled = if is_custom { custom_resources::settled(self).await } else { self.settled_of(stack).await };
        match settled {
            Ok(status) if status == "gone" || status == "DELETE_COMPLETE" => Ok(()),
            settled => Err(format!("{settled:?}")),
        }
    }

    /// Takes everything away again, whatever state it is in; what is left when that does not work. Ctrl-C does not end
    /// this.
    pub(super) async fn clean_up(&self) -> Vec<String> {
        self.interrupted.store(false, Ordering::Relaxed);
        let mut left = Vec::new();
        for stack in other_stacks(self) {
            if let Err(why) = self.delete_other(&stack).await {
                left.push(format!("stack {stack} ({why})"));
            }
        }
        let mut last_seen = String::new();
        // A stack that a running application keeps is tried again once that is stopped.
        for _ in 0..3 {
            if let Ok((status, _)) = self.application().await
                && status != "READY"
                && status != "DELETING"
            {
                let stop = self.clients.flink.stop_application().application_name(&self.name).force(true);
                let _refused_is_seen_next = stop.send().await;
                let _ = self.becomes("READY").await;
            }
            let _ = self.settled().await;
            let delete = self.clients.cloudformation.delete_stack().stack_name(&self.name);
            if let Err(error) = delete.send().await {
                last_seen = error_text(&error);
            }
            self.interrupted.store(false, Ordering::Relaxed);
            match self.settled().await {
                Ok(status) if status == "gone" || status == "DELETE_COMPLETE" => return left,
                Ok(status) => last_seen = status,
                Err(Halt::Failed(error)) => last_seen = error,
                Err(Halt::Interrupted) => {}
            }
        }
        left.insert(0, format!("stack {} with its application and role ({last_seen})", self.name));
        left
    }
}
