#!/usr/bin/env python3
"""Read a recording with the Python `mcap` package and no code of rfa.

Lists topics and counts, and checks that every message is valid JSON with the fields its JSON
schema requires.

    tools/read_recording.sh s.mcap            with an environment of its own
    python3 tools/read_recording.py s.mcap    where the package is installed

Exit codes: 0 every message read, 1 a message is not what it should be or the file is unfinished,
2 usage, 5 the mcap package is not installed.
"""

import json
import sys
from collections import Counter


def open_package():
    try:
        from mcap.reader import NonSeekingReader, make_reader
    except ImportError:
        print(
            "the Python package `mcap` is not installed; tools/read_recording.sh installs it beside the build",
            file=sys.stderr,
        )
        sys.exit(5)
    return make_reader, NonSeekingReader


def check(schema, message):
    """The message as a JSON object; an error names what is missing."""
    if schema is None or schema.encoding != "jsonschema":
        raise ValueError("no JSON schema")
    rules = json.loads(schema.data)
    value = json.loads(message.data)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    missing = [name for name in rules.get("required", []) if name not in value]
    unknown = [name for name in value if name not in rules.get("properties", {})]
    if missing or unknown:
        raise ValueError(f"missing fields {missing}, fields not in the schema {unknown}")


def main(path):
    make_reader, non_seeking = open_package()
    counts = Counter()
    with open(path, "rb") as stream:
        try:
            reader = make_reader(stream)
            summary = reader.get_summary()
            messages = reader.iter_messages(log_time_order=False)
        except Exception as error:  # the package has many; an unfinished file gives any of them
            print(f"{path}: not finished ({error}); reading it from the front", file=sys.stderr)
            stream.seek(0)
            summary = None
            messages = non_seeking(stream).iter_messages(log_time_order=False)
        try:
            for schema, channel, message in messages:
                check(schema, message)
                counts[channel.topic] += 1
        except Exception as error:
            print(f"{path}: after {sum(counts.values())} messages: {error}", file=sys.stderr)
            summary = None
    for topic in sorted(counts):
        print(f"{counts[topic]:10} {topic}")
    if summary is None:
        return 1
    indexed = summary.statistics.message_count
    if indexed != sum(counts.values()) or indexed == 0:
        print(f"{path}: the index says {indexed} messages", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv[1]))
