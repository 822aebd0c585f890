"""The people's part of the demo, told over the API: what was read, one record checked, found, reissued.

python3 scripts/demo_story.py URL FOLDER; passwords and the portal's token come in the environment.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import defaultdict
from pathlib import Path

SAMPLES = Path(__file__).parent.parent / "samples"
DIPLOMA = "bang-thpt-2008"


class Caller:
    """Someone who calls the API: a person with a session, a program with a token, or anyone."""

    def __init__(self, url, headers=None):
        self.url, self.headers = url, headers or {}

    @classmethod
    def signed_in(cls, url, login, password):
        request = cls(url).request("POST", "/api/v1/session", {"login": login, "password": password})
        with urllib.request.urlopen(request) as answer:
            cookie = answer.headers["Set-Cookie"].split(";")[0]
            form_token = json.load(answer)["form_token"]
        return cls(url, {"Cookie": cookie, "X-Form-Token": form_token})

    def request(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **self.headers}
        return urllib.request.Request(self.url + path, data=data, headers=headers, method=method)

    def raw(self, method, path, body=None):
        try:
            with urllib.request.urlopen(self.request(method, path, body)) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")

    def get(self, path, **asked):
        query = "?" + urllib.parse.urlencode(asked) if asked else ""
        return json.loads(self.raw("GET", path + query))

    def post(self, path, body=None):
        said = self.raw("POST", path, {} if body is None else body)
        return json.loads(said) if said else None


def heading(text):
    print(f"\n\033[1m== {text}\033[0m")


def until(what, ask, seconds=60):
    """Asks again and again until there is an answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := ask():
            return answer
        time.sleep(0.3)
    sys.exit(f"waited {seconds} s in vain: {what}")


def records_of(clerk, batch):
    """All records of a batch, page after page of the list."""
    found, after = [], {}
    while part := clerk.get("/api/v1/records", batch_id=batch, limit=200, **after):
        found += part
        after = {"after": part[-1]["id"]}
    return found


def show_what_was_read(records):
    heading("What was read, and what needs a person")
    files = defaultdict(list)
    for record in records:
        files[record["original_name"]].append(record)
    print(f"{'file':<36} {'class':<16} {'records':>7} {'fields':>7} {'to check':>9}")
    for name, rows in sorted(files.items()):
        fields = sum(len(row["fields"]) for row in rows)
        doubtful = sum(row["doubtful"] for row in rows)
        print(f"{name:<36} {rows[0]['class']:<16} {len(rows):>7} {fields:>7} {doubtful:>9}")
    waiting = sum(1 for record in records if record["doubtful"])
    print(f"{len(records)} records, {waiting} with something for a person to look at.")


def check_the_diploma(clerk, records):
    """Does what a clerk does beside the image; here the truth of the sample stands for the clerk's eyes."""
    truth = json.loads((SAMPLES / "truth" / f"{DIPLOMA}.json").read_text())["fields"]
    # The same bytes were delivered under two names; the record goes by the one that came first.
    of_file = [r for r in records if r["original_name"].startswith(DIPLOMA) and "ho_ten" in r["fields"]]
    if not of_file:
        sys.exit(f"no diploma was read from {DIPLOMA}.jpg")
    record = of_file[0]
    heading(f"A clerk checks the diploma {record['original_name']} beside its image")
    right, changes = 0, {}
    for key, printed in truth.items():
        read = record["fields"].get(key)
        if read and read["accepted"] and read["raw"] == printed:
            right += 1
            continue
        said = f"“{read['raw']}” ({read['confidence']:.0%})" if read else "nothing"
        verdict = "confirmed" if read and read["raw"] == printed else f"entered “{printed}”"
        print(f"  {key:<12} the machine read {said}: {verdict}")
        changes[key] = printed
    print(f"  {right} of {len(truth)} fields needed no look; {len(changes)} were doubtful or wrong.")
    # Saved even where nothing was wrong: the clerk has compared it, and stands behind it from now on.
    given = {"version": record["version"], "fields": changes, "note": "đối chiếu với bản quét"}
    return clerk.post(f"/api/v1/records/{record['id']}/correct", given)


def find_her(clerk, record):
    words = (SAMPLES / "search.txt").read_text().strip()
    heading(f"Searching without accents: {words}")

    def hit():
        found = clerk.get("/api/v1/search", text=words)
        return next((h for h in found["hits"] if h["record_id"] == record["id"]), None)

    found = until("the approved record in the index", hit)["fields"]
    shown = [found.get(key, "–") for key in ("ho_ten", "ngay_sinh", "truong", "so_hieu")]
    print("  " + " · ".join(shown))
    return found


def issue_a_copy(url, clerk, approver, portal, record, found, folder):
    heading("A citizen asks for a copy; the clerk confirms, the approver seals")
    public = Caller(url)
    asked = portal.post("/api/v1/copy-requests", {
        "applicant": {"name": found["ho_ten"], "contact": "0900 000 000", "standing": "self"},
        "wanted": {"ho_ten": found["ho_ten"], "ngay_sinh": found.get("ngay_sinh", ""), "purpose": "xin việc"},
        "consent": public.get("/api/v1/consent")["version"],
    })
    print(f"  tracking code {asked['code']}, due {asked['due_at'][:10]}")
    request = f"/api/v1/copy-requests/{asked['id']}"
    candidates = clerk.get(f"{request}/candidates")
    if record["id"] not in [hit["record_id"] for hit in candidates]:
        sys.exit("the record is not among the candidates for the request")
    # Both decide on what they are shown: the record's version and the digest of what it says.
    shown = clerk.get(f"/api/v1/records/{record['id']}")
    seen = {"record_version": shown["version"], "record_digest": shown["record_digest"]}
    clerk.raw("POST", f"{request}/confirm", {"record_id": record["id"], **seen})
    print("  confirmed by chuyenvien")
    began = time.monotonic()
    approver.raw("POST", f"{request}/release", seen)
    path = f"/api/v1/track/{asked['code']}"

    def ready():
        status = public.get(path)
        return status if status["copy_ready"] else None

    status = until("the sealed copy", ready)
    pdf = public.raw("GET", f"{path}/copy")
    (folder / "ban-sao.pdf").write_bytes(pdf)
    print(f"  released by lanhdao; copy {status['copies'][0]['number']} sealed and fetched with the code "
          f"({len(pdf) // 1024} KiB, {time.monotonic() - began:.1f} s after the release)")


def main():
    url, folder = sys.argv[1], Path(sys.argv[2])
    clerk = Caller.signed_in(url, "chuyenvien", os.environ["CLERK_PASSWORD"])
    approver = Caller.signed_in(url, "lanhdao", os.environ["APPROVER_PASSWORD"])
    portal = Caller(url, {"Authorization": f"Bearer {os.environ['PORTAL_TOKEN']}"})
    receipt = json.loads((folder / "receipt.json").read_text())
    records = records_of(clerk, receipt["receipt"]["batch"]["id"])
    show_what_was_read(records)
    record = check_the_diploma(clerk, records)
    record = approver.post(f"/api/v1/records/{record['id']}/approve", {"version": record["version"]})
    print("  approved by lanhdao")
    found = find_her(clerk, record)
    issue_a_copy(url, clerk, approver, portal, record, found, folder)


if __name__ == "__main__":
    main()
