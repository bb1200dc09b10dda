"""Keeps a copy of a school's roster in a file, in step with the school. Needs Python 3.9 or newer and nothing else.

HOMEROOM_URL    where Homeroom is, as in https://homeroom.example
HOMEROOM_KEY    a key with the scopes to read what is to be copied
COPY_FILE       where the copy is kept; roster.json unless given
WEBHOOK_SECRET  secret of a webhook endpoint that leads here; without it, changes are asked for once a minute
PORT            where to listen for webhooks; 8080 unless given

With --once it brings the copy up to date and ends.
"""
import base64
import hashlib
import hmac
import http.server
import json
import os
import random
import sys
import threading
import time
import urllib.error
import urllib.request

COPY_FILE = os.environ.get("COPY_FILE", "roster.json")
POLL_EVERY_SECONDS = 60
TOLERANCE_SECONDS = 5 * 60

CHANGES = """query ($after: String) {
  changes(first: 100, after: $after, types: [USER, CLASS, ENROLLMENT]) {
    nodes {
      type id version deleted
      record {
        sourcedId
        ... on User { givenName familyName email grades }
        ... on Class { title classCode location }
        ... on Enrollment { role class { id } user { id } }
      }
    }
    pageInfo { hasNextPage endCursor }
  }
}"""


class Refused(Exception):
    """What Homeroom answered instead of data; `code` is for programs."""

    def __init__(self, error):
        super().__init__(error["message"])
        self.code = error["extensions"]["code"]


def ask(query, **variables):
    request = urllib.request.Request(
        os.environ["HOMEROOM_URL"] + "/graphql",
        json.dumps({"query": query, "variables": variables}).encode(),
        {"Authorization": "Bearer " + os.environ["HOMEROOM_KEY"], "Content-Type": "application/json"},
    )
    for attempt in range(1, 9):
        wait = min(2**attempt, 30)
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer = json.load(response)
        except urllib.error.HTTPError as error:
            # Busy, restarting, or asked too often: the same question later.
            if (error.code == 429 or error.code >= 500) and attempt < 8:
                time.sleep(float(error.headers.get("Retry-After") or wait) * random.uniform(0.75, 1.25))
                continue
            answer = json.load(error)
        except OSError:
            if attempt == 8:
                raise
            time.sleep(wait * random.uniform(0.75, 1.25))
            continue
        if answer.get("errors"):
            raise Refused(answer["errors"][0])
        return answer["data"]


class Copy:
    """The change cursor, and what is known of each record by its id."""

    def __init__(self):
        self.lock = threading.Lock()
        try:
            with open(COPY_FILE) as file:
                self.state = json.load(file)
        except FileNotFoundError:
            self.state = {"cursor": None, "records": {}}

    def save(self):
        # Written beside and renamed, so that a program that is killed leaves the last whole copy.
        with open(COPY_FILE + ".new", "w") as file:
            json.dump(self.state, file, indent=2)
        os.replace(COPY_FILE + ".new", COPY_FILE)

    def refresh(self):
        """Reads what has changed since the cursor. One at a time."""
        with self.lock:
            try:
                self._catch_up()
            except Refused as refused:
                if refused.code != "CURSOR_EXPIRED":
                    raise
                # Away for too long: what was removed meanwhile is forgotten there, so the copy begins anew.
                self.state = {"cursor": None, "records": {}}
                self._catch_up()

    def _catch_up(self):
        records, more = self.state["records"], True
        while more:
            changes = ask(CHANGES, after=self.state["cursor"])["changes"]
            for change in changes["nodes"]:
                # A page that is read twice changes nothing.
                if records.get(change["id"], {}).get("version", 0) > change["version"]:
                    continue
                if change["deleted"]:
                    records.pop(change["id"], None)
                else:
                    records[change["id"]] = {**change["record"], "id": change["id"], "type": change["type"], "version": change["version"]}
            self.state["cursor"] = changes["pageInfo"]["endCursor"]
            more = changes["pageInfo"]["hasNextPage"]
            # Each page is safe before the next is asked for.
            self.save()


def is_genuine(headers, body, secret):
    """Standard Webhooks: HMAC-SHA256 of id, time and body; several signatures while a secret is being replaced."""
    sent_at = headers.get("webhook-timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers.get('webhook-id', '')}.{sent_at}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(wanted, given) for given in headers.get("webhook-signature", "").split())


def receiver(secret, heard):
    """Answers webhooks at once; what they tell of is read by somebody else."""

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            genuine = is_genuine(self.headers, body, secret)
            self.send_response(204 if genuine else 401)
            self.end_headers()
            if genuine:
                heard.set()

        def log_message(self, *_):
            pass

    return Receiver


def main():
    copy = Copy()
    copy.refresh()
    print(len(copy.state["records"]), "records", flush=True)
    if "--once" in sys.argv:
        return
    heard = threading.Event()
    secret = os.environ.get("WEBHOOK_SECRET")
    if secret:
        server = http.server.ThreadingHTTPServer(("", int(os.environ.get("PORT", "8080"))), receiver(secret, heard))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("listening on", server.server_port, flush=True)
    while True:
        heard.wait(POLL_EVERY_SECONDS)
        heard.clear()
        try:
            copy.refresh()
        except (Refused, OSError) as problem:
            print(problem, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
