// One delivery of one event to the onEvent handler of CDK's provider framework. Arguments: framework, behaviour,
// seconds left.
const Module = require("module");
const path = require("path");

const [, , framework, behaviour, seconds] = process.argv;
const load = Module._load;
// The SDK's clients are Lambda's own; the one call made with them is answered below.
Module._load = (name, ...rest) => (name.startsWith("@aws-sdk/") ? {} : load(name, ...rest));
console.log = () => {};

const outbound = require(path.join(framework, "outbound.js"));
const put = outbound.httpRequest;
const event = JSON.parse(require("fs").readFileSync(0, "utf8"));
// It takes no port from a ResponseURL, and trusts no certificate of ours.
const port = event.ResponseURL ? new URL(event.ResponseURL).port : 0;
outbound.httpRequest = (options, body) => put({ ...options, port, rejectUnauthorized: false }, body);
outbound.invokeFunction = async () => {
  process.stdout.write("worked\n");
  const failed = (errorMessage) => ({ FunctionError: "Unhandled", Payload: JSON.stringify({ errorType: "Error", errorMessage }) });
  // The handler is a function of its own, with a deadline of its own before the framework's.
  if (behaviour === "slow") {
    await new Promise((done) => setTimeout(done, (Number(seconds) - 1) * 1000));
    return failed(`Task timed out after ${seconds}.00 seconds`);
  }
  if (behaviour === "long") return failed("long ".repeat(1800));
  if (behaviour === "beyond-ascii") return failed('é🦀\u0001"\\'.repeat(1000));
  return { StatusCode: 200, Payload: JSON.stringify({ PhysicalResourceId: "id" }) };
};
process.env.USER_ON_EVENT_FUNCTION_ARN = "arn:aws:lambda:eu-west-1:111122223333:function:handler";
require(path.join(framework, "framework.js")).onEvent(event).then(() => process.exit(0), () => process.exit(1));
