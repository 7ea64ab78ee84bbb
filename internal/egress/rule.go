package egress

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A rule allows one host name, or one network.
type rule struct {
	name    string       // in lower case, without a final dot; "" for a rule by address
	network netip.Prefix // never one that embeds IPv4 addresses
	exact   bool         // the rule was written as an address
	port    uint16       // 0 means any
}

// covers reports whether the rule allows an address that the host resolved to.
// The caller has excluded special addresses.
func (r rule) covers(host string, address netip.Addr, port uint16) bool {
	if !r.hasPort(port) {
		return false
	}
	if r.name != "" { // DNS must not open loopback
		return r.hasName(host) && (!address.IsLoopback() || isLocalName(r.name))
	}
	return r.network.Contains(address)
}

func (r rule) hasName(host string) bool { return r.name != "" && r.name == plainHostName(host) }

// isLocalName reports whether a name is loopback by definition (RFC 6761, 6.3).
func isLocalName(name string) bool { return strings.HasSuffix(name, ".localhost") }

func (r rule) hasPort(port uint16) bool { return r.port == 0 || r.port == port }

// parseRule parses one rule of the operator. localhost gives two rules, one for
// each loopback network: it is loopback by definition (RFC 6761, 6.3).
func parseRule(text string) ([]rule, error) {
	host, port, err := splitRule(text)
	if err != nil {
		return nil, err
	}
	if plainHostName(host) == "localhost" {
		rules := append([]rule(nil), loopbackRules...)
		for i := range rules {
			rules[i].port = port
		}
		return rules, nil
	}
	parse := parseRuleHost
	if strings.Contains(host, "/") {
		parse = parseRuleNetwork
	}
	inside, bracketed := cutBrackets(host)
	if bracketed && !strings.Contains(inside, ":") {
		return nil, fmt.Errorf("target %s: brackets are for IPv6; write %s", quoteShort(text), inside)
	}
	parsed, err := parse(inside)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", quoteShort(text), err)
	}
	parsed.port = port
	return []rule{parsed}, nil
}

// splitRule splits a rule into host and port. The host keeps its brackets; the
// port is 0 if there is none.
func splitRule(text string) (string, uint16, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return "", 0, fmt.Errorf("target %q is empty; write a host, an address or a network, such as api.example:8080",
			text)
	case strings.Contains(text, "://"):
		return "", 0, fmt.Errorf("target %s is a URL; write its host, and its port if only that is to be called, "+
			"such as api.example:8080", quoteShort(text))
	case strings.Contains(text, "*"):
		return "", 0, fmt.Errorf("target %s: there are no wildcards; write each name, or networks, such as "+
			"10.0.0.0/8, or 0.0.0.0/0 and ::/0 for all there are", quoteShort(text))
	}
	host, port, found := cutPort(text)
	if !found {
		return host, 0, nil
	}
	number, err := parsePort(port)
	if err != nil {
		return "", 0, fmt.Errorf("target %s: the port %w; an IPv6 address with a port is written as [2001:db8::1]:8080",
			quoteShort(text), err)
	}
	return host, number, nil
}

// cutPort cuts a text at the colon before its port. That is the only colon, or
// the one after a closing bracket or a prefix length.
func cutPort(text string) (host, port string, found bool) {
	colon := strings.LastIndexByte(text, ':')
	switch {
	case colon < 0:
		return text, "", false
	case strings.HasPrefix(text, "["):
		found = colon > strings.LastIndexByte(text, ']')
	case strings.Contains(text, "/"):
		found = colon > strings.LastIndexByte(text, '/')
	default:
		found = strings.IndexByte(text, ':') == colon
	}
	if !found {
		return text, "", false
	}
	return text[:colon], text[colon+1:], true
}

// cutBrackets removes a pair of brackets around a host.
func cutBrackets(host string) (inside string, bracketed bool) {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") && len(host) > 1 {
		return host[1 : len(host)-1], true
	}
	return host, false
}

// parsePort parses a decimal port from 1 to 65535, without leading zeros.
func parsePort(text string) (uint16, error) {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || number == 0 || strconv.FormatUint(number, 10) != text {
		return 0, fmt.Errorf("must be a number from 1 to 65535; got %s", quoteShort(text))
	}
	return uint16(number), nil
}

// parseRuleHost parses a host name or an address.
func parseRuleHost(host string) (rule, error) {
	address, err := readHost(host)
	if err != nil {
		return rule{}, fmt.Errorf("the host %w", err)
	}
	if !address.IsValid() {
		return rule{name: plainHostName(host)}, nil
	}
	if address.Zone() != "" {
		return rule{}, fmt.Errorf("must have no zone; write %s, which allows it on any interface", address.WithZone(""))
	}
	address = address.Unmap()
	return rule{network: netip.PrefixFrom(address, address.BitLen()), exact: true}, nil
}

// parseRuleNetwork parses a network. It refuses one that would have no effect.
func parseRuleNetwork(text string) (rule, error) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return rule{}, fmt.Errorf("must be a network such as 10.0.0.0/8 or 2001:db8::/32, with or without a port " +
			"behind it")
	}
	if network != network.Masked() {
		return rule{}, fmt.Errorf("must have no bits set behind its first %d; write %s for the network, or %s for "+
			"the address", network.Bits(), network.Masked(), network.Addr())
	}
	if kind := specialKindOf(network); kind != "" {
		return rule{}, fmt.Errorf("is %s, which is called only where its exact address is allowed; write that, such "+
			"as %s", kind, network.Addr())
	}
	if embedsIPv4(network) {
		return rule{}, fmt.Errorf("holds IPv6 addresses that stand for IPv4 ones, and are judged by those; write " +
			"the IPv4 network, such as 10.0.0.0/8")
	}
	return rule{network: network}, nil
}

// quoteShort quotes a text, cut to 80 bytes.
func quoteShort(text string) string {
	const limit = 80
	if len(text) > limit {
		return strconv.Quote(text[:limit]) + "…"
	}
	return strconv.Quote(text)
}
