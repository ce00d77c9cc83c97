#!/bin/sh
# Buys what a file holds, once, with curl and jq:
#
#   buyonce serve --sandbox &
#   sh buy.sh order.json
#
# BUYONCE_URL is where the server is, BUYONCE_TOKEN the token where it asks for one, BUYONCE_WAIT for how many seconds it waits (600). Exit code: 0 all is bought or skipped, 3 something was
# refused, 4 something may be bought or waits for a person, 2 the order was not accepted, 1 it is not known: run it again.
set -eu

order=${1:?name the file of the order}
patience=${BUYONCE_WAIT:-600}
end=$(($(date +%s) + patience))

# The id comes from the order and never changes. An answer that is lost says nothing about the purchase: whoever sends the order
# again under a new id buys it twice.
id=$(jq -er '.executionId | strings | @uri' "$order") || {
  echo "$order has no executionId." >&2
  exit 2
}
url=${BUYONCE_URL:-http://127.0.0.1:4780}/v1/executions/$id
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Sends a request until it is answered. curl repeats it, the same byte for byte, where the connection failed or broke, and on 429, 500,
# 502, 503 and 504, never before Retry-After; a refusal it does not repeat. The token goes through a pipe: arguments show in ps.
ask() {
  said=$({ [ -z "${BUYONCE_TOKEN:-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$BUYONCE_TOKEN"; } |
    curl --no-progress-meter -K - --retry 20 --retry-all-errors --retry-max-time "$patience" \
      --max-time "$((patience < 30 ? patience : 30))" \
      -o "$answer" -w '%{http_code} %header{retry-after}' "$@" "$url") || {
    echo "No answer: it is not known whether it was bought. Run the same again." >&2
    exit 1
  }
  status=${said%% *}
  again=${said#* }
  case $again in *[!0-9]*) again=5 ;; esac
  case $status in
    200 | 202) return ;;
    4??) code=2 ;;
    *) code=1 ;;
  esac
  echo "HTTP $status: $(jq -r '"\(.code): \(.detail)"' "$answer" 2>/dev/null || cat "$answer")" >&2
  exit $code
}

ask -X PUT -H 'Content-Type: application/json' -H "Idempotency-Key: \"$id\"" --data-binary "@$order"

# While something is worked on, the answer says when to ask again.
while [ -n "$again" ] && [ "$(date +%s)" -lt "$end" ]; do
  sleep "$again"
  ask
done

jq -r '.outcomes[] | [.recIndex, .status, (.price | if . then "\(.amount) \(.currency)" else "-" end),
  (.commitment.id // .error.message // .note // "-")] | @tsv' "$answer" |
  awk -F '\t' '{ printf "%-4s %-18s %-16s %s\n", $1, $2, $3, $4 }'
jq -r '"\(.state): \([.totals[] | "\(.amount) \(.currency)"] | join(", "))"' "$answer"

# What may be bought weighs more than what is surely not.
exit "$(jq -r '[.outcomes[].status] as $all | def any_of(s): $all | any(IN(s));
  if .state == "waiting" or any_of("unresolved", "in-progress", "written-off") then 4
  elif any_of("refused", "rejected") then 3 else 0 end' "$answer")"
