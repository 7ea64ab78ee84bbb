package httpclient

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// While all connections are in use none is opened, and the first waiter gets
// the first free one.
func TestWaitForAConnection(t *testing.T) {
	const limit, requests = 2, 6
	arrived, answer := make(chan struct{}, requests), make(chan struct{})
	var held maxGauge
	s := serveRaw(t, func(c *net.TCPConn) {
		held.add()
		defer held.now.Add(-1)
		for in := bufio.NewReader(c); readRequest(in); {
			arrived <- struct{}{}
			<-answer
			_, _ = io.WriteString(c, hello)
		}
	})
	c := client(t, Options{KeepAlive: true, Connections: limit})
	var all sync.WaitGroup
	for range requests {
		all.Go(func() { mustGet(t, c, s.url) })
	}
	for range limit {
		<-arrived
	}
	waitUntil(t, "the rest waits", func() bool {
		c.pool.mu.Lock()
		defer c.pool.mu.Unlock()
		return c.pool.waiters.len() == requests-limit
	})
	if len(arrived) != 0 {
		t.Error("more requests arrived than connections are allowed")
	}
	close(answer)
	all.Wait()
	if held.max.Load() != limit || s.accepted.Load() != limit {
		t.Errorf("%d connections at once and %d in all, want %d", held.max.Load(), s.accepted.Load(), limit)
	}
}

// len returns the number of waiters.
func (q *waiters) len() (n int) {
	for w := q.first; w != nil; w = w.next {
		n++
	}
	return n
}

// A waiter whose context ends is granted nothing and does not delay those
// behind it.
func TestWaitingEndsWithContext(t *testing.T) {
	for name, want := range map[string]error{
		"cancelled": context.Canceled, "timed out": context.DeadlineExceeded,
		"deadline alone": context.DeadlineExceeded, "closed": ErrClosed,
	} {
		t.Run(name, func(t *testing.T) {
			answer := make(chan struct{})
			s := serveRaw(t, afterRequest(func(c *net.TCPConn) { <-answer; _, _ = io.WriteString(c, hello) }))
			c := client(t, Options{KeepAlive: true, Connections: 1})
			var all sync.WaitGroup
			all.Go(func() { mustGet(t, c, s.url) })
			waitUntil(t, "a request arrives", func() bool { return s.accepted.Load() == 1 })
			ctx, cancel := endingSoon(t, name, time.Millisecond)
			defer cancel()
			if name == "closed" {
				time.AfterFunc(time.Millisecond, c.Close)
			}
			var a Response
			err := c.Do(ctx, prepare(t, c, "GET", s.url, nil, ""), 0, &a)
			if !errors.Is(err, want) || a.Phases.Wait <= 0 {
				t.Errorf("got the error %v, want %v; waited %v", err, want, a.Phases.Wait)
			}
			close(answer)
			all.Wait()
			if name != "closed" {
				mustGet(t, c, s.url)
			}
			if c.pool.waiters.first != nil || c.pool.waiters.last != nil {
				t.Error("the queue is not empty")
			}
		})
	}
}
