#!/bin/sh
# Three runs on a running Aurea service, its metrics, and a summary.
#
#   client.sh [URL]        the URL may also be in AUREA_URL
#
# It needs curl, and no JSON tool: the few fields it wants are found by pattern.
set -eu
export LC_ALL=C # numbers with a point, whatever the user's language

base=${1:-${AUREA_URL:-http://127.0.0.1:5000}}
base=${base%/}
newline='
'

fail() {
	echo "error: $*" >&2
	exit 1
}

# call PATH [CURL OPTION...] prints the answer's body.
call() {
	path=$1
	shift
	answer=$(curl -sS -m 60 -w '\n%{http_code}' "$@" "$base$path") || fail "cannot reach $base$path"
	code=${answer##*"$newline"}
	body=${answer%"$newline"*}
	case $code in
	2??) printf '%s\n' "$body" ;;
	*) fail "$base$path: $(printf '%s' "$body" | detail "$code")" ;;
	esac
}

# detail CODE prints the sentence of a problem+json answer, or the code of any
# other.
detail() {
	sentence=$(tr -d '\n' | sed -En 's/.*"detail": *"(([^"\\]|\\.)*)".*/\1/p' |
		sed 's/\\"/"/g; s/\\u003c/</g; s/\\u003e/>/g; s/\\u0026/\&/g; s/\\\\/\\/g')
	printf '%s' "${sentence:-answered $1}"
}

# field PATTERN prints the value behind the first match of it in $result.
field() {
	value=$(printf '%s' "$result" | tr -d '\n' | grep -o "$1 *[^,}]*" | head -n 1 | sed 's/.*://; s/[ "]//g')
	[ -n "$value" ] || fail "the answer of $base/benchmark/run has no $1"
	printf '%s' "$value"
}

# Something else may be listening there, so a 200 alone says little.
health=$(call /health)
case $health in
*'"aurea-orchestrator"'*) ;;
*) fail "$base/health is not the answer of a healthy Aurea service" ;;
esac
case $health in
*'"healthy"'*) ;;
*) fail "$base/health is not the answer of a healthy Aurea service" ;;
esac
printf '%s is healthy\n\n' "$base"

rows=
number=0
for run in 10x50 50x100 100x100; do
	number=$((number + 1))
	jobs=${run%x*}
	milliseconds=${run#*x}
	echo "run $number of 3: $jobs jobs of $milliseconds ms"
	# The summary needs no record of every job; without them the answer is small.
	result=$(call /benchmark/run -H 'Content-Type: application/json' \
		-d "{\"num_jobs\": $jobs, \"job_duration_ms\": $milliseconds, \"include_jobs\": false}")
	completed=$(field '"completed_jobs":')
	throughput=$(field '"throughput":')
	mean=$(field '"mean_latency":')
	p99=$(field '"latency": *{[^}]*"p99":')
	cost=$(field '"total_cost":')
	validity=$(field '"validity": *{[^{}]*"state":')
	rows="$rows$completed $throughput $mean $p99 $cost $validity$newline"
done

metrics=$(call /metrics)
printf '\nmetrics\n'
printf '%s\n' "$metrics" |
	grep -E '^benchmark_(cost_total|jobs_total|mean_latency_seconds|runs_total|throughput_jobs_per_second)[{ ]' ||
	fail "$base/metrics has no benchmark_ lines"

printf '\nsummary\n'
printf '%6s %10s %10s %10s %12s  %s\n' jobs jobs/s 'mean ms' 'p99 ms' 'cost USD' validity
printf '%s' "$rows" |
	awk '{ printf "%6d %10.1f %10.2f %10.2f %12.6f  %s\n", $1, $2, $3 * 1000, $4 * 1000, $5, $6 }'
