package metrics

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/common/model"
)

const (
	pushInterval = 5 * time.Second
	pushPatience = 15 * time.Second       // how long the last push is tried
	firstPause   = 250 * time.Millisecond // before a push is tried again; then twice as long each time
	longestPause = 5 * time.Second
)

// A Pusher sends what a scrape would show to an endpoint of Prometheus' remote
// write: for a process that ends before anybody comes to scrape it.
type Pusher struct {
	view     *View
	url      *url.URL
	instance string
	began    map[model.Fingerprint]bool // series whose beginning the endpoint knows
	client   http.Client
}

// NewPusher returns one that pushes the view, as job aurea and as the given
// instance, to a URL such as http://localhost:9090/api/v1/write. A URL without a
// path has Prometheus' own.
func NewPusher(view *View, address, instance string) (*Pusher, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("must be a URL such as http://localhost:9090/api/v1/write; got %q", address)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/api/v1/write"
	}
	return &Pusher{view: view, url: u, instance: instance, began: map[model.Fingerprint]bool{}}, nil
}

// Run pushes every five seconds until ctx is cancelled, and then once more, for
// which it takes up to fifteen seconds when the endpoint is busy. The error is
// that of the last push, which has everything that an earlier one could have had.
func (p *Pusher) Run(ctx context.Context) error {
	defer p.client.CloseIdleConnections()
	ticker := time.NewTicker(pushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			trying, done := context.WithTimeout(ctx, pushInterval)
			_ = p.push(trying) // the next one makes up for it
			done()
		case <-ctx.Done():
			trying, done := context.WithTimeout(context.WithoutCancel(ctx), pushPatience)
			defer done()
			return p.push(trying)
		}
	}
}

// push sends the numbers as they stand, again and again while the endpoint is
// busy or away and ctx allows it. An endpoint that knows something newer of a
// series refuses where it began; then that is left out.
func (p *Pusher) push(ctx context.Context) error {
	families, err := p.view.Gather()
	if err != nil {
		return err
	}
	now := time.Now()
	labels := model.LabelSet{"job": "aurea", "instance": model.LabelValue(p.instance)}
	began := maps.Clone(p.began)
	request, err := writeRequest(families, now, labels, began)
	if err != nil {
		return err
	}
	err = p.insist(ctx, request)
	if refused := (*refusedError)(nil); errors.As(err, &refused) && len(began) > len(p.began) {
		if request, err = writeRequest(families, now, labels, began); err == nil {
			err = p.insist(ctx, request)
		}
	}
	if err == nil {
		p.began = began
	}
	return err
}

// insist sends a request until it is taken or refused.
func (p *Pusher) insist(ctx context.Context, request []byte) error {
	body := snappy.Encode(nil, request)
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := p.send(ctx, body)
		busy := (*busyError)(nil)
		if err == nil || !errors.As(err, &busy) {
			return err
		}
		wait := max(pause, busy.pause)
		if end, limited := ctx.Deadline(); limited && time.Until(end) <= wait {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return err
		}
	}
}

// A busyError is an answer, or the lack of one, that may be another next time.
type busyError struct {
	error
	pause time.Duration // that the endpoint asks for
}

// A refusedError is an answer that will be the same next time.
type refusedError struct{ error }

func (p *Pusher) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Encoding", "snappy")
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("User-Agent", "aurea")
	request.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	answer, err := p.client.Do(request)
	if err != nil {
		return &busyError{error: fmt.Errorf("no answer from %s: %w", p.url.Redacted(), cause(err))}
	}
	defer func() { _ = answer.Body.Close() }() // what matters of it was read
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 500))
	if answer.StatusCode/100 == 2 {
		return nil
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	err = fmt.Errorf("%s answers %s: %s", p.url.Redacted(), answer.Status, line)
	if answer.StatusCode/100 == 5 || answer.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(answer.Header.Get("Retry-After")) // 0 when it says nothing, or a date
		return &busyError{err, time.Duration(seconds) * time.Second}
	}
	return &refusedError{err}
}

// cause is what an http.Client's error is about, without the URL that it names
// and that may hold a password.
func cause(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
