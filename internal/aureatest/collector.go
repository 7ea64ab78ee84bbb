package aureatest

import (
	"compress/gzip"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collectormetrics "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	collectortrace "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/otlp/metrics/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// A Collector is an OTLP receiver over HTTP that keeps what it receives. It is
// safe for concurrent use.
type Collector struct {
	URL string

	mu        sync.Mutex
	requests  int
	resources []map[string]string
	metrics   map[string]*metrics.Metric // the latest of each name
	spans     []*trace.Span
}

// StartCollector starts a Collector that stops when the test ends.
func StartCollector(t testing.TB) *Collector {
	c := &Collector{metrics: map[string]*metrics.Metric{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/metrics", func(w http.ResponseWriter, r *http.Request) {
		var request collectormetrics.ExportMetricsServiceRequest
		c.decode(t, w, r, &request, func() {
			for _, from := range request.GetResourceMetrics() {
				c.resources = append(c.resources, Attributes(from.GetResource().GetAttributes()))
				for _, scope := range from.GetScopeMetrics() {
					for _, metric := range scope.GetMetrics() {
						c.metrics[metric.GetName()] = metric
					}
				}
			}
		})
	})
	mux.HandleFunc("POST /v1/traces", func(w http.ResponseWriter, r *http.Request) {
		var request collectortrace.ExportTraceServiceRequest
		c.decode(t, w, r, &request, func() {
			for _, from := range request.GetResourceSpans() {
				c.resources = append(c.resources, Attributes(from.GetResource().GetAttributes()))
				for _, scope := range from.GetScopeSpans() {
					c.spans = append(c.spans, scope.GetSpans()...)
				}
			}
		})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	c.URL = server.URL
	return c
}

// decode decodes a request and calls keep.
func (c *Collector) decode(t testing.TB, w http.ResponseWriter, r *http.Request, into proto.Message, keep func()) {
	body, err := content(r)
	if err == nil && r.Header.Get("Content-Type") != "application/x-protobuf" {
		err = fmt.Errorf("content type %s", r.Header.Get("Content-Type"))
	}
	if err == nil {
		err = proto.Unmarshal(body, into)
	}
	if err != nil {
		t.Errorf("%s: %v", r.URL, err)
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.requests++
	keep()
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func content(r *http.Request) ([]byte, error) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		unzipped, err := gzip.NewReader(body)
		if err != nil {
			return nil, err
		}
		body = unzipped
	}
	return io.ReadAll(body)
}

// Requests returns the number of requests received.
func (c *Collector) Requests() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.requests
}

// Resources returns the resource of each part of the requests.
func (c *Collector) Resources() []map[string]string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.resources)
}

// Spans returns all spans received.
func (c *Collector) Spans() []*trace.Span {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// Metric returns the latest data of a metric, or nil.
func (c *Collector) Metric(name string) *metrics.Metric {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.metrics[name]
}

// Values returns the values of a sum or gauge, by attributes such as
// "outcome=ok,workload=sleep".
func (c *Collector) Values(name string) map[string]float64 {
	metric := c.Metric(name)
	numbers := map[string]float64{}
	for _, p := range append(metric.GetSum().GetDataPoints(), metric.GetGauge().GetDataPoints()...) {
		numbers[key(p.GetAttributes())] = p.GetAsDouble()
	}
	return numbers
}

func key(attributes []*common.KeyValue) string {
	var pairs []string
	for name, value := range Attributes(attributes) {
		pairs = append(pairs, name+"="+value)
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}

// Attributes returns the attributes of a span, a point or a resource as text.
func Attributes(list []*common.KeyValue) map[string]string {
	attributes := map[string]string{}
	for _, pair := range list {
		switch value := pair.GetValue().GetValue().(type) {
		case *common.AnyValue_StringValue:
			attributes[pair.GetKey()] = value.StringValue
		case *common.AnyValue_IntValue:
			attributes[pair.GetKey()] = fmt.Sprint(value.IntValue)
		case *common.AnyValue_DoubleValue:
			attributes[pair.GetKey()] = fmt.Sprint(value.DoubleValue)
		default:
			attributes[pair.GetKey()] = pair.GetValue().String()
		}
	}
	return attributes
}

// ID formats the ID of a trace or span as usual.
func ID(id []byte) string { return hex.EncodeToString(id) }
