#!/usr/bin/env python3
"""Buys what a file holds, once, with Python's standard library:

    buyonce serve --sandbox &
    python3 buy.py order.json

BUYONCE_URL is where the server is, BUYONCE_TOKEN the token where it asks for one, BUYONCE_WAIT for how many seconds it waits (600). Exit code: 0 all is bought or skipped, 3 something
was refused, 4 something may be bought or waits for a person, 2 the order was not accepted, 1 it is not known: run it again.
"""
import http.client
import json
import os
import random
import sys
import time
import urllib.parse
import urllib.request

END = time.monotonic() + int(os.environ.get("BUYONCE_WAIT", "600"))


class AsItIs(urllib.request.HTTPErrorProcessor):
    """No status is an exception, and no redirect is followed: nobody has said that the order may go there."""

    def http_response(self, request, response):
        return response

    https_response = http_response


OPENER = urllib.request.build_opener(AsItIs)


def stop(code, text):
    print(text, file=sys.stderr)
    sys.exit(code)


def ask(url, method, headers, body=None):
    """Sends a request until it is answered, the same byte for byte every time, and returns the report and `Retry-After`."""
    pause = 0.5
    while True:
        wait = 0
        try:
            request = urllib.request.Request(url, data=body, method=method, headers=headers)
            with OPENER.open(request, timeout=min(30, max(1, END - time.monotonic()))) as response:
                status, said = response.status, response.read()
                after = response.headers.get("Retry-After", "")
                wait = int(after) if after.isdigit() else 0
            if status in (200, 202):
                return json.loads(said), wait
            why = f"HTTP {status}: {said.decode(errors='replace')}"
            # A refusal is an answer: it is not sent again.
            if status not in (429, 502, 503, 504):
                stop(2 if 400 <= status < 500 else 1, why)
        except (OSError, http.client.HTTPException, ValueError) as error:
            # Not reached, broken off, or cut in the middle: the server may have recorded the order all the same.
            why = f"No answer ({error}): it is not known whether it was bought. Run the same again."
        wait += pause * random.uniform(0.5, 1)
        if time.monotonic() + wait > END:
            stop(1, why)
        print(f"{why} Sent again in {wait:.0f} s.", file=sys.stderr)
        time.sleep(wait)
        pause = min(pause * 2, 10)


def main():
    if len(sys.argv) != 2:
        stop(2, "Name the file of the order.")
    with open(sys.argv[1], "rb") as file:
        body = file.read()
    # The id comes from the order and never changes. An answer that is lost says nothing about the purchase: whoever sends the
    # order again under a new id buys it twice.
    try:
        part = urllib.parse.quote(json.loads(body)["executionId"], safe="")
    except (ValueError, TypeError, KeyError) as error:
        stop(2, f"{sys.argv[1]} is not JSON with an executionId: {error}.")
    url = f"{os.environ.get('BUYONCE_URL', 'http://127.0.0.1:4780')}/v1/executions/{part}"
    token = os.environ.get("BUYONCE_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}

    submission = {**headers, "Content-Type": "application/json", "Idempotency-Key": f'"{part}"'}
    report, wait = ask(url, "PUT", submission, body)
    # While something is worked on, the answer says when to ask again.
    while wait and time.monotonic() < END:
        time.sleep(wait)
        report, wait = ask(url, "GET", headers)

    money = lambda one: f"{one['amount']} {one['currency']}"
    for outcome in report["outcomes"]:
        price = money(outcome["price"]) if "price" in outcome else "-"
        what = outcome.get("commitment", {}).get("id") or outcome.get("error", {}).get("message") or outcome.get("note", "-")
        print(f"{outcome['recIndex']:<4} {outcome['status']:<18} {price:<16} {what}")
    print(f"{report['state']}: {', '.join(money(one) for one in report['totals'])}")

    # What may be bought weighs more than what is surely not.
    statuses = {outcome["status"] for outcome in report["outcomes"]}
    if report["state"] == "waiting" or statuses & {"unresolved", "in-progress", "written-off"}:
        sys.exit(4)
    sys.exit(3 if statuses & {"refused", "rejected"} else 0)


main()
