package grpcjob

import (
	"context"
	"errors"
	"io"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/internal/workload"
)

// An exchange is one call. It belongs to its job.
type exchange struct {
	*runner
	call       *unaryCall
	connection *connection // of a stream
	in         template.Input
	metrics    workload.JobMetrics
	session    *workload.Session // nil if the job has none
	cancel     func()            // ends the call
	stream     grpc.ClientStream
	began      time.Time // when the call had its connection
	sent       tally
	got        tally    // received
	matched    bool     // a message is as expected
	mismatch   error    // why the last one is not
	captured   []string // by the index of the capture
}

// A tally counts messages.
type tally struct{ messages, bytes int64 }

func (t *tally) add(bytes int64) {
	t.messages++
	t.bytes += bytes
}

// report reports the messages.
func (e *exchange) report() {
	e.metrics.Count(countMessagesSent, e.sent.messages)
	e.metrics.Count(countMessagesReceived, e.got.messages)
	e.metrics.Count(countSent, e.sent.bytes)
	e.metrics.Count(countReceived, e.got.bytes)
}

// run makes the call. ctx ends when the job is over, which ends the stream.
func (e *exchange) run(ctx context.Context, first *encoded) error {
	start := time.Now()
	var err error
	e.stream, err = e.connection.NewStream(ctx, e.streams, e.path)
	e.metrics.Phase(phaseWait, max(time.Since(start)-e.reportConnection(), 0))
	if err != nil {
		return e.unconnected(ctx, err)
	}
	e.began = time.Now()
	switch {
	case e.streams.ClientStreams && !e.unary:
		return e.converse(ctx, first)
	case e.streams.ClientStreams:
		err = e.sendAll(ctx, first)
	default:
		err = e.unlessEnded(ctx, e.send(first))
	}
	if err != nil {
		return err
	}
	return e.receive(ctx)
}

// reportConnection reports the phases of the connection if it was just made, and
// returns their sum.
func (e *exchange) reportConnection() time.Duration {
	if e.connection.made.Load() == nil { // almost always, and cheaper than a swap
		return 0
	}
	made := e.connection.made.Swap(nil)
	if made == nil {
		return 0
	}
	if made.DNS > 0 {
		e.metrics.Phase(phaseDNS, made.DNS)
	}
	e.metrics.Phase(phaseConnect, made.Connect)
	if made.TLS > 0 {
		e.metrics.Phase(phaseTLS, made.TLS)
	}
	e.metrics.Count(countConnections, 1)
	return made.DNS + made.Connect + made.TLS
}

// send sends a message. The error io.EOF means that the server has ended the
// call, and that receive returns why.
func (e *exchange) send(message *encoded) error {
	err := e.stream.SendMsg(message)
	if err == nil {
		e.sent.add(message.size)
	}
	return err
}

// receive reads the response of a stream and judges it.
func (e *exchange) receive(ctx context.Context) error {
	if _, err := e.stream.Header(); err == nil { // RecvMsg returns the error, too
		e.metrics.Phase(phaseHeaders, time.Since(e.began))
	}
	var message received
	var first time.Time
	for {
		message.keep = e.inspects()
		err := e.stream.RecvMsg(&message)
		if errors.Is(err, io.EOF) {
			if e.got.messages > 0 {
				e.metrics.Phase(phaseLastMessage, time.Since(first))
			}
			return e.end()
		}
		if err != nil {
			return e.failure(ctx, err)
		}
		if e.got.messages == 0 {
			first = time.Now()
			e.metrics.Phase(phaseFirstMessage, first.Sub(e.began))
		}
		e.accept(&message)
		if e.got.messages == e.maxMessages && !e.unary {
			return e.judge()
		}
	}
}

// inspects reports whether messages have to be decoded.
func (e *exchange) inspects() bool { return e.expect.inspects() || e.captured != nil }

// accept counts a message, compares it with what is expected, and captures what
// it has.
func (e *exchange) accept(message *received) {
	e.got.add(int64(message.size))
	if !message.keep {
		return
	}
	typed, err := e.expect.decode(message.content)
	message.content = nil
	if err != nil {
		e.mismatch = err
		return
	}
	if !e.matched {
		e.mismatch = differs(typed, e.expect.fields)
		e.matched = e.mismatch == nil
	}
	e.capture(typed)
}

// end judges a call that has ended with OK.
func (e *exchange) end() error {
	if err := e.expect.status(status.New(codes.OK, "")); err != nil {
		return err
	}
	if e.unary && e.got.messages != 1 {
		return wrongMessage("the response has %d messages; a method that does not stream has one", e.got.messages)
	}
	return e.judge()
}

// judge returns nil if the messages are as expected and have what is captured.
func (e *exchange) judge() error {
	if err := e.expect.count(e.got.messages); err != nil {
		return err
	}
	switch {
	case !e.inspects():
		return nil
	case e.matched:
		return e.keepCaptured()
	case e.mismatch == nil:
		return wrongMessage("the response has no message")
	}
	return e.mismatch
}

// failure returns the failure of a call that ended with an error; nil if its
// status is expected.
func (e *exchange) failure(ctx context.Context, err error) error {
	s := status.Convert(err)
	if end := endOf(ctx, s.Code()); end != nil {
		return end
	}
	return e.expect.status(s)
}

// unconnected returns the failure of a call that ended before it had its
// connection.
func (e *exchange) unconnected(ctx context.Context, err error) error {
	failed := e.connection.dialFailure()
	if code := status.Code(err); failed != nil && code == codes.Unavailable && endOf(ctx, code) == nil {
		return failed
	}
	return e.failure(ctx, err)
}

// sendAll sends the messages of a stream and ends it. A stream that the server
// has ended is no error: receive returns why.
func (e *exchange) sendAll(ctx context.Context, first *encoded) error {
	for round := range e.messages.repeat {
		for i := range e.messages.list {
			message := first
			if round > 0 || i > 0 {
				if err := workload.Pause(ctx, e.messages.interval); err != nil {
					return err
				}
				var err error
				if message, err = e.messages.of(i, e.in); err != nil {
					return err
				}
			}
			if err := e.send(message); err != nil {
				return e.unlessEnded(ctx, err)
			}
		}
	}
	return e.unlessEnded(ctx, e.stream.CloseSend())
}

// unlessEnded returns the failure of a message that cannot be sent; nil if the
// server has ended the call.
func (e *exchange) unlessEnded(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return nil
	}
	return e.failure(ctx, err)
}

// converse sends and receives at the same time.
func (e *exchange) converse(ctx context.Context, first *encoded) error {
	sender := *e
	done := make(chan error, 1)
	go func() {
		err := sender.sendAll(ctx, first)
		if err != nil {
			e.cancel()
		}
		done <- err
	}()
	err := e.receive(ctx)
	e.cancel() // the call is over, so nothing needs to be sent
	failed := <-done
	e.sent = sender.sent
	if failed != nil && !errors.Is(failed, context.Canceled) {
		return failed
	}
	return err
}
