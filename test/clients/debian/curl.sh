#!/usr/bin/env bash
# Prints the result of each act as a line of JSON: `yes`, or the reason of the failure.
set -uo pipefail

token() { curl -sS --fail-with-body -u "$CLIENT_ID:" "$TESSERA_URL/api/token" "$@"; }
sign_in() { token -d grant_type=password --data-urlencode "username=$USER_NAME" --data-urlencode "password=$USER_PASSWORD"; }
refresh() { token -d grant_type=refresh_token -d "refresh_token=$(member refresh_token <<<"$1")"; }
member() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
alive() { [[ $(status "$TESSERA_URL/api/sys/refreshtokens?size=1" -H "Authorization: Bearer $(member access_token <<<"$1")") == 200 ]]; }

try() {
  local result
  # Runs in this shell, since the acts change the session.
  if "${@:2}" >"$log" 2>&1; then result=yes; else result=$(head -c 200 "$log" | tr -d '"\\\n'); fi
  printf '{"act":"%s","result":"%s"}\n' "$1" "${result:-It failed.}"
}

first() { session=$(sign_in) && alive "$session"; }
again() { local next; next=$(refresh "$session") && [[ $next != "$session" ]] && alive "$next" && session=$next; }
rotation() { again && again && again; }
two() {
  local one
  refresh "$session" >"$log.one" &
  one=$!
  again && wait "$one" && alive "$(cat "$log.one")" && again
}
lost() {
  status "$TESSERA_URL/control/lose"
  refresh "$session"
  again && again
}
introspected() {
  local answer
  answer=$(curl -sS --fail-with-body -u "$READER_NAME:$READER_PASSWORD" "$TESSERA_URL/api/token/introspect" -d "token=$(member access_token <<<"$session")")
  [[ $answer == *'"active":true'* && $answer == *"\"username\":\"$USER_NAME\""* ]]
}
revoked() {
  curl -sS --fail-with-body -u "$CLIENT_ID:" "$TESSERA_URL/api/token/revoke" -d "token=$(member refresh_token <<<"$session")" &&
    [[ $(status "$TESSERA_URL/control/active?token=$(member refresh_token <<<"$session")") == 410 ]] && ! alive "$session"
}

log=$(mktemp)
trap 'rm -f "$log" "$log.one"' EXIT
session=
try 'sign in' first
try refresh again
try 'rotation kept' rotation
try 'two concurrently' two
try 'lost answer' lost
try introspect introspected
try revoke revoked
