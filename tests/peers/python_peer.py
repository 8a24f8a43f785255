"""One delivery of one event to crhelper or cfn-handler. Arguments: library, behaviour, seconds left. The event is on stdin."""

import json
import os
import sys
import time

library, behaviour, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
until = time.monotonic() + seconds


class Context:
    aws_request_id = "8f1d2c3b-0000-4000-8000-000000000000"
    function_name = "handler"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:111122223333:function:handler"
    log_stream_name = "2026/01/01/[$LATEST]0123456789abcdef"

    @staticmethod
    def get_remaining_time_in_millis():
        return max(0, int((until - time.monotonic()) * 1000))


def work():
    print("worked", flush=True)
    if behaviour == "slow":
        time.sleep(seconds + 1)
    if behaviour == "long":
        raise ValueError("long " * 1800)
    if behaviour == "beyond-ascii":
        raise ValueError('é🦀\x01"\\' * 1000)


event = json.load(sys.stdin)
if library == "crhelper":
    from crhelper import CfnResource

    helper = CfnResource(sleep_on_delete=0, ssl_verify=False)

    @helper.create
    @helper.update
    @helper.delete
    def handle(event, _context):
        work()
        return event["LogicalResourceId"]

    helper(event, Context())
else:
    from cfn_handler import CustomResource

    resource = CustomResource()

    @resource.create
    @resource.update
    @resource.delete
    def handle(_event, _context):
        work()

    resource(event, Context())
sys.stdout.flush()
os._exit(0)
