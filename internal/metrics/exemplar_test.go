package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"

	"github.com/aurea-orchestrator/aurea"
)

// withExemplars returns fixed with some exemplars.
func withExemplars() aurea.Stats {
	stats := fixed()
	at := time.Unix(1_790_000_012, 0).UTC()
	exemplars := aurea.Exemplars{
		Latency:     aurea.Exemplar{Run: "benchmark-7", Value: 0.7, At: at},
		ServiceTime: aurea.Exemplar{Run: "benchmark-8", Value: 90, At: at}, // beyond the last bucket
	}
	exemplars.Outcomes[aurea.Failed] = aurea.Exemplar{Run: "benchmark-9", Value: 3, At: at}
	stats.Exemplars = map[string]aurea.Exemplars{"sleep": exemplars}
	return stats
}

// OpenMetrics has one exemplar for a number, in the bucket that counts its job
// and in no other.
func TestExemplarsInOpenMetrics(t *testing.T) {
	var got []string
	body := get(t, handler(t, constantStats(withExemplars())), acceptOpenMetrics).Body.String()
	for _, line := range strings.Split(body, "\n") {
		if strings.Contains(line, " # {") {
			got = append(got, line)
		}
	}
	want := []string{
		`benchmark_job_duration_seconds_bucket{workload="sleep",le="+Inf"} 6 # {run_id="benchmark-8"} 90.0 1.790000012e+09`,
		`benchmark_job_latency_seconds_bucket{workload="sleep",le="1.0"} 3 # {run_id="benchmark-7"} 0.7 1.790000012e+09`,
		`benchmark_jobs_total{outcome="failed",workload="sleep"} 1.0 # {run_id="benchmark-9"} 3.0 1.790000012e+09`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("exemplars (-want +got):\n%s", diff)
	}
}

// Protobuf has the same exemplars; a histogram has them in its native and its
// classic buckets.
func TestExemplarsInProtobuf(t *testing.T) {
	families := scrape(t, handler(t, constantStats(withExemplars())), acceptProtobuf)
	var found []*dto.Exemplar
	for name, family := range families {
		for _, metric := range family.GetMetric() {
			if e := metric.GetCounter().GetExemplar(); e != nil {
				found = append(found, e)
			}
			native := metric.GetHistogram().GetExemplars()
			classic := 0
			for _, bucket := range metric.GetHistogram().GetBucket() {
				if e := bucket.GetExemplar(); e != nil {
					classic++
					found = append(found, e)
				}
			}
			if len(native) != classic {
				t.Errorf("%s has %d exemplars of native buckets and %d of classic ones", name, len(native), classic)
			}
		}
	}
	got := map[string]float64{}
	for _, e := range found {
		got[e.GetLabel()[0].GetValue()] = e.GetValue()
	}
	if diff := cmp.Diff(map[string]float64{"benchmark-7": 0.7, "benchmark-8": 90, "benchmark-9": 3}, got); diff != "" {
		t.Errorf("exemplars (-want +got):\n%s", diff)
	}
	if len(found) != 3 {
		t.Errorf("got %d exemplars, want 3", len(found))
	}
}

// Counters and histograms have a created timestamp if the start is known.
func TestCreated(t *testing.T) {
	since := time.Unix(1_790_000_000, 0).UTC()
	stats := fixed()
	stats.Since = since
	for _, test := range []struct {
		stats aurea.Stats
		want  time.Time
	}{{stats, since}, {fixed(), time.Unix(0, 0).UTC()}} {
		families := scrape(t, handler(t, constantStats(test.stats)), acceptProtobuf)
		counter := families["benchmark_jobs_total"].GetMetric()[0].GetCounter().GetCreatedTimestamp().AsTime()
		latency := families["benchmark_job_latency_seconds"].GetMetric()[0].GetHistogram()
		histogram := latency.GetCreatedTimestamp().AsTime()
		if counter != test.want || histogram != test.want {
			t.Errorf("created timestamps %v and %v, want %v", counter, histogram, test.want)
		}
	}
}
