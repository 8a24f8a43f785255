// As little of Lambda's Node runtime as one handler needs: AWS's own is built from C, and is slower to start than this.
import http from "node:http";

const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
const agent = new http.Agent({ keepAlive: true });
const call = (method, path, body) => new Promise((done, failed) => {
  const options = { host, port, method, path: `/2018-06-01/runtime/invocation/${path}`, agent };
  const request = http.request(options, (answer) => {
    const parts = [];
    answer.on("data", (part) => parts.push(part)).on("end", () => done({ headers: answer.headers, body: Buffer.concat(parts) }));
  });
  request.on("error", failed).end(body);
});

const { handler } = await import(process.argv[2]);
for (;;) {
  const { headers, body } = await call("GET", "next");
  const result = await handler(JSON.parse(body));
  await call("POST", `${headers["lambda-runtime-aws-request-id"]}/response`, JSON.stringify(result ?? null));
}
