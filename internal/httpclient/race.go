package httpclient

import (
	"context"
	"io"
	"net/netip"
	"time"
)

// headStart is how long an address is tried before the next one is tried in
// parallel: the Connection Attempt Delay of RFC 8305, 5.
const headStart = 250 * time.Millisecond

// interleave alternates the addresses of both families, starting with the
// family of the first address (RFC 8305, 4). So an unreachable family costs one
// head start.
func interleave(addresses []netip.Addr) []netip.Addr {
	var first, other, turns []netip.Addr
	for _, address := range addresses {
		address = address.Unmap()
		if address.Is4() == addresses[0].Unmap().Is4() {
			first = append(first, address)
		} else {
			other = append(other, address)
		}
	}
	for i := range max(len(first), len(other)) {
		if i < len(first) {
			turns = append(turns, first[i])
		}
		if i < len(other) {
			turns = append(turns, other[i])
		}
	}
	return turns
}

// race connects to several addresses and returns the first connection that
// succeeds. Each address is tried when the previous one has failed or had its
// head start. Attempts may run until ctx is done; race ends the losing ones
// before it returns. If all fail, it returns the error of the first address.
func race[C io.Closer](ctx context.Context, addresses []netip.Addr,
	dial func(context.Context, netip.Addr) (C, error)) (winner C, err error) {
	if len(addresses) == 1 {
		return dial(ctx, addresses[0])
	}
	type finish struct {
		place int
		conn  C
		err   error
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	finished := make(chan finish, len(addresses))
	next := time.NewTimer(headStart)
	defer next.Stop()
	started, running, won := 0, 0, false
	start := func() {
		place := started
		started, running = started+1, running+1
		next.Reset(headStart)
		go func() {
			conn, err := dial(ctx, addresses[place])
			finished <- finish{place, conn, err}
		}()
	}
	failures := make([]error, len(addresses))
	for start(); running > 0; {
		select {
		case f := <-finished:
			running--
			failures[f.place] = f.err
			switch {
			case f.err == nil && won:
				_ = f.conn.Close()
			case f.err == nil:
				winner, won = f.conn, true
				cancel()
			case !won && started < len(addresses) && ctx.Err() == nil:
				start()
			}
		case <-next.C:
			if !won && started < len(addresses) {
				start()
			}
		}
	}
	if won {
		return winner, nil
	}
	return winner, failures[0]
}
