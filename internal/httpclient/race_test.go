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

// A fakeConn knows its address and whether it was closed.
type fakeConn struct {
	of     string
	closed bool
}

func (c *fakeConn) Close() error { c.closed = true; return nil }

// A path is the result of connecting to an address: after some time it succeeds
// or fails. An address without a path never answers.
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

// Families alternate, starting with that of the first address; each keeps its
// order.
func TestAddressesAlternate(t *testing.T) {
	for _, test := range []struct{ given, want []string }{
		{[]string{"::1"}, []string{"::1"}},
		{[]string{"2001:db8::1", "2001:db8::2", "192.0.2.1", "192.0.2.2"},
			[]string{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2"}},
		{[]string{"192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"},
			[]string{"192.0.2.1", "2001:db8::1", "2001:db8::2", "2001:db8::3"}},
		{[]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1"},
			[]string{"192.0.2.1", "2001:db8::1", "192.0.2.2", "192.0.2.3"}},
		{[]string{"::ffff:192.0.2.1", "2001:db8::1", "192.0.2.2"}, []string{"192.0.2.1", "2001:db8::1", "192.0.2.2"}},
	} {
		diff := cmp.Diff(addressesOf(test.want...), interleave(addressesOf(test.given...)),
			cmp.Comparer(func(a, b netip.Addr) bool { return a == b }))
		if diff != "" {
			t.Errorf("%q (-want +got):\n%s", test.given, diff)
		}
	}
}

// A raceCase is a race between addresses and its outcome.
type raceCase struct {
	order []string
	paths map[string]path
	want  string
	took  time.Duration
	err   error
	tried int
}

func raceCases() map[string]raceCase {
	const dead, v6, v4 = "2001:db8::d", "2001:db8::6", "192.0.2.4"
	refused := errors.New("refused")
	return map[string]raceCase{
		"the only one": {[]string{v4}, map[string]path{v4: {time.Second, nil}}, v4, time.Second, nil, 1},
		"the first is quick": {[]string{v6, v4}, map[string]path{v6: {10 * time.Millisecond, nil}, v4: {1, nil}},
			v6, 10 * time.Millisecond, nil, 1},
		"the first is dead": {[]string{dead, v4}, map[string]path{v4: {20 * time.Millisecond, nil}}, v4,
			headStart + 20*time.Millisecond, nil, 2},
		"two are dead": {[]string{dead, "192.0.2.9", v6}, map[string]path{v6: {time.Millisecond, nil}}, v6,
			2*headStart + time.Millisecond, nil, 3},
		"the first refuses": {[]string{v6, v4},
			map[string]path{v6: {time.Millisecond, refused}, v4: {2 * time.Millisecond, nil}}, v4, 3 * time.Millisecond,
			nil, 2},
		"the first is slow": {[]string{v6, v4},
			map[string]path{v6: {300 * time.Millisecond, nil}, v4: {time.Second, nil}}, v6, 300 * time.Millisecond, nil,
			2},
		"both at once": {[]string{v6, v4},
			map[string]path{v6: {headStart + time.Second, nil}, v4: {time.Second - time.Nanosecond, nil}}, v4,
			headStart + time.Second - time.Nanosecond, nil, 2},
		"the second refuses": {[]string{v6, v4},
			map[string]path{v6: {300 * time.Millisecond, nil}, v4: {time.Millisecond, refused}}, v6,
			300 * time.Millisecond, nil, 2},
		"all refuse": {[]string{v6, v4},
			map[string]path{v6: {time.Millisecond, refused}, v4: {time.Millisecond, errors.New("another")}}, "",
			2 * time.Millisecond, refused, 2},
		"all are dead": {[]string{dead, "192.0.2.9"}, nil, "", 5 * time.Second, context.DeadlineExceeded, 2},
		"a refusal behind a silent": {[]string{dead, v4, v6},
			map[string]path{v4: {time.Millisecond, refused}, v6: {time.Millisecond, nil}}, v6,
			headStart + 2*time.Millisecond, nil, 3},
	}
}

// An address that does not answer costs a head start, one that refuses costs
// nothing, and the first that answers wins.
func TestAddressesAreRaced(t *testing.T) {
	for name, test := range raceCases() {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var tried []string
				var made []*fakeConn
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				defer cancel()
				start := time.Now()
				got, err := race(ctx, addressesOf(test.order...),
					func(ctx context.Context, address netip.Addr) (*fakeConn, error) {
						mu.Lock()
						tried = append(tried, address.String())
						mu.Unlock()
						route, ok := test.paths[address.String()]
						if !ok {
							<-ctx.Done()
							return nil, ctx.Err()
						}
						select {
						case <-time.After(route.after):
						case <-ctx.Done():
							return nil, ctx.Err()
						}
						if route.err != nil {
							return nil, route.err
						}
						mu.Lock()
						defer mu.Unlock()
						c := &fakeConn{of: address.String()}
						made = append(made, c)
						return c, nil
					})
				if took := time.Since(start); took != test.took {
					t.Errorf("it took %v, want %v", took, test.took)
				}
				if !errors.Is(err, test.err) {
					t.Errorf("error %v, want %v", err, test.err)
				}
				if test.want != "" {
					if got == nil {
						t.Fatalf("got no connection, want one of %s", test.want)
					}
					if *got != (fakeConn{of: test.want}) {
						t.Errorf("got %+v, want an open one of %s", got, test.want)
					}
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

// If two addresses answer at the same time, one connection is returned and the
// other closed.
func TestLoserIsClosed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var made []*fakeConn
		start := time.Now()
		got, err := race(t.Context(), addressesOf("2001:db8::6", "192.0.2.4"),
			func(_ context.Context, address netip.Addr) (*fakeConn, error) {
				time.Sleep(time.Until(start.Add(time.Second))) // ignores its context
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

// Each address is checked before it is dialed: a forbidden one costs no time
// and is not called, whatever its position.
func TestRaceDialsOnlyWhatIsAllowed(t *testing.T) {
	s := serveRaw(t, serveAnswer(hello))
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
	if a := mustGet(t, c, withHost(s.url, "example.test")); a.Status != 200 {
		t.Errorf("status %d", a.Status)
	}
	if len(dialed) != 1 || dialed[0] != good {
		t.Errorf("dialed %v, want only %v", dialed, good)
	}
}
