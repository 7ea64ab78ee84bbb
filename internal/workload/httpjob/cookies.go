package httpjob

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// addCookies returns the request with the cookies that the job has for its URL
// (RFC 6265). The header of p stays without them, since a redirect may need
// others.
func (r *httpRunner) addCookies(ctx context.Context, p *prepared) (*httpclient.Request, error) {
	var pairs []string
	for _, cookie := range workload.SessionOf(ctx).Cookies.Cookies(p.url) {
		pairs = append(pairs, cookie.String()) // a name and a value, as the jar returns it
	}
	if pairs == nil {
		return p.Request, nil
	}
	if own, given := p.header.Get("Cookie"); given {
		pairs = append([]string{own}, pairs...)
	}
	header := append(p.header.Without("Cookie"), httpclient.Field{Name: "Cookie", Value: strings.Join(pairs, "; ")})
	request, err := r.client.NewRequest(p.method, p.url.String(), header, p.body)
	if err != nil {
		return nil, &workload.Failure{Class: httpclient.ClassProtocol, Err: err}
	}
	return request, nil
}

// keepCookies keeps the cookies that a response from a URL sets.
func keepCookies(ctx context.Context, from *url.URL, response *httpclient.Response) {
	var cookies []*http.Cookie
	response.Headers("Set-Cookie", func(line []byte) bool {
		if cookie, err := http.ParseSetCookie(string(line)); err == nil { // browsers ignore wrong ones, too
			cookies = append(cookies, cookie)
		}
		return true
	})
	if cookies != nil {
		workload.SessionOf(ctx).Cookies.SetCookies(from, cookies)
	}
}
