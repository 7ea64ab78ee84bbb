package cluster

import (
	"context"
	"sync"
)

// An orderSender sends the orders of a run to its workers, one order after the
// other, beside the goroutine that reads the reports. Workers ignore an order
// that comes after a later one, so no order may overtake another. Only a stop
// waits for none: whatever was ordered before it has no effect any more.
type orderSender struct {
	coordination *coordination
	order        func(context.Context, Hello, Order) error // sends one order once
	ctx          context.Context
	cancel       context.CancelFunc
	sending      sync.WaitGroup

	mu      sync.Mutex
	queue   []queuedOrder
	busy    bool               // a goroutine sends the queue
	abandon context.CancelFunc // gives up the order that is being sent
}

// A queuedOrder is an order that is not sent yet. done receives the first error.
type queuedOrder struct {
	order   Order
	workers []Hello
	done    func(error)
}

func newOrderSender(c *coordination) *orderSender {
	s := &orderSender{coordination: c, order: c.orderOnce, abandon: func() {}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	return s
}

// send queues an order for the given workers. It does not block. done is called
// from another goroutine, when every worker has obeyed or will not.
func (s *orderSender) send(order Order, workers []Hello, done func(error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue = append(s.queue, queuedOrder{s.coordination.numbered(order), workers, done})
	if order.Kind == OrderStop {
		s.abandon()
	}
	if !s.busy {
		s.busy = true
		s.sending.Go(s.sendQueue)
	}
}

// sendQueue sends the queued orders until there are none.
func (s *orderSender) sendQueue() {
	for {
		s.mu.Lock()
		if len(s.queue) == 0 {
			s.busy = false
			s.mu.Unlock()
			return
		}
		next := s.queue[0]
		s.queue = s.queue[1:]
		ctx, cancel := context.WithTimeout(s.ctx, orderTimeout)
		s.abandon = cancel
		if len(s.queue) > 0 && s.queue[len(s.queue)-1].order.Kind == OrderStop {
			cancel()
		}
		s.mu.Unlock()
		next.done(s.deliver(ctx, next))
		cancel()
	}
}

// deliver sends one order to its workers, again and again to those that do not
// reply.
func (s *orderSender) deliver(ctx context.Context, q queuedOrder) error {
	return each(q.workers, maxOrdersAtOnce, func(w Hello) error {
		for {
			err := s.order(ctx, w, q.order)
			if err == nil || isRefusal(err) || !sleep(ctx, repeatAfter) {
				return err
			}
		}
	})
}

// close gives up the orders that are not sent and waits for those under way.
func (s *orderSender) close() {
	s.cancel()
	s.sending.Wait()
}
