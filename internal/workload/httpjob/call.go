package httpjob

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// call sends a request and follows redirects. It returns the last request, the
// one that the response is to. keep is how many bytes of the body are kept.
func (r *httpRunner) call(
	ctx context.Context, p *prepared, keep int, response *httpclient.Response, metrics exchangeMetrics,
) (*prepared, error) {
	for followed := int64(0); ; followed++ {
		request, err := p.Request, error(nil)
		if r.cookies {
			if request, err = r.addCookies(ctx, p); err != nil {
				return p, err
			}
		}
		err = r.do(ctx, request, keep, response)
		metrics.exchange(response)
		if r.sampled {
			r.noteExchange(ctx, p, request, response, err)
		}
		if r.cookies {
			keepCookies(ctx, p.url, response)
		}
		if err != nil {
			return p, asFailure(err)
		}
		if r.redirects == 0 || !isRedirect(response.Status) {
			return p, nil
		}
		if followed == r.redirects {
			return p, redirectFailure("there were more than %d redirects", r.redirects)
		}
		metrics.redirect()
		next, err := r.follow(p, response)
		if err != nil {
			return p, err
		}
		p = next
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow returns the request that a redirect asks for (RFC 9110, 15.4).
func (r *httpRunner) follow(p *prepared, response *httpclient.Response) (*prepared, error) {
	location := response.Header("Location")
	to, err := p.url.Parse(location)
	if err != nil || location == "" {
		return p, redirectFailure("the redirect leads nowhere: its Location is missing or not a URL")
	}
	next := &prepared{method: p.method, url: to, header: p.header, body: p.body}
	if becomesGET(response.Status, p.method) {
		next.method, next.body = http.MethodGet, nil
	}
	return r.prepare(next, p.url)
}

// redirectFailure returns the failure of a job whose redirect cannot be
// followed.
func redirectFailure(format string, args ...any) error {
	return &workload.Failure{Class: "redirect", Err: fmt.Errorf(format, args...)}
}

// becomesGET reports whether a redirect is followed with GET: after 303 for any
// method but HEAD, and, as all clients do, after 301 and 302 for POST.
func becomesGET(status int, method string) bool {
	switch status {
	case http.StatusSeeOther:
		return method != http.MethodHead
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	}
	return false
}

// prepare encodes a new request that a response from another URL has led to. It
// checks the target like that of any request. Credentials are not sent to
// another origin.
func (r *httpRunner) prepare(p *prepared, from *url.URL) (*prepared, error) {
	if err := checkTarget(r.options, r.targets, p.url); err != nil {
		return p, &workload.Failure{Class: httpclient.ClassForbidden, Err: err}
	}
	if !httpclient.SameOrigin(p.url, from) {
		p.header = p.header.Without("Authorization", "Cookie", "Proxy-Authorization", "Host")
	}
	if p.body == nil {
		p.header = p.header.Without("Content-Type", "Content-Length")
	}
	var err error
	if p.Request, err = r.client.NewRequest(p.method, p.url.String(), p.header, p.body); err != nil {
		return p, &workload.Failure{Class: httpclient.ClassProtocol, Err: err}
	}
	return p, nil
}

// asFailure returns the error of an exchange as a job's failure.
func asFailure(err error) error {
	var failed *httpclient.Error
	if errors.As(err, &failed) {
		return &workload.Failure{Class: failed.Class, Err: err}
	}
	return err
}
