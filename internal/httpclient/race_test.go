package httpclient

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A fakeConn knows who it is of, and whether it was closed.
type fakeConn struct {
	of     string
	closed bool
}

func (c *fakeConn) Close() error { c.closed = true; return nil }

// A path is what becomes of a connection to an address: after some time it is
// there, or fails. Without a time nothing is ever heard.
type path struct {
	after time.Duration
	err   error
}

func addressesOf(texts ...string) (list []netip.Addr) {
	for _, text := range texts {
		list = append(list, netip.MustParseAddr(text))
	}
	return list
}

// Families take turns, that of the first address first, each in its order.
func TestAddressesAlternate(t *testing.T) {
	for _, test := range []struct{ given, want []string }{
		{[]string{"::1"}, []string{"::1"}},
		{[]string{"2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"}, []string{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"}},
		{[]string{"192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"}, []string{"192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"}},
		{[]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"}, []string{"192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3"}},
		{[]string{"::ffff:192.0.2.1", "2001:db8::1", "192.0.2.2"}, []string{"192.0.2.1", "2001:db8::1", "192.0.2.2"}},
	} {
		if diff := cmp.Diff(addressesOf(test.want...), interleave(addressesOf(test.given...)), cmp.Comparer(func(a, b netip.Addr) bool { return a == b })); diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.given, diff)
		}
	}
}

// An address that does not answer costs a head start, one that refuses costs
// nothing, and the first that answers is taken, whenever it was tried.
func TestAddressesAreRaced(t *testing.T) {
	const dead, six, four = "2001:db8::d", "2001:db8::6", "192.0.2.4"
	refused := errors.New("refused")
	for name, test := range map[string]struct {
		order []string
		paths map[string]path
		want  string
		took  time.Duration
		err   error
		tried int
	}{
		"the only one":              {[]string{four}, map[string]path{four: {time.Second, nil}}, four, time.Second, nil, 1},
		"the first is quick":        {[]string{six, four}, map[string]path{six: {10 * time.Millisecond, nil}, four: {1, nil}}, six, 10 * time.Millisecond, nil, 1},
		"the first is dead":         {[]string{dead, four}, map[string]path{four: {20 * time.Millisecond, nil}}, four, headStart + 20*time.Millisecond, nil, 2},
		"two are dead":              {[]string{dead, "192.0.2.9", six}, map[string]path{six: {time.Millisecond, nil}}, six, 2*headStart + time.Millisecond, nil, 3},
		"the first refuses":         {[]string{six, four}, map[string]path{six: {time.Millisecond, refused}, four: {2 * time.Millisecond, nil}}, four, 3 * time.Millisecond, nil, 2},
		"the first is slow":         {[]string{six, four}, map[string]path{six: {300 * time.Millisecond, nil}, four: {time.Second, nil}}, six, 300 * time.Millisecond, nil, 2},
		"both at once":              {[]string{six, four}, map[string]path{six: {headStart + time.Second, nil}, four: {time.Second - time.Nanosecond, nil}}, four, headStart + time.Second - time.Nanosecond, nil, 2},
		"the second refuses":        {[]string{six, four}, map[string]path{six: {300 * time.Millisecond, nil}, four: {time.Millisecond, refused}}, six, 300 * time.Millisecond, nil, 2},
		"all refuse":                {[]string{six, four}, map[string]path{six: {time.Millisecond, refused}, four: {time.Millisecond, errors.New("another")}}, "", 2 * time.Millisecond, refused, 2},
		"all are dead":              {[]string{dead, "192.0.2.9"}, nil, "", 5 * time.Second, context.DeadlineExceeded, 2},
		"a refusal behind a silent": {[]string{dead, four, six}, map[string]path{four: {time.Millisecond, refused}, six: {time.Millisecond, nil}}, six, headStart + 2*time.Millisecond, nil, 3},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var tried []string
				var made []*fakeConn
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				began := time.Now()
				got, err := race(ctx, addressesOf(test.order...), func(ctx context.Context, address netip.Addr) (*fakeConn, error) {
					mu.Lock()
					tried = append(tried, address.String())
					mu.Unlock()
					leads, ok := test.paths[address.String()]
					if !ok {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					select {
					case <-time.After(leads.after):
					case <-ctx.Done():
						return nil, ctx.Err()
					}
					if leads.err != nil {
						return nil, leads.err
					}
					mu.Lock()
					defer mu.Unlock()
					c := &fakeConn{of: address.String()}
					made = append(made, c)
					return c, nil
				})
				if took := time.Since(began); took != test.took {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if !errors.Is(err, test.err) {
					t.Errorf("error %v, want %v", err, test.err)
				}
				if test.want != "" && (got == nil || got.of != test.want || got.closed) {
					t.Errorf("got %+v, want an open one of %s", got, test.want)
				}
				if len(tried) != test.tried || !slices.Equal(tried, test.order[:len(tried)]) {
					t.Errorf("tried %q, want the first %d of %q", tried, test.tried, test.order)
				}
				for _, c := range made {
					if c != got && !c.closed {
						t.Errorf("the connection to %s was left open", c.of)
					}
				}
			})
		})
	}
}

// Two that answer at the same moment: one is taken, the other closed.
func TestLoserIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var made []*fakeConn
		began := time.Now()
		got, err := race(t.Context(), addressesOf("2001:db8::6", "192.0.2.4"), func(_ context.Context, address netip.Addr) (*fakeConn, error) {
			time.Sleep(time.Until(began.Add(time.Second))) // it does not look at its context
			mu.Lock()
			defer mu.Unlock()
			c := &fakeConn{of: address.String()}
			made = append(made, c)
			return c, nil
		})
		if err != nil || len(made) != 2 {
			t.Fatalf("%d made, error %v", len(made), err)
		}
		for _, c := range made {
			if c.closed != (c != got) {
				t.Errorf("%s is closed: %v; the winner is %s", c.of, c.closed, got.of)
			}
		}
	})
}

// Each address is judged before it is dialed: one that may not be called takes
// no time and is not called, whatever its place.
func TestRaceDialsOnlyWhatIsAllowed(t *testing.T) {
	s := serveRaw(t, answering(hello))
	good := netip.MustParseAddr("127.0.0.1")
	c := client(t, Options{
		Resolver: func(context.Context, string) ([]netip.Addr, error) {
			return addressesOf("169.254.169.254", "2001:db8::1", "10.0.0.1", "127.0.0.1", "fe80::1"), nil
		},
		Allow: allowlistOf(t, "127.0.0.1").Allow,
	})
	var dialed []netip.Addr
	real := c.dialTCP
	c.dialTCP = func(ctx context.Context, host string, address netip.AddrPort) (*net.TCPConn, error) {
		dialed = append(dialed, address.Addr())
		return real(ctx, host, address)
	}
	if a := mustGet(t, c, named(s.url, "example.test")); a.Status != 200 {
		t.Errorf("status %d", a.Status)
	}
	if len(dialed) != 1 || dialed[0] != good {
		t.Errorf("dialed %v, want %v alone", dialed, good)
	}
}
