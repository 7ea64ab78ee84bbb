package metrics

import (
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/model"
	"google.golang.org/protobuf/encoding/protowire"
)

// A decodedSeries is one series of a request, its labels in their original
// order.
type decodedSeries struct {
	labels string
	points []point
}

// fields calls f for every field of a message.
func fields(t *testing.T, message []byte, f func(field protowire.Number, varint uint64, value []byte)) {
	t.Helper()
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		message = message[n:]
		var varint uint64
		var value []byte
		switch kind {
		case protowire.VarintType:
			varint, n = protowire.ConsumeVarint(message)
		case protowire.Fixed64Type:
			varint, n = protowire.ConsumeFixed64(message)
		default:
			value, n = protowire.ConsumeBytes(message)
		}
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		message = message[n:]
		f(field, varint, value)
	}
}

// decodeRequest decodes a request and checks that labels are sorted.
func decodeRequest(t *testing.T, request []byte) (all []decodedSeries) {
	t.Helper()
	fields(t, request, func(_ protowire.Number, _ uint64, series []byte) {
		var d decodedSeries
		var labels []string
		fields(t, series, func(field protowire.Number, _ uint64, part []byte) {
			var pair [2]string
			var p point
			fields(t, part, func(inner protowire.Number, number uint64, text []byte) {
				switch {
				case field == 1:
					pair[inner-1] = string(text)
				case inner == 1:
					p.value = math.Float64frombits(number)
				default:
					p.at = time.UnixMilli(int64(number)).UTC()
				}
			})
			if field == 1 {
				labels = append(labels, fmt.Sprintf("%s=%q", pair[0], pair[1]))
			} else {
				d.points = append(d.points, p)
			}
		})
		d.labels = strings.Join(labels, ",")
		if !slices.IsSorted(labels) {
			t.Errorf("labels %s are not sorted", d.labels)
		}
		all = append(all, d)
	})
	return all
}

// A request has the series of a scrape with their current values, and a 0 at
// the start of each counter.
func TestWriteRequest(t *testing.T) {
	now := time.UnixMilli(1_790_000_020_500).UTC()
	since := now.Add(-20 * time.Second)
	stats := fixed()
	stats.Since = since
	v := view(t, constantStats(stats))
	families, err := v.Gather()
	if err != nil {
		t.Fatal(err)
	}
	request, err := writeRequest(families, now, model.LabelSet{"job": "aurea", "instance": "host-1"},
		map[model.Fingerprint]bool{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]point{}
	all := decodeRequest(t, request)
	for _, d := range all {
		got[d.labels] = d.points
	}
	if len(got) != len(all) {
		t.Errorf("%d series with %d different labels", len(all), len(got))
	}
	if want := count(scrape(t, v, acceptText)); len(all) != want {
		t.Errorf("%d series, a scrape has %d", len(all), want)
	}
	counted := func(value float64) []point { return []point{{0, since}, {value, now}} }
	for labels, want := range map[string][]point{
		`__name__="benchmark_jobs_total",instance="host-1",job="aurea",outcome="lost",workload="sleep"`:                   counted(5),
		`__name__="benchmark_job_latency_seconds_bucket",instance="host-1",job="aurea",le="0.005",workload="sleep"`:       counted(1),
		`__name__="benchmark_job_latency_seconds_bucket",instance="host-1",job="aurea",le="1.0",workload="sleep"`:         counted(3),
		`__name__="benchmark_job_latency_seconds_bucket",instance="host-1",job="aurea",le="+Inf",workload="sleep"`:        counted(4),
		`__name__="benchmark_job_latency_seconds_count",instance="host-1",job="aurea",workload="sleep"`:                   counted(4),
		`__name__="benchmark_jobs_in_flight",instance="host-1",job="aurea"`:                                               {{42, now}},
		`__name__="benchmark_last_run_latency_seconds",instance="host-1",job="aurea",quantile="0.99"`:                     {{0.099, now}},
		`__name__="aurea_build_info",goversion="` + runtime.Version() + `",instance="host-1",job="aurea",version="1.2.3"`: {{1, now}},
	} {
		if diff := cmp.Diff(want, got[labels], cmp.AllowUnexported(point{})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", labels, diff)
		}
	}
}
