package workload

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
)

// A prepared is a request as it is sent, and what it takes to follow a redirect.
type prepared struct {
	*httpclient.Request
	method string
	url    *url.URL
	header httpclient.Header
	body   []byte
}

// call makes a request, and those that redirects lead to. What is returned is
// the last one: the one that was answered.
func (c *caller) call(ctx context.Context, p prepared, keep int, answer *httpclient.Response, tell teller) (prepared, error) {
	for followed := int64(0); ; followed++ {
		err := c.client.Do(ctx, p.Request, keep, answer)
		tell.exchange(answer)
		if err != nil {
			return p, classed(err)
		}
		if c.redirects == 0 || !isRedirect(answer.Status) {
			return p, nil
		}
		if followed == c.redirects {
			return p, &Failure{"redirect", fmt.Errorf("there were more than %d redirects", c.redirects)}
		}
		tell.redirect()
		if p, err = c.follow(p, answer); err != nil {
			return p, err
		}
	}
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// follow is the request that a redirect asks for (RFC 9110, 15.4).
func (c *caller) follow(p prepared, answer *httpclient.Response) (prepared, error) {
	location := answer.Header("Location")
	to, err := p.url.Parse(location)
	if err != nil || location == "" {
		return p, &Failure{"redirect", errors.New("the redirect leads nowhere: its Location is missing or not a URL")}
	}
	next := prepared{method: p.method, url: to, header: p.header, body: p.body}
	if becomesGET(answer.Status, p.method) {
		next.method, next.body = http.MethodGet, nil
	}
	return c.prepare(next, p.url)
}

// becomesGET reports whether a redirect is followed by GET, whatever the method
// was: 303 says so of any but HEAD, and 301 and 302 are taken to say it of POST.
func becomesGET(status int, method string) bool {
	switch status {
	case http.StatusSeeOther:
		return method != http.MethodHead
	case http.StatusMovedPermanently, http.StatusFound:
		return method == http.MethodPost
	}
	return false
}

// prepare makes a request ready that an answer from a URL has led to. It has no
// credentials for another host, and goes where any request may go.
func (c *caller) prepare(p prepared, from *url.URL) (prepared, error) {
	if err := c.targets.CheckURL(p.url); err != nil {
		return p, &Failure{httpclient.ClassForbidden, err}
	}
	if !httpclient.SameOrigin(p.url, from) {
		p.header = p.header.Without("Authorization", "Cookie", "Proxy-Authorization", "Host")
	}
	if p.body == nil {
		p.header = p.header.Without("Content-Type", "Content-Length")
	}
	var err error
	if p.Request, err = c.client.NewRequest(p.method, p.url.String(), p.header, p.body); err != nil {
		return p, &Failure{httpclient.ClassProtocol, err}
	}
	return p, nil
}

// classed is an error of an exchange as a job's failure.
func classed(err error) error {
	var failed *httpclient.Error
	if errors.As(err, &failed) {
		return &Failure{failed.Class, err}
	}
	return err
}

// A teller notes what exchanges took. Those of polls are kept apart.
type teller struct {
	notes Notes
	polls bool
}

func (t teller) exchange(answer *httpclient.Response) {
	p := answer.Phases
	t.notes.Count(countRetries, answer.Retries)
	if answer.Status > 0 {
		t.notes.Status(answer.Status)
	}
	if t.polls {
		t.notes.Phase(phasePoll, p.Wait+p.DNS+p.Connect+p.TLS+p.FirstByte+p.Body)
		t.notes.Count(countPolls, 1)
		t.notes.Count(countPollsSent, answer.Sent)
		t.notes.Count(countPollsReceived, answer.Received)
		return
	}
	t.notes.Phase(phaseWait, p.Wait)
	if answer.Connected {
		if p.DNS > 0 {
			t.notes.Phase(phaseDNS, p.DNS)
		}
		t.notes.Phase(phaseConnect, p.Connect)
		if p.TLS > 0 {
			t.notes.Phase(phaseTLS, p.TLS)
		}
		t.notes.Count(countConnections, 1)
	}
	if answer.Status > 0 {
		t.notes.Phase(phaseFirstByte, p.FirstByte)
		t.notes.Phase(phaseBody, p.Body)
	}
	t.notes.Count(countSent, answer.Sent)
	t.notes.Count(countReceived, answer.Received)
}

func (t teller) redirect() {
	if !t.polls {
		t.notes.Count(countRedirects, 1)
	}
}
