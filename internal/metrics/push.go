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
	pushInterval     = 5 * time.Second
	finalPushTimeout = 15 * time.Second       // of the last push, with its retries
	minBackoff       = 250 * time.Millisecond // before the first retry; doubles with each
	maxBackoff       = 5 * time.Second
)

// A Pusher sends the metrics of a view to a Prometheus remote-write endpoint.
// It is for a process that ends before Prometheus can scrape it.
type Pusher struct {
	view     *View
	url      *url.URL
	instance string
	zeroSent map[model.Fingerprint]bool // series whose initial 0 the endpoint has
	client   http.Client
}

// NewPusher returns a Pusher that sends view to a URL such as
// http://localhost:9090/api/v1/write, with the labels job="aurea" and instance.
// A URL without a path gets /api/v1/write.
func NewPusher(view *View, address, instance string) (*Pusher, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("must be a URL such as http://localhost:9090/api/v1/write; got %q", address)
	}
	if strings.Trim(u.Path, "/") == "" {
		u.Path = "/api/v1/write"
	}
	return &Pusher{view: view, url: u, instance: instance, zeroSent: map[model.Fingerprint]bool{}}, nil
}

// Run pushes every five seconds until ctx is cancelled, then once more,
// retrying for up to fifteen seconds. It returns the error of that last push,
// which contains everything that an earlier one did.
func (p *Pusher) Run(ctx context.Context) error {
	defer p.client.CloseIdleConnections()
	ticker := time.NewTicker(pushInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			pushCtx, cancel := context.WithTimeout(ctx, pushInterval)
			_ = p.push(pushCtx) // the next push includes its samples
			cancel()
		case <-ctx.Done():
			pushCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finalPushTimeout)
			defer cancel()
			return p.push(pushCtx)
		}
	}
}

// push sends the current metrics, retrying until ctx is done. An endpoint that
// already has newer samples of a series rejects its initial 0; then push sends
// the request again without initial zeros.
func (p *Pusher) push(ctx context.Context) error {
	families, err := p.view.Gather()
	if err != nil {
		return err
	}
	now := time.Now()
	labels := model.LabelSet{"job": "aurea", "instance": model.LabelValue(p.instance)}
	zeroSent := maps.Clone(p.zeroSent)
	request, err := writeRequest(families, now, labels, zeroSent)
	if err != nil {
		return err
	}
	err = p.sendWithRetry(ctx, request)
	if rejected := (*rejectedError)(nil); errors.As(err, &rejected) && len(zeroSent) > len(p.zeroSent) {
		if request, err = writeRequest(families, now, labels, zeroSent); err == nil {
			err = p.sendWithRetry(ctx, request)
		}
	}
	if err == nil {
		p.zeroSent = zeroSent
	}
	return err
}

// sendWithRetry sends a request until the endpoint accepts or rejects it.
func (p *Pusher) sendWithRetry(ctx context.Context, request []byte) error {
	body := snappy.Encode(nil, request)
	for pause := minBackoff; ; pause = min(2*pause, maxBackoff) {
		err := p.send(ctx, body)
		retryable := (*retryableError)(nil)
		if err == nil || !errors.As(err, &retryable) {
			return err
		}
		wait := max(pause, retryable.pause)
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

// A retryableError is a response, or a missing one, after which a retry may
// succeed.
type retryableError struct {
	error
	pause time.Duration // from Retry-After; 0 if absent
}

// A rejectedError is a response that a retry would not change.
type rejectedError struct{ error }

// send sends a request once.
func (p *Pusher) send(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url.String(), bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Encoding", "snappy")
	request.Header.Set("Content-Type", "application/x-protobuf")
	request.Header.Set("User-Agent", "aurea")
	request.Header.Set("X-Prometheus-Remote-Write-Version", "0.1.0")
	response, err := p.client.Do(request)
	if err != nil {
		return &retryableError{error: fmt.Errorf("no answer from %s: %w", p.url.Redacted(), withoutURL(err))}
	}
	defer func() { _ = response.Body.Close() }() // the relevant part has been read
	text, _ := io.ReadAll(io.LimitReader(response.Body, 500))
	if response.StatusCode/100 == 2 {
		return nil
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	err = fmt.Errorf("%s answers %s: %s", p.url.Redacted(), response.Status, line)
	if response.StatusCode/100 == 5 || response.StatusCode == http.StatusTooManyRequests {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // 0 if it is missing or a date
		return &retryableError{err, time.Duration(seconds) * time.Second}
	}
	return &rejectedError{err}
}

// withoutURL unwraps an error of http.Client, whose text names the URL, which
// may contain a password.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}
