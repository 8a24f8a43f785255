"""The fault matrix against crhelper, cfn-handler and CDK's provider framework, beside ours as one table.

A loopback server stands for S3 and judges a body as CloudFormation does. Ours is what the scenarios observed
(tests/scenarios/protocol/table.md); a peer is run as Lambda would: one process a delivery, ended at its deadline, tried
once more when it did not end well.
"""

import http.server
import json
import os
import ssl
import subprocess
import sys
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
INSTALLED = Path(sys.argv[1])
FRAMEWORK = INSTALLED / "node_modules/aws-cdk-lib/custom-resources/lib/provider-framework/runtime"
PYTHON = INSTALLED / "venv/bin/python"
PEERS = {
    "crhelper 2.0.12": [PYTHON, HERE / "python_peer.py", "crhelper"],
    "cfn-handler 1.3.0": [PYTHON, HERE / "python_peer.py", "cfn-handler"],
    "CDK provider framework 2.276.0": ["node", HERE / "cdk_peer.js", FRAMEWORK.absolute()],
}
RESET = 0
HANG = -1
# Our row's name: answers to the PUTs, how the handler behaves, its seconds, how often it is delivered, the event's
# change.
ROWS = {
    "none": ([], "well", 10, 1, {}),
    "PUT answered 403": ([403] * 50, "well", 60, 1, {}),
    "PUT answered 500 three times": ([500] * 3, "well", 60, 1, {}),
    "PUT answered 503": ([503], "well", 60, 1, {}),
    "PUT hangs until the deadline": ([HANG], "well", 4, 1, {}),
    "connection reset before the PUT is taken": ([RESET], "well", 60, 1, {}),
    "delivered again after the answer": ([], "well", 10, 2, {}),
    "start never ends": ([], "slow", 4, 1, {}),
    "unknown RequestType": ([], "well", 10, 1, {"RequestType": "Replace"}),
    "no properties": ([], "well", 10, 1, {"ResourceProperties": None}),
    "ResponseURL of a foreign host": ([], "well", 10, 1, {}),
    "service error of 9,000 characters": ([], "long", 10, 1, {}),
    "service error beyond ASCII": ([], "beyond-ascii", 10, 1, {}),
}


class Bucket(http.server.BaseHTTPRequestHandler):
    """Answers each PUT as its row says, and keeps it."""

    protocol_version = "HTTP/1.1"
    answers: dict = {}
    puts: dict = {}

    def do_PUT(self):
        row = self.path.split("/")[1]
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        waiting = self.answers[row]
        status = waiting.pop(0) if waiting else 200
        self.puts[row].append((status, self.headers.get("content-type"), body))
        self.close_connection = True
        if status == HANG:
            threading.Event().wait(20)
        elif status != RESET:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

    def log_message(self, *_):
        pass


def judged(event, put):
    """What CloudFormation makes of a body that S3 took."""
    _, content_type, body = put
    try:
        reply = json.loads(body.decode("utf-8"))
    except ValueError:
        return "invalid JSON"
    same = all(reply.get(name) == event[name] for name in ("StackId", "RequestId", "LogicalResourceId"))
    if content_type or not same:
        return "invalid"
    if len(body) > 4096:
        return f"invalid ({len(body):,} bytes)"
    return reply["Status"] if reply.get("PhysicalResourceId") else f"{reply['Status']} without an ID"


def describe(puts):
    runs = []
    for status, _, _ in puts:
        if runs and runs[-1][0] == status:
            runs[-1][1] += 1
        else:
            runs.append([status, 1])
    words = {RESET: "no answer", HANG: "no answer"}
    return ", ".join(f"{words.get(status, status)}" + (f" x{times}" if times > 1 else "") for status, times in runs)


def cell(port, certificate, peer, fault):
    answers, behaviour, seconds, deliveries, change = ROWS[fault]
    row = uuid.uuid4().hex
    Bucket.answers[row], Bucket.puts[row] = list(answers), []
    event = {
        "RequestType": "Create", "ResponseURL": f"https://localhost:{port}/{row}/key?Signature=x",
        "StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/s/6a1c", "RequestId": str(uuid.uuid4()),
        "LogicalResourceId": "Thing", "ResourceType": "Custom::Thing", "ResourceProperties": {"ServiceToken": "t"},
    }
    event.update(change)
    event = {name: value for name, value in event.items() if value is not None}
    environment = dict(os.environ, SSL_CERT_FILE=certificate, AWS_REGION="eu-west-1", AWS_DEFAULT_REGION="eu-west-1")
    worked = 0
    for _ in range(deliveries):
        for _attempt in range(2):
            command = [str(part) for part in (*PEERS[peer], behaviour, seconds)]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
            process = subprocess.Popen(command, env=environment, **pipes)
            try:
                # A process starts slower here than in Lambda: a second more than its limit.
                output, _ = process.communicate(json.dumps(event).encode(), timeout=seconds + 1)
            except subprocess.TimeoutExpired:
                process.kill()
                output, _ = process.communicate()
            worked += output.count(b"worked")
            if process.returncode == 0:
                break
    puts = Bucket.puts[row]
    verdicts = []
    for put in puts:
        verdict = judged(event, put)
        # A body that met a 5xx or a reset may still have been stored: each verdict counts, once.
        if verdict not in verdicts:
            verdicts.append(verdict)
    taken = any(status == 200 for status, _, _ in puts)
    verdict = " then ".join(verdicts) if taken else "none"
    answers_to_puts = describe(puts) or "none sent"
    twice = f"; work done x{worked}" if worked > 1 else ""
    return f"{verdict}; {answers_to_puts}{twice}"


def ours():
    lines = (HERE / "../scenarios/protocol/table.md").read_text(encoding="utf-8").splitlines()[2:]
    cells = [[text.strip() for text in line.strip("|").split("|")] for line in lines]
    return {fault: f"{verdict}; {puts}" for fault, verdict, puts, *_ in cells}


def main():
    certificate, key = str(INSTALLED / "localhost.pem"), str(INSTALLED / "localhost.key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
                    "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Bucket)
    server.daemon_threads = True
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    mine = ours()
    print(f"| fault | flink-stack-handlers | {' | '.join(PEERS)} |\n|---|---|{'---|' * len(PEERS)}")
    with ThreadPoolExecutor(4) as pool:
        pairs = [(fault, peer) for fault in ROWS for peer in PEERS]
        port = server.server_port
        cells = {(fault, peer): pool.submit(cell, port, certificate, peer, fault) for fault, peer in pairs}
        for fault in ROWS:
            answers = " | ".join(cells[fault, peer].result() for peer in PEERS)
            print(f"| {fault} | {mine[fault]} | {answers} |", flush=True)


main()
