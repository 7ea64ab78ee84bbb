package egress

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// A targetRule is one thing that is allowed: a name, or a network.
type targetRule struct {
	name    string       // in lower case, without a dot at the end; "" for a rule by address
	network netip.Prefix // without an address embedded in it
	exact   bool         // the network is one address, written as an address
	port    uint16       // 0 is any
}

// covers reports whether the rule allows the address, to which the host was
// resolved. Whether the address is a special one is not its concern.
func (r targetRule) covers(host string, address netip.Addr, port uint16) bool {
	if !r.hasPort(port) {
		return false
	}
	if r.name != "" { // whoever answers for the name does not decide over loopback
		return r.hasName(host) && (!address.IsLoopback() || isLocalName(r.name))
	}
	return r.network.Contains(address)
}

func (r targetRule) hasName(host string) bool { return r.name != "" && r.name == plainHostName(host) }

// isLocalName reports whether a name is loopback by definition (RFC 6761, 6.3).
func isLocalName(name string) bool { return strings.HasSuffix(name, ".localhost") }

func (r targetRule) hasPort(port uint16) bool { return r.port == 0 || r.port == port }

// parseTargetRule reads what an operator wrote; localhost becomes two rules,
// since it is loopback by definition (RFC 6761, 6.3) and not what a resolver says.
func parseTargetRule(text string) ([]targetRule, error) {
	host, port, err := splitTarget(text)
	if err != nil {
		return nil, err
	}
	if plainHostName(host) == "localhost" {
		rules := append([]targetRule(nil), loopbackRules...)
		for i := range rules {
			rules[i].port = port
		}
		return rules, nil
	}
	parse := parseTargetHost
	if strings.Contains(host, "/") {
		parse = parseTargetNetwork
	}
	inside, bracketed := cutBrackets(host)
	if bracketed && !strings.Contains(inside, ":") {
		return nil, fmt.Errorf("target %s: brackets are for IPv6; write %s", quoteShort(text), inside)
	}
	rule, err := parse(inside)
	if err != nil {
		return nil, fmt.Errorf("target %s: %w", quoteShort(text), err)
	}
	rule.port = port
	return []targetRule{rule}, nil
}

// splitTarget parts a rule into its host, with its brackets if it has some, and
// its port, 0 without one.
func splitTarget(text string) (string, uint16, error) {
	switch {
	case strings.TrimSpace(text) == "":
		return "", 0, fmt.Errorf("target %q is empty; write a host, an address or a network, such as api.example:8080", text)
	case strings.Contains(text, "://"):
		return "", 0, fmt.Errorf("target %s is a URL; write its host, and its port if only that is to be called, such as api.example:8080", quoteShort(text))
	case strings.Contains(text, "*"):
		return "", 0, fmt.Errorf("target %s: there are no wildcards; write each name, or networks, such as 10.0.0.0/8, or 0.0.0.0/0 and ::/0 for all there are", quoteShort(text))
	}
	host, port, found := cutPort(text)
	if !found {
		return host, 0, nil
	}
	number, err := parsePort(port)
	if err != nil {
		return "", 0, fmt.Errorf("target %s: the port %w; an IPv6 address with a port is written as [2001:db8::1]:8080", quoteShort(text), err)
	}
	return host, number, nil
}

// cutPort finds the colon before a port: the only one, or one behind brackets
// or behind the length of a network.
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

// cutBrackets takes the brackets off a host that has both.
func cutBrackets(host string) (inside string, bracketed bool) {
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") && len(host) > 1 {
		return host[1 : len(host)-1], true
	}
	return host, false
}

// parsePort wants a number from 1 to 65535 as anybody would write it.
func parsePort(text string) (uint16, error) {
	number, err := strconv.ParseUint(text, 10, 16)
	if err != nil || number == 0 || strconv.FormatUint(number, 10) != text {
		return 0, fmt.Errorf("must be a number from 1 to 65535; got %s", quoteShort(text))
	}
	return uint16(number), nil
}

// parseTargetHost reads a name or an address.
func parseTargetHost(host string) (targetRule, error) {
	address, err := readHost(host)
	if err != nil {
		return targetRule{}, fmt.Errorf("the host %w", err)
	}
	if !address.IsValid() {
		return targetRule{name: plainHostName(host)}, nil
	}
	if address.Zone() != "" {
		return targetRule{}, fmt.Errorf("must have no zone; write %s, which allows it on any interface", address.WithZone(""))
	}
	address = address.Unmap()
	return targetRule{network: netip.PrefixFrom(address, address.BitLen()), exact: true}, nil
}

// parseTargetNetwork reads a network, and refuses one that would have no effect.
func parseTargetNetwork(text string) (targetRule, error) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		return targetRule{}, fmt.Errorf("must be a network such as 10.0.0.0/8 or 2001:db8::/32, with or without a port behind it")
	}
	if network != network.Masked() {
		return targetRule{}, fmt.Errorf("must have no bits set behind its first %d; write %s for the network, or %s for the address", network.Bits(), network.Masked(), network.Addr())
	}
	if kind := specialKindOf(network); kind != "" {
		return targetRule{}, fmt.Errorf("is %s, which is called only where its exact address is allowed; write that, such as %s", kind, network.Addr())
	}
	if embedsIPv4(network) {
		return targetRule{}, fmt.Errorf("holds IPv6 addresses that stand for IPv4 ones, and are judged by those; write the IPv4 network, such as 10.0.0.0/8")
	}
	return targetRule{network: network}, nil
}

// quoteShort is the text in quotes, as much of it as fits into a sentence.
func quoteShort(text string) string {
	const most = 80
	if len(text) > most {
		return strconv.Quote(text[:most]) + "…"
	}
	return strconv.Quote(text)
}
