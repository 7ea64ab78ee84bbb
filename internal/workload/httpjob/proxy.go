package httpjob

import (
	"net/url"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// proxyParameter declares the proxy of all requests.
var proxyParameter = param.Parameter{
	Name: "proxy", Type: param.Text, Max: 1000,
	Doc: "URL of an HTTP proxy for all requests, such as http://user:password@proxy.example:3128; none is taken from " +
		"the environment",
}

// newProxy reads the proxy; nil if none is given.
func newProxy(v param.Values, targets egress.Allowlist) (*httpclient.Proxy, error) {
	if !v.Has(proxyParameter.Name) {
		return nil, nil //nolint:nilnil // most requests have no proxy
	}
	for _, other := range []string{resolve, connectTo, unixSocket} {
		if v.Has(other) {
			return nil, param.Invalid(proxyParameter.Name,
				"cannot be given together with %s: the proxy makes the connections to the targets; set only one", other)
		}
	}
	proxy, err := httpclient.NewProxy(v.Text(proxyParameter.Name))
	if err != nil {
		return nil, param.Invalid(proxyParameter.Name, "%v", err)
	}
	if err := targets.CheckHost(proxy.Host().Host, proxy.Host().Port); err != nil {
		return nil, param.Invalid(proxyParameter.Name, "%v", err)
	}
	return proxy, nil
}

// checkTarget returns an error unless jobs may call a URL.
func checkTarget(options httpclient.Options, targets egress.Allowlist, u *url.URL) error {
	if options.Proxy != nil {
		return targets.CheckProxiedURL(u)
	}
	return targets.CheckURL(u)
}
