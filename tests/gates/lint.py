"""`make gates`: cfn-lint, of which what it finds is an error, but for what is newer than its data (authorization.NEWER).

    lint.py [--regions REGION ...] -- template/*.template.json
"""

import json
import subprocess
import sys
from pathlib import Path

from authorization import NEWER


def findings(arguments):
    """What cfn-lint finds, as (rule, place, message); and the newer actions that it does not know."""
    command = [Path(sys.executable).parent / "cfn-lint", "--format", "json", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stderr:
        sys.exit(done.stderr)
    found, newer = [], set()
    for one in json.loads(done.stdout or "[]"):
        rule, message = one["Rule"]["Id"], one["Message"]
        actions = {action for action in NEWER if message.startswith(f"'{action.split(':')[1].lower()}' is not one of ")}
        if rule == "W3037" and actions:
            newer |= actions
        else:
            found.append((f"cfn-lint {rule}", f"{one['Filename']}:{one['Location']['Start']['LineNumber']}", message))
    return found, newer


def main(arguments):
    found, newer = findings(arguments)
    problems = [f"{place}: {rule}: {message}" for rule, place, message in found]
    problems += [f"cfn-lint knows {action} by now: authorization.NEWER has it still" for action in sorted(set(NEWER) - newer)]
    print("\n".join(problems) or f"cfn-lint finds nothing but {len(newer)} action that is newer than its data",
          file=sys.stderr if problems else sys.stdout)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
