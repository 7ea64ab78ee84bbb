package cluster

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// A stop is sent at once, although an order before it did not reach its worker
// yet. The others wait for each other.
func TestStopWaitsForNoOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		sent := make(chan string, 10)
		s := newOrderSender(&coordination{})
		s.order = func(ctx context.Context, w Hello, order Order) error {
			sent <- order.Kind + " " + w.Name + " " + time.Since(began).String()
			if order.Kind == OrderControl {
				<-ctx.Done() // the worker stands still
				return context.Cause(ctx)
			}
			return nil
		}
		var failed []error
		for range 2 {
			s.send(Order{Kind: OrderControl}, []Hello{{Name: "a"}}, func(err error) { failed = append(failed, err) })
		}
		time.Sleep(time.Second)
		s.send(Order{Kind: OrderStop}, []Hello{{Name: "a"}, {Name: "b"}}, func(error) {})
		synctest.Wait()
		s.close()
		close(sent)
		got := map[string]bool{}
		for order := range sent {
			got[order] = true
		}
		for _, want := range []string{"control a 0s", "stop a 1s", "stop b 1s"} {
			if !got[want] {
				t.Errorf("%q was not sent: %v", want, got)
			}
		}
		if len(failed) != 2 || !errors.Is(failed[1], context.Canceled) {
			t.Errorf("the controls ended with %v", failed)
		}
	})
}
