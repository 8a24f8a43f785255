// The auto-start handler with the SDK v3, making the calls that ours makes. What it does not do, and ours does: see
// auto_start.py.
import { request } from "node:https";
import {
  CloudFormationClient, DescribeStackEventsCommand, DescribeStacksCommand, ListStackResourcesCommand,
} from "@aws-sdk/client-cloudformation";
import {
  DescribeApplicationCommand, KinesisAnalyticsV2Client, ListApplicationOperationsCommand,
  ListApplicationSnapshotsCommand,
  ListTagsForResourceCommand, StartApplicationCommand,
} from "@aws-sdk/client-kinesis-analytics-v2";

const flink = new KinesisAnalyticsV2Client({ maxAttempts: 1 });
const cloudformation = new CloudFormationClient({ maxAttempts: 1 });
const wait = Number(process.env.POLL_INTERVAL_MS ?? 5000);

async function lookAtStack(StackName) {
  const described = await cloudformation.send(new DescribeStacksCommand({ StackName }));
  await cloudformation.send(new DescribeStackEventsCommand({ StackName }));
  return described.Stacks[0].StackStatus;
}

async function look(ApplicationName) {
  const { ApplicationDetail: detail } = await flink.send(new DescribeApplicationCommand({ ApplicationName }));
  if (["READY", "RUNNING"].includes(detail.ApplicationStatus)) {
    await flink.send(new ListTagsForResourceCommand({ ResourceARN: detail.ApplicationARN }));
    await flink.send(new ListApplicationSnapshotsCommand({ ApplicationName, Limit: 50 }));
    await flink.send(new ListApplicationOperationsCommand({ ApplicationName, Limit: 50 }));
  }
  return detail;
}

async function start(event) {
  const ApplicationName = event.ResourceProperties.ApplicationName;
  await lookAtStack(event.StackId);
  const list = new ListStackResourcesCommand({ StackName: event.StackId });
  const { StackResourceSummaries: rows } = await cloudformation.send(list);
  const isOurs = rows.some((row) => row.PhysicalResourceId === ApplicationName);
  if (!isOurs) throw new Error(`${ApplicationName} is not this stack's`);
  for (;;) {
    const detail = await look(ApplicationName);
    if (detail.ApplicationStatus === "RUNNING") {
      return { ApplicationStatus: "RUNNING", ApplicationVersionId: String(detail.ApplicationVersionId) };
    }
    if (detail.ApplicationStatus === "READY") {
      await lookAtStack(event.StackId);
      await flink.send(new StartApplicationCommand({ ApplicationName, RunConfiguration: {
        FlinkRunConfiguration: { AllowNonRestoredState: false },
        ApplicationRestoreConfiguration: { ApplicationRestoreType: "RESTORE_FROM_LATEST_SNAPSHOT" } } }));
    } else {
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

export async function handler(event) {
  const { StackId, RequestId, LogicalResourceId, PhysicalResourceId } = event;
  const answer = { StackId, RequestId, LogicalResourceId, PhysicalResourceId };
  try {
    Object.assign(answer, { Status: "SUCCESS", Data: await start(event) });
  } catch (error) {
    Object.assign(answer, { Status: "FAILED", Reason: String(error) });
  }
  const body = JSON.stringify(answer);
  await new Promise((done, failed) => {
    const headers = { "content-type": "", "content-length": Buffer.byteLength(body) };
    const put = request(event.ResponseURL, { method: "PUT", headers }, (answered) => answered.resume().on("end", done));
    put.on("error", failed).end(body);
  });
}
