"""Writes a SAM template as the CloudFormation that AWS's own transform makes of it: transform.py <template.yaml> <out.json>"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")  # the translator needs one, and calls nothing

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

# A SAM template may name AWS's managed policies without their ARNs; these templates name none.
MANAGED_POLICIES = type("ManagedPolicies", (), {"load": staticmethod(dict)})

source, out = map(Path, sys.argv[1:])
template = transform(yaml_parse(source.read_text()), {}, MANAGED_POLICIES)
out.write_text(json.dumps(template, indent=1) + "\n")
