#!/bin/sh
# Who said what in an article, with JSON over HTTP: extract.sh [FILE] [URL]. Needs curl 7.82 or later, and jq.
set -eu
file=${1:-$(dirname "$0")/../article.txt}
url=${2:-http://localhost:8080}
answer=$(mktemp)
trap 'rm -f "$answer"' EXIT

# Send the text on standard input, in the language $1; write the response, or the error, to the file "$answer". If the
# server is overloaded (429) or not ready (503), curl waits as long as its Retry-After says, and tries again.
extract() {
  jq --raw-input --slurp --arg language "$1" '{document: {text: ., languageCode: $language}}' |
    curl --silent --show-error --fail-with-body --retry 3 --max-time 60 --json @- --output "$answer" \
      "$url/sayso.v1.QuoteService/ExtractQuotes"
}

show() {
  jq --raw-output '
    .result
    | (.speakers | map({key: .speakerId, value: .displayName}) | from_entries) as $names
    | if .statements == [] then "no statements" else
        .statements[] | "\($names[.speakerId] // .source.text // "?"): \(.contentSpans | map(.text) | join(" "))"
      end' "$answer"
}

extract "" < "$file"
show
printf '%s' "The weather was fine on Tuesday." | extract ""
show
if ! printf '%s' "“Non”, a dit Mara Olin." | extract "fr" 2> /dev/null; then
  jq --raw-output '
    "\(.details[].debug.reason | values) in \(.details[].debug.fieldViolations | values | .[0].field): \(.message)"' "$answer"
fi
