package httpjob

import (
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/httpclient"
	"github.com/aurea-orchestrator/aurea/param"
)

// The parameters about where connections are made.
const (
	resolve    = "resolve"
	connectTo  = "connect_to"
	unixSocket = "unix_socket"
	sources    = "source_addresses"
)

var routeParameters = []param.Parameter{
	{
		Name: resolve, Type: param.StringMap,
		Doc: "addresses of hosts in place of those that DNS has, by host and port, such as api.example:443; several " +
			"have commas between them",
	},
	{
		Name: connectTo, Type: param.StringMap,
		Doc: "hosts and ports to connect to in place of others, such as canary.example:8443 by api.example:443; what " +
			"is sent stays the same",
	},
	{
		Name: unixSocket, Type: param.Text, Max: 200,
		Doc: "path of a Unix socket to connect to, whatever the host of the URL",
	},
	{
		Name: sources, Type: param.List, Min: 1, Max: 1000,
		Items: &param.Parameter{Type: param.Text, Max: 100, Doc: "an address"},
		Doc:   "addresses of this machine to connect from, in turns; each has local ports of its own",
	},
}

// newRoute reads where connections are made. It asks targets about every address
// that is known before the run.
func newRoute(v param.Values, targets egress.Allowlist) (r httpclient.Route, err error) {
	if r.Resolve, err = readResolve(v.StringMap(resolve), targets); err != nil {
		return r, err
	}
	if r.ConnectTo, err = readConnectTo(v.StringMap(connectTo), targets); err != nil {
		return r, err
	}
	for i, item := range v.List(sources) {
		address, err := parseAddress(item.(string))
		if err != nil {
			return r, param.Invalid(fmt.Sprintf("%s[%d]", sources, i), "%v", err)
		}
		r.Sources = append(r.Sources, address)
	}
	if !v.Has(unixSocket) {
		return r, nil
	}
	for _, other := range []string{resolve, connectTo, sources} {
		if v.Has(other) {
			return r, param.Invalid(unixSocket, "cannot be given together with %s; set only one", other)
		}
	}
	r.UnixSocket = v.Text(unixSocket)
	if err := targets.AllowUnix(r.UnixSocket); err != nil {
		return r, param.Invalid(unixSocket, "%v", err)
	}
	return r, nil
}

// readResolve reads the addresses of hosts.
func readResolve(given map[string]string, targets egress.Allowlist) (map[httpclient.HostPort][]netip.Addr, error) {
	all := map[httpclient.HostPort][]netip.Addr{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		location := param.Join(resolve, param.Clip(key))
		at, err := readHostPort(location, key)
		if err != nil {
			return nil, err
		}
		for text := range strings.SplitSeq(given[key], ",") {
			address, err := parseAddress(strings.TrimSpace(text))
			if err == nil {
				err = targets.Allow(address.String(), netip.AddrPortFrom(address, at.Port))
			}
			if err != nil {
				return nil, param.Invalid(location, "%v", err)
			}
			all[at] = append(all[at], address)
		}
	}
	return all, nil
}

// readConnectTo reads the hosts that stand in for others.
func readConnectTo(
	given map[string]string, targets egress.Allowlist,
) (map[httpclient.HostPort]httpclient.HostPort, error) {
	all := map[httpclient.HostPort]httpclient.HostPort{}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		location := param.Join(connectTo, param.Clip(key))
		from, err := readHostPort(location, key)
		if err != nil {
			return nil, err
		}
		to, err := readHostPort(location, given[key])
		if err != nil {
			return nil, err
		}
		if err := targets.CheckHost(to.Host, to.Port); err != nil {
			return nil, param.Invalid(location, "%v", err)
		}
		all[from] = to
	}
	return all, nil
}

func readHostPort(location, text string) (httpclient.HostPort, error) {
	h, err := httpclient.ParseHostPort(text)
	if err != nil || h.Host == "" {
		return h, param.Invalid(location,
			"must be a host and a port, such as api.example:443 or [2001:db8::1]:443; got %s", param.Describe(text))
	}
	return h, nil
}

// parseAddress reads an address in its plain form.
func parseAddress(text string) (netip.Addr, error) {
	address, err := netip.ParseAddr(text)
	if err != nil {
		return address, fmt.Errorf("must be an address such as 192.0.2.1 or 2001:db8::1; got %s", param.Describe(text))
	}
	return address.Unmap(), nil
}

// checkSources returns an error if this machine lacks one of the addresses to
// connect from.
func checkSources(addresses []netip.Addr) error {
	for i, address := range addresses {
		if err := httpclient.CheckSource(address); err != nil {
			return param.Invalid(fmt.Sprintf("%s[%d]", sources, i),
				"%s is no address of this machine to connect from: %v", address, err)
		}
	}
	return nil
}
