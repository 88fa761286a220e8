#!/usr/bin/env python3
"""Checks docs/protocol-vectors.json against the tables of docs/protocol.md, and nothing else.

A second implementation of the protocol: layouts, ranges and message types are read from the
document's tables, the byte stuffing and the authentication code are written here from their public
descriptions, the checksum is zlib's. Exit code 0 when everything agrees, 1 otherwise.
"""

import json
import re
import struct
import sys
import zlib
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
MASK = (1 << 64) - 1


# --- SipHash-2-4 with 128-bit output ---------------------------------------------------------


def siphash128(key: bytes, data: bytes) -> bytes:
    k0, k1 = struct.unpack("<QQ", key)
    v = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D ^ 0xEE,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]

    def rotate(x, bits):
        return ((x << bits) | (x >> (64 - bits))) & MASK

    def rounds(count):
        for _ in range(count):
            v[0] = (v[0] + v[1]) & MASK
            v[1] = rotate(v[1], 13) ^ v[0]
            v[0] = rotate(v[0], 32)
            v[2] = (v[2] + v[3]) & MASK
            v[3] = rotate(v[3], 16) ^ v[2]
            v[0] = (v[0] + v[3]) & MASK
            v[3] = rotate(v[3], 21) ^ v[0]
            v[2] = (v[2] + v[1]) & MASK
            v[1] = rotate(v[1], 17) ^ v[2]
            v[2] = rotate(v[2], 32)

    whole = len(data) // 8 * 8
    words = [word for (word,) in struct.iter_unpack("<Q", data[:whole])]
    words.append(int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56)
    for word in words:
        v[3] ^= word
        rounds(2)
        v[0] ^= word
    v[2] ^= 0xEE
    rounds(4)
    first = v[0] ^ v[1] ^ v[2] ^ v[3]
    v[1] ^= 0xDD
    rounds(4)
    return struct.pack("<QQ", first, v[0] ^ v[1] ^ v[2] ^ v[3])


# The first vectors published with the algorithm: key 00..0f, inputs empty and 00.
assert siphash128(bytes(range(16)), b"").hex() == "a3817f04ba25a8e66df67214c7550293"
assert siphash128(bytes(range(16)), b"\0").hex() == "da87c1d86b99af44347659119b22fc45"
assert zlib.crc32(b"123456789") == 0xCBF43926


# --- Byte stuffing ----------------------------------------------------------------------------


def stuff(payload: bytes) -> bytes:
    pieces = payload.split(b"\0")
    assert all(len(piece) < 254 for piece in pieces)
    return b"\0" + b"".join(bytes([len(p) + 1]) + p for p in pieces) + b"\0"


class Unstuffer:
    """Feeds on single bytes; gives payloads and framing errors."""

    def __init__(self):
        self.dropping = True
        self.raw = bytearray()

    def push(self, byte):
        if byte:
            if self.dropping:
                return None
            self.raw.append(byte)
            # The first 250 bytes that fit are seen when the stuffed bytes are 251.
            if self.length() > 250:
                self.dropping = True
                self.raw.clear()
                return ("error", "too-long")
            return None
        raw, dropped = bytes(self.raw), self.dropping
        self.raw.clear()
        self.dropping = False
        if dropped or not raw:
            return None
        return self.payload(raw)

    def length(self):
        """Payload bytes so far: stuffed bytes without the first code."""
        count, at = 0, 0
        while at < len(self.raw):
            code = self.raw[at]
            run = self.raw[at + 1 : at + code]
            count += len(run)
            at += code
            if at < len(self.raw) and code != 0xFF:
                count += 1
        return count

    @staticmethod
    def payload(raw):
        out, at = bytearray(), 0
        while at < len(raw):
            code = raw[at]
            if at + code > len(raw):
                return ("error", "cobs")
            out += raw[at + 1 : at + code]
            at += code
            if at < len(raw) and code != 0xFF:
                out.append(0)
        return ("payload", bytes(out))


# --- The document's tables --------------------------------------------------------------------


class Field:
    def __init__(self, cells):
        self.offset = int(cells[0])
        self.name, self.kind, self.allowed = cells[1], cells[2], cells[4]
        sized = re.fullmatch(r"(bytes|text)\[(\d+)\]", self.kind)
        self.size = int(sized[2]) if sized else int(self.kind[1:]) // 8
        self.text = bool(sized) and sized[1] == "text"
        self.raw = bool(sized) and sized[1] == "bytes"
        self.signed = self.kind[0] == "i"

    def decode(self, data):
        chunk = data[self.offset : self.offset + self.size]
        if self.raw:
            return chunk.hex()
        if self.text:
            shown = chunk.rstrip(b"\0")
            if not all(0x20 <= byte <= 0x7E for byte in shown):
                raise FieldError(self.name)
            return shown.decode("ascii")
        value = int.from_bytes(chunk, "little", signed=self.signed)
        if not self.holds(value):
            raise FieldError(self.name)
        return value

    def encode(self, value):
        if self.raw:
            return bytes.fromhex(value)
        if self.text:
            return value.encode("ascii").ljust(self.size, b"\0")
        return value.to_bytes(self.size, "little", signed=self.signed)

    def ends(self):
        """(value just outside or None) below and above the range, within what the type holds."""
        if self.allowed == "any" or self.raw or self.text:
            return []
        bits = self.size * 8
        least = -(1 << bits - 1) if self.signed else 0
        most = (1 << bits - (1 if self.signed else 0)) - 1
        first, last = re.match(r"(-?\d+)(?:\.\.|, )(-?\d+)", self.allowed).groups()
        return [value for value in (int(first) - 1, int(last) + 1) if least <= value <= most]

    def holds(self, value):
        if self.allowed == "any":
            return True
        for part in self.allowed.split(", "):
            low, _, high = part.partition("..")
            if int(low) <= value <= int(high or low):
                return True
        return False


class FieldError(Exception):
    pass


class LengthError(Exception):
    pass


class Message:
    def __init__(self, number, name, sender, tables):
        self.number, self.name, self.sender = number, name, sender
        self.fields = tables[0]
        self.block = tables[1] if len(tables) > 1 else []
        for table in tables:
            at = 0
            for field in table:
                assert field.offset == at, f"{name}.{field.name}: offset {field.offset}, not {at}"
                at += field.size

    @staticmethod
    def size(fields):
        return sum(field.size for field in fields)

    def decode(self, body):
        fixed = self.size(self.fields)
        if len(body) < fixed or (not self.block and len(body) != fixed):
            raise LengthError
        values = {field.name: field.decode(body) for field in self.fields}
        if self.block:
            size, count = self.size(self.block), values["channel_count"]
            rest, blocks = body[fixed:], []
            for number in range(count):
                if len(rest) < size:
                    raise LengthError
                block = {field.name: field.decode(rest) for field in self.block}
                if block["tip_state"] and block["tip_temperature_mc"]:
                    raise FieldError("tip_temperature_mc")
                if blocks and block["channel"] <= blocks[-1]["channel"]:
                    raise FieldError("channel")
                blocks.append(block)
                rest = rest[size:]
            if rest:
                raise LengthError
            values["channel_blocks"] = blocks
        self.cross_check(values)
        return values

    def cross_check(self, values):
        if self.name == "Identity":
            simulated, seeded = values["flags"] & 1, values["flags"] & 4
            if (seeded and not simulated) or (values["seed"] and not seeded):
                raise FieldError("seed")
        if self.name == "Grant":
            width, period = values["pulse_width_us"], values["pulse_period_us"]
            if values["mode"] == 1:
                for name in ("amplitude_mv", "pulse_width_us", "pulse_period_us"):
                    if values[name]:
                        raise FieldError(name)
            elif period == 0:
                raise FieldError("pulse_period_us")
            elif not 1 <= width <= period:
                raise FieldError("pulse_width_us")

    def encode(self, values):
        body = b"".join(field.encode(values[field.name]) for field in self.fields)
        for block in values.get("channel_blocks", []):
            body += b"".join(field.encode(block[field.name]) for field in self.block)
        return body


def read_tables(text):
    """The layout tables of a section, in order: those whose first heading is `offset`."""
    tables = []
    for match in re.finditer(r"^\| offset \|.*\n\| ---.*\n((?:\|.*\n)*)", text, re.M):
        rows = [row.strip("|").split("|") for row in match[1].splitlines()]
        tables.append([[cell.strip() for cell in row] for row in rows])
    return tables


def read_document(text):
    header_rows = read_tables(text[: text.index("## 3 ")])[0]
    header = [Field(row) for row in header_rows if row[0].isdigit() and row[1] != "body"]
    assert Message.size(header) == 18
    messages = {}
    section = text[text.index("## 5 ") : text.index("## 6 ")]
    heading = re.compile(r"^### 0x([0-9a-f]{2}) (\w+) \((host|generator)\)$", re.M)
    found = list(heading.finditer(section))
    for at, match in enumerate(found):
        end = found[at + 1].start() if at + 1 < len(found) else len(section)
        part = section[match.end() : end]
        tables = [[Field(row) for row in table] for table in read_tables(part)]
        number = int(match[1], 16)
        message = Message(number, match[2], match[3], tables)
        stated = re.search(r"(\d+) bytes?\.|(\d+) bytes and", part)
        if message.fields:
            assert stated and int(stated[1] or stated[2]) == Message.size(message.fields), match[2]
        messages[number] = message
    assert len(messages) == 12
    return header, messages


# --- Receiver, in the order of section 4 ------------------------------------------------------

RESULT_NAMES = {
    0x01: "hello", 0x02: "set-limits", 0x03: "self-test", 0x04: "standby", 0x05: "grant",
    0x06: "bye", 0x81: "identity", 0x82: "limits-set", 0x83: "self-test-result",
    0x84: "telemetry", 0x85: "refused", 0x86: "bye",
}


class Receiver:
    def __init__(self, end, document, keys):
        self.end, self.keys = end, keys
        self.header, self.messages = document
        self.unstuffer = Unstuffer()
        self.established = False
        self.last = None
        self.time = 0
        self.missing = 0

    def hear(self, data):
        results = []
        for byte in data:
            found = self.unstuffer.push(byte)
            if found:
                kind, what = found
                results.append("error:" + what if kind == "error" else self.take(what)[0])
        return results

    def take(self, payload):
        """The result's name, and type, header and body fields where it is a message."""
        try:
            return self.checked(payload)
        except FieldError as error:
            return f"error:field:{error}", None
        except LengthError:
            return "error:length", None

    def checked(self, payload):
        def error(name):
            return "error:" + name, None

        if len(payload) < 38:
            return error("too-short")
        if zlib.crc32(payload[:-4]) != int.from_bytes(payload[-4:], "little"):
            return error("crc")
        if payload[0] != 1:
            return error("version")
        message = self.messages.get(payload[1])
        if message is None:
            return error("type")
        if message.sender == self.end:
            return error("direction")
        head = {field.name: field.decode(payload) for field in self.header}
        problem = self.session_problem(message, head)
        if problem:
            return error(problem)
        link_signed = message.number in (0x01, 0x81) or not self.established
        key = self.keys["link_key"] if link_signed else self.keys["session_key"]
        if siphash128(bytes.fromhex(key), payload[:-20]) != payload[-20:-4]:
            return error("mac")
        body = payload[18:-20]
        if message.name == "Identity":
            values = message.decode(body)
            if values["host_nonce"] != self.keys["host_nonce"]:
                return error("nonce")
            if self.established and values["generator_nonce"] != self.keys["generator_nonce"]:
                return error("nonce")
        problem = self.order_problem(message, head)
        if problem:
            return error(problem)
        values = message.decode(body)
        if message.number in (0x01, 0x81):
            self.established = True
        return RESULT_NAMES[message.number], (message, head, values)

    def session_problem(self, message, head):
        foreign = head["session"] != self.keys["session"]
        if self.end == "generator":
            if message.name == "Hello":
                return None
            return "no-session" if not self.established else "session" if foreign else None
        if foreign:
            return "session"
        free = message.name in ("Identity", "Refused")
        return None if self.established or free else "no-session"

    def order_problem(self, message, head):
        if message.name == "Refused" and not self.established:
            return None
        sequence = head["sequence"]
        if self.last is not None and sequence <= self.last:
            return "sequence"
        if self.end == "host":
            if head["time_us"] < self.time:
                return "time"
            self.time = head["time_us"]
        if self.last is not None:
            self.missing += sequence - self.last - 1
        self.last = sequence
        return None


# --- The checks -------------------------------------------------------------------------------


def check_messages(vectors, document, keys, problems):
    _, messages = document
    receivers = {end: Receiver(end, document, keys) for end in ("host", "generator")}
    for vector in vectors:
        name, frame = vector["name"], bytes.fromhex(vector["frame"])
        peer = receivers["host" if vector["from"] == "generator" else "generator"]
        found = [f for f in map(peer.unstuffer.push, frame) if f]
        if len(found) != 1 or found[0] != ("payload", bytes.fromhex(vector["payload"])):
            problems.append(f"{name}: frame does not unstuff to its payload")
            continue
        result, taken = peer.take(found[0][1])
        if taken is None:
            problems.append(f"{name}: not taken: {result}")
            continue
        message, head, values = taken
        if head != vector["header"]:
            problems.append(f"{name}: header {head}, stored {vector['header']}")
        if values != vector["fields"]:
            problems.append(f"{name}: fields {values}, stored {vector['fields']}")
        key = bytes.fromhex(keys[vector["key"] + "_key"])
        head_fields, stored = document[0], vector["header"]
        signed = b"".join(field.encode(stored[field.name]) for field in head_fields)
        signed += message.encode(vector["fields"])
        payload = signed + siphash128(key, signed)
        payload += zlib.crc32(payload).to_bytes(4, "little")
        if stuff(payload) != frame:
            problems.append(f"{name}: encoding the fields gives other bytes")
    seen = {vector["header"]["type"] for vector in vectors}
    for number in messages.keys() - seen:
        problems.append(f"type 0x{number:02x} has no vector")


def check_streams(streams, vectors, document, keys, problems):
    frames = {vector["name"]: bytes.fromhex(vector["frame"]) for vector in vectors}
    for stream in streams:
        receiver = Receiver(stream["to"], document, keys)
        if stream["session_open"]:
            opening = "hello" if stream["to"] == "generator" else "identity"
            assert receiver.hear(frames[opening]) == [opening]
        results = receiver.hear(bytes.fromhex(stream["bytes"]))
        if results != stream["results"] or receiver.missing != stream["missing"]:
            problems.append(
                f"{stream['name']}: {results} missing {receiver.missing}, "
                f"stored {stream['results']} missing {stream['missing']}"
            )


def check_coverage(streams, document, problems):
    """Every end of every range in the document has a stream that steps just over it."""
    over = set()
    for stream in streams:
        if stream["name"].startswith(("above-", "below-")):
            raw = bytes.fromhex(stream["bytes"]).strip(b"\0")
            payload = Unstuffer.payload(raw)[1]
            field = stream["name"].rsplit("-", 1)[1]
            over.add((payload[1], field, payload[18:-20]))
    for message in document[1].values():
        start = Message.size(message.fields)
        places = [(field, field.offset) for field in message.fields]
        places += [(field, start + field.offset) for field in message.block]
        for field, place in places:
            for value in field.ends():
                chunk = field.encode(value)
                if not any(
                    number == message.number
                    and name == field.name
                    and body[place : place + field.size] == chunk
                    for number, name, body in over
                ):
                    problems.append(f"{message.name}.{field.name} = {value}: no stream")


def main():
    text = (DOCS / "protocol.md").read_text(encoding="utf-8")
    vectors = json.loads((DOCS / "protocol-vectors.json").read_text(encoding="utf-8"))
    document, keys, problems = read_document(text), vectors["keys"], []
    label = b"rfa-session-1" + bytes.fromhex(keys["host_nonce"] + keys["generator_nonce"])
    derived = siphash128(bytes.fromhex(keys["link_key"]), label + struct.pack("<I", keys["session"]))
    if derived.hex() != keys["session_key"]:
        problems.append(f"session key {derived.hex()}, stored {keys['session_key']}")
    check_messages(vectors["messages"], document, keys, problems)
    check_streams(vectors["streams"], vectors["messages"], document, keys, problems)
    check_coverage(vectors["streams"], document, problems)
    example = next(v for v in vectors["messages"] if v["name"] == "self-test")
    for part in ("frame", "payload"):
        if example[part] not in text:
            problems.append(f"the worked example's {part} is not that of vector self-test")
    bad = [s for s in vectors["streams"] if any(r.startswith("error") for r in s["results"])]
    if len(bad) < 20:
        problems.append(f"only {len(bad)} malformed streams")
    for problem in problems:
        print(problem)
    print(
        f"{len(vectors['messages'])} messages, {len(vectors['streams'])} streams "
        f"({len(bad)} with errors), {len(problems)} problems"
    )
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
