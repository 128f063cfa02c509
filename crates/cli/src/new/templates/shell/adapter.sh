#!/bin/sh
# {{ name }}: an adapter for kubeproof, for {{ provider }}. Call your client in `fetch`; what is there asks by curl.
#
# Without a reader of JSON, fields are cut out of the lines: texts with a quote in them are not understood. The credential goes to
# curl by its standard input, where `ps` does not show it.
set -u

folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

# field NAME: the text of a field of the line.
field() {
    printf '%s\n' "$line" | sed -n 's/.*"'"$1"'":"\([^"]*\)".*/\1/p'
}

# number NAME: the number of a field of the line.
number() {
    printf '%s\n' "$line" | sed -n 's/.*"'"$1"'":\([0-9-]*\).*/\1/p'
}

# A text, as JSON has it within quotes.
escaped() {
    sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' -e 's/\r/\\r/g' "$1" | awk '{ printf "%s\\n", $0 }'
}

# failure KIND MESSAGE [STATUS]
failure() {
    printf '"error":{"kind":"%s","message":"%s"%s}' "$1" "$2" "${3:+,\"status\":$3}"
}

kind_of_status() {
    case $1 in
        401) echo unauthenticated ;;
        403) echo forbidden ;;
        404) echo not-found ;;
        429) echo rate-limited ;;
        5??) echo unavailable ;;
        *) echo rejected ;;
    esac
}

fetch() {
    milliseconds=$(number timeout_ms)
    url="$(field base_url){{ path_shell }}"
{%- if expiry %}
    seconds=$(number expiry_seconds)
    url=$url${seconds:+"?expiry_seconds=$seconds"}
{%- endif %}
    set -- --silent --globoff --path-as-is --max-time "$((milliseconds / 1000)).$((milliseconds % 1000 / 100))"
    pem=$(field ca_pem)
    if [ -n "$pem" ]; then
        printf '%b' "$pem" >"$folder/ca.pem"
        set -- "$@" --cacert "$folder/ca.pem"
    fi
    : >"$folder/answer"
    status=$(printf 'header = "{{ header }}: {{ prefix }}%s"\n' "$(field {{ credential }})" |
        curl "$@" --config - --output "$folder/answer" --write-out '%{http_code}' "$url")
    case $? in
        0) ;;
        3) failure invalid-argument 'this is no URL'; return ;;
        28) failure timeout 'the answer did not come in time'; return ;;
        35 | 51 | 60) failure tls 'the server is not trusted'; return ;;
        *) failure transport 'the connection failed'; return ;;
    esac
    if [ "$status" != 200 ]; then
        failure "$(kind_of_status "$status")" "the provider answers $status" "$status"
        return
    fi
    read_answer "$folder/answer"
}

# What is wanted of an answer.
read_answer() {
{%- if answer == "yaml" %}
    if ! grep -q '^current-context:' "$1"; then
        failure malformed 'the answer is no kubeconfig'
        return
    fi
    printf '"kubeconfig":"%s"' "$(escaped "$1")"
{%- elif answer == "json" %}
    if ! grep -q '"clusters" *:' "$1"; then
        failure malformed 'the answer is no kubeconfig'
        return
    fi
    printf '"kubeconfig":"%s"' "$(escaped "$1")"
{%- elif answer == "encoded" %}
    tr -d '\r\n' <"$1" | sed -n 's/.*"kubeconfig" *: *"\([^"]*\)".*/\1/p' | sed 's/\\n//g' | base64 -d >"$folder/kubeconfig" 2>/dev/null
    if ! grep -q '^current-context:' "$folder/kubeconfig"; then
        failure malformed 'the answer holds no kubeconfig'
        return
    fi
    printf '"kubeconfig":"%s"' "$(escaped "$folder/kubeconfig")"
{%- elif answer == "access" %}
    case $(tr -d ' \r\n' <"$1") in
        '["Downloaded"]' | '"Downloaded"' | Downloaded)
            failure already-downloaded 'the access information was downloaded before' ;;
        '[]') failure malformed 'the answer is no access information' ;;
        '['*']') printf '"access":%s' "$(tr -d '\r\n' <"$1")" ;;
        *) failure malformed 'the answer is no access information' ;;
    esac
{%- else %}
    endpoint=$(tr -d '\r\n' <"$1" | sed -n 's/.*"endpoint" *: *"\([^"]*\)".*/\1/p')
    ca_data=$(tr -d '\r\n' <"$1" | sed -n 's/.*"caData" *: *"\([^"]*\)".*/\1/p')
    if [ -z "$endpoint" ] || [ -z "$ca_data" ]; then
        failure malformed 'the answer is no connection information'
        return
    fi
    printf '"connection":{"endpoint":"%s","ca_data":"%s"}' "$endpoint" "$ca_data"
{%- endif %}
}

# A JSON line in, a JSON line out, until the input ends. What is for people goes to standard error.
while IFS= read -r line; do
    case $line in
        '{"hello"'*)
            printf '%s\n' '{"hello":{"protocol":1,"name":"{{ name }}","version":"0.1.0","providers":["{{ provider }}"],"features":{{ features }}}}'
            ;;
        *) printf '{"result":{"id":"%s",%s}}\n' "$(field id)" "$(fetch)" ;;
    esac
done
