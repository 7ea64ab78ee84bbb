package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/api"
)

// maxTally is the most bytes read of a run's histograms.
const maxTally = 64 << 20

// Tally returns the exact histograms of a finished run. Before its end it is an
// aurea.ErrConflict.
func (c *Client) Tally(ctx context.Context, id string) (*aurea.Tally, error) {
	return c.tally(ctx, id, url.Values{"format": {"binary"}})
}

// WorkerTally returns the exact histograms of one worker of a finished run, by its
// ID or name in the result. A worker that the result does not list is an
// aurea.ErrNotFound; before the run's end it is an aurea.ErrConflict.
func (c *Client) WorkerTally(ctx context.Context, id, worker string) (*aurea.Tally, error) {
	return c.tally(ctx, id, url.Values{"format": {"binary"}, "worker": {worker}})
}

func (c *Client) tally(ctx context.Context, id string, query url.Values) (*aurea.Tally, error) {
	response, err := c.send(ctx, call{
		method: http.MethodGet, path: api.RunPath(api.Histogram, id), repeatable: true,
		query: query,
	})
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	data, err := io.ReadAll(io.LimitReader(response.Body, maxTally))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	tally := aurea.NewTally()
	if err := tally.UnmarshalBinary(data); err != nil {
		return nil, fmt.Errorf("the histograms of run %s: %w", id, err)
	}
	return tally, nil
}

// Jobs yields the records of a finished run's jobs in the order of the jobs, as
// they arrive. It yields at most one error, as its last value. Before the run's
// end it is an aurea.ErrConflict; a run that kept no records is an
// aurea.ErrNotFound.
func (c *Client) Jobs(ctx context.Context, id string) iter.Seq2[aurea.JobRecord, error] {
	return func(yield func(aurea.JobRecord, error) bool) {
		response, err := c.send(ctx, call{method: http.MethodGet, path: api.RunPath(api.Jobs, id), repeatable: true})
		if err != nil {
			yield(aurea.JobRecord{}, err)
			return
		}
		defer func() { _ = response.Body.Close() }()
		reader := bufio.NewReaderSize(response.Body, 64<<10)
		for {
			line, err := api.ReadLine(reader)
			if errors.Is(err, io.EOF) {
				return
			}
			var job aurea.JobRecord
			if err == nil {
				job, err = aurea.ParseJobJSON(line)
			}
			if !yield(job, err) || err != nil {
				return
			}
		}
	}
}

// Export streams the job records of a finished run in a format of the API:
// ndjson, csv or parquet. The caller closes the stream. A read fails if the
// stream breaks off before its end.
func (c *Client) Export(ctx context.Context, id, format string) (io.ReadCloser, error) {
	response, err := c.send(ctx, call{
		method: http.MethodGet, path: api.RunPath(api.Jobs, id), repeatable: true,
		query: url.Values{"format": {format}},
	})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}

// A HistogramQuery selects a histogram of a run and its form. A zero field selects
// the API's default.
type HistogramQuery struct {
	Of     string // latency, service_time, delay or failed_latency
	Worker string // id or name of a worker that the result lists; "" for the whole run
	Format string // text, in HdrHistogram's percentile format, or json
	Unit   string // of the text: s, ms, us or ns
}

// Histogram streams a histogram of a finished run as a document. Before the run's
// end it is an aurea.ErrConflict. The caller closes the stream.
func (c *Client) Histogram(ctx context.Context, id string, query HistogramQuery) (io.ReadCloser, error) {
	values := url.Values{}
	for name, value := range map[string]string{
		"of": query.Of, "worker": query.Worker, "format": query.Format, "unit": query.Unit,
	} {
		if value != "" {
			values.Set(name, value)
		}
	}
	response, err := c.send(ctx, call{
		method: http.MethodGet, path: api.RunPath(api.Histogram, id), repeatable: true, query: values,
	})
	if err != nil {
		return nil, err
	}
	return response.Body, nil
}
