package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/hist"
)

// histograms lists the histograms of a run by their names in the query
// parameter of.
var histograms = []struct {
	name string
	of   func(*aurea.Tally) *hist.Histogram
}{
	{"latency", func(t *aurea.Tally) *hist.Histogram { return t.Latency }},
	{"service_time", func(t *aurea.Tally) *hist.Histogram { return t.ServiceTime }},
	{"delay", func(t *aurea.Tally) *hist.Histogram { return t.Delay }},
	{"failed_latency", func(t *aurea.Tally) *hist.Histogram { return t.FailedLatency }},
}

// units lists the units of the percentile format.
var units = map[string]time.Duration{
	"s": time.Second, "ms": time.Millisecond, "us": time.Microsecond, "ns": time.Nanosecond,
}

type histogramInput struct {
	ID     string `path:"id" doc:"of the run: its result's benchmark_id"`
	Of     string `query:"of" default:"latency" enum:"latency,service_time,delay,failed_latency" doc:"what was measured"`
	Worker string `query:"worker" doc:"the id or the name of a worker that the result lists; without it, the histogram of the whole run"`
	Format string `query:"format" default:"text" enum:"text,json,binary" doc:"text: HdrHistogram's percentile format, and its compressed encoding in the last line; json: the same as data, in seconds; binary: all histograms exactly, for a client of ours"`
	Unit   string `query:"unit" default:"ms" enum:"s,ms,us,ns" doc:"of the text's values; the encoding is always in nanoseconds"`
}

// A histogramJSON is a histogram as data. Times are in seconds.
type histogramJSON struct {
	ID      string        `json:"id" doc:"of the run"`
	Worker  string        `json:"worker,omitempty" doc:"as in the query"`
	Of      string        `json:"of"`
	Summary aurea.Summary `json:"summary"`
	Buckets []bucketJSON  `json:"buckets" doc:"those that hold samples, shortest first"`
	Encoded string        `json:"encoded" doc:"HdrHistogram's compressed encoding, version 2, in base64, in nanoseconds"`
}

type bucketJSON struct {
	UpTo  float64 `json:"up_to" doc:"the longest duration of the bucket"`
	Count int64   `json:"count"`
}

func (s *Server) registerHistogram(router huma.API, op huma.Operation) {
	op.Errors = append(op.Errors, 400, 404, 409, 500, 503)
	op.RejectUnknownQueryParameters = true
	schema := router.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[histogramJSON](), true, "Histogram")
	op.Responses = map[string]*huma.Response{"200": {
		Description: "The histogram of the judged part",
		Content: map[string]*huma.MediaType{
			"text/plain": {}, "application/json": {Schema: schema}, "application/octet-stream": {},
		},
	}}
	huma.Register(router, op, func(ctx context.Context, input *histogramInput) (*huma.StreamResponse, error) {
		tally, err := input.tally(ctx, s.options.Runs)
		if err != nil {
			return nil, s.asProblem(err)
		}
		contentType, body, err := input.write(tally)
		if err != nil {
			return nil, s.asProblem(err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			ctx.SetHeader("Content-Type", contentType)
			ctx.SetStatus(http.StatusOK)
			_, _ = ctx.BodyWriter().Write(body) // a reader that is gone misses nothing
		}}, nil
	})
}

// tally returns the histograms of the run or of its worker.
func (i *histogramInput) tally(ctx context.Context, runs Runs) (*aurea.Tally, error) {
	if i.Worker != "" {
		return runs.WorkerTally(ctx, i.ID, i.Worker)
	}
	return runs.Tally(ctx, i.ID)
}

// write returns the response body and its media type.
func (i *histogramInput) write(tally *aurea.Tally) (contentType string, body []byte, err error) {
	if i.Format == "binary" {
		return "application/octet-stream", tally.AppendBinary(nil), nil
	}
	var h *hist.Histogram
	for _, m := range histograms {
		if m.name == i.Of {
			h = m.of(tally)
		}
	}
	encoded, err := h.Encode()
	if err != nil {
		return "", nil, err
	}
	var out bytes.Buffer
	if i.Format == "json" {
		err = plainJSON.Marshal(&out, i.newJSON(h, encoded))
		return "application/json", out.Bytes(), err
	}
	err = h.WritePercentiles(&out, units[i.Unit])
	fmt.Fprintf(&out, "#[Unit = %s, Encoded = %s]\n", i.Unit, encoded)
	return "text/plain; charset=utf-8", out.Bytes(), err
}

func (i *histogramInput) newJSON(h *hist.Histogram, encoded []byte) histogramJSON {
	body := histogramJSON{ID: i.ID, Worker: i.Worker, Of: i.Of, Summary: aurea.Summarize(h), Buckets: []bucketJSON{},
		Encoded: string(encoded)}
	h.Each(func(upTo time.Duration, count int64) {
		body.Buckets = append(body.Buckets, bucketJSON{upTo.Seconds(), count})
	})
	return body
}
