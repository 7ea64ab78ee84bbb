package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/egress"
	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
)

// allowlistOf parses valid rules.
func allowlistOf(t testing.TB, rules ...string) egress.Allowlist {
	t.Helper()
	parsed, err := egress.ParseAllowlist(rules)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// No spelling of a forbidden address makes a client dial, whether the URL is
// read as the address or a resolver returns it. AUREA_SPELLINGS sets the number
// of tries, AUREA_SEED the random seed.
func TestSpellingsAreNotDialed(t *testing.T) {
	tries, seed := 3000, uint64(1)
	if text := os.Getenv("AUREA_SPELLINGS"); text != "" {
		tries, _ = strconv.Atoi(text)
		seed = uint64(time.Now().UnixNano())
	}
	if text := os.Getenv("AUREA_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	t.Logf("%d spellings of AUREA_SEED=%d", tries, seed)
	s := egresstest.NewSpeller(seed)

	fine := netip.MustParseAddr("203.0.113.7") // api.example
	var address netip.Addr                     // to which all other names resolve
	var text string
	dialed := 0
	clientOf := func(allowed egress.Allowlist) *Client {
		c := client(t, Options{Allow: allowed.Allow,
			Resolver: func(_ context.Context, host string) ([]netip.Addr, error) {
				if strings.EqualFold(strings.TrimSuffix(host, "."), "api.example") {
					return []netip.Addr{fine}, nil
				}
				return []netip.Addr{address}, nil
			}})
		c.dialTCP = func(_ context.Context, _ string, to netip.AddrPort) (*net.TCPConn, error) {
			if to.Addr() != fine {
				dialed++
			}
			return nil, errors.New("this test dials nothing")
		}
		return c
	}
	allowed := allowlistOf(t, "api.example", "203.0.113.0/24", "203.0.113.7", "2001:db8:1::/48")
	guarded, open := clientOf(allowed), clientOf(egress.AllowAll())
	try := func(c *Client, text string) {
		r, err := c.NewRequest("GET", text, nil, nil)
		if err != nil {
			return
		}
		var a Response
		_ = c.Do(t.Context(), r, 0, &a) // fails because nothing is dialed
	}
	given := egresstest.Forbidden()
	distinct, wouldDial := map[string]bool{}, 0
	for i := range tries {
		address = s.Address()
		if text = s.URL(address); i < len(given) {
			text = "http://" + given[i] + "/"
		}
		distinct[text] = true
		dialed = 0
		if try(guarded, text); dialed > 0 {
			t.Errorf("%q was dialed, with the address %s (AUREA_SEED=%d)", text, address, seed)
		}
		dialed = 0
		try(open, text)
		wouldDial += min(dialed, 1)
	}
	if len(distinct) < tries/2 || wouldDial < tries/20 {
		t.Errorf("%d spellings differ, and %d would be dialed where all is allowed, of %d: the others show nothing",
			len(distinct), wouldDial, tries)
	}
	t.Logf("%d differ, %d would be dialed where all is allowed", len(distinct), wouldDial)
}
