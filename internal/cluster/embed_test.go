package cluster

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// The embedded server has NATS' core only, with its limits.
func TestEmbeddedIsCoreOnly(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	if embedded.server.JetStreamEnabled() {
		t.Error("JetStream is enabled")
	}
	if embedded.server.SystemAccount() != nil {
		t.Error("there is a system account")
	}
	if embedded.server.MonitorAddr() != nil {
		t.Error("there is a monitoring port")
	}
	if got := connect(t, ConnectOptions{URL: embedded.URL()}).MaxPayload(); got != maxPayload {
		t.Errorf("a message may have %d bytes, want %d", got, maxPayload)
	}
}

// A message of the greatest size arrives; a larger one is an error for its sender.
func TestMaxPayload(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	server, worker := serverConn(t, embedded), connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"})
	reports := subscribe(t, server, reportsSubject("x"))
	full := bytes.Repeat([]byte("r"), maxPayload)
	if err := worker.Publish(reportSubject("x", 0, "w"), append(full, 'r')); !errors.Is(err, nats.ErrMaxPayload) {
		t.Errorf("a message that is too large: %v, want %v", err, nats.ErrMaxPayload)
	}
	if err := worker.Publish(reportSubject("x", 0, "w"), full); err != nil {
		t.Fatal(err)
	}
	if message := next(t, reports); !bytes.Equal(message.Data, full) {
		t.Errorf("%d bytes arrived, want the %d that were sent", len(message.Data), len(full))
	}
}

// A connection may have maxSubscriptions; one more is refused and hears nothing.
func TestMaxSubscriptions(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	server, worker := serverConn(t, embedded), connect(t, ConnectOptions{URL: embedded.URL(), ID: "w"})
	var heard []*nats.Subscription
	for range maxSubscriptions + 1 {
		heard = append(heard, subscribe(t, worker, askSubject))
	}
	if err := server.Publish(askSubject, nil); err != nil {
		t.Fatal(err)
	}
	next(t, heard[maxSubscriptions-1])
	if err := worker.Flush(); err != nil {
		t.Fatal(err)
	}
	if pending, _, err := heard[maxSubscriptions].Pending(); err != nil || pending != 0 {
		t.Errorf("subscription %d hears %d messages (%v), want none", maxSubscriptions+1, pending, err)
	}
}

// An address that cannot be listened on is an error that names it.
func TestListenErrors(t *testing.T) {
	taken := strings.TrimPrefix(listen(t, EmbedOptions{}).URL(), "nats://")
	for address, want := range map[string]string{
		taken:             "cannot listen on " + taken + ": listen tcp " + taken + ": bind: address already in use",
		"127.0.0.1":       `"127.0.0.1" is not HOST:PORT`,
		"127.0.0.1:http":  "has no port from 0 to 65535",
		"127.0.0.1:99999": "has no port from 0 to 65535",
	} {
		embedded, err := Listen(EmbedOptions{Listen: address, Log: quiet()})
		if err == nil {
			embedded.Close()
			t.Errorf("%s: no error, want %q", address, want)
		} else if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, want %q", address, err, want)
		}
	}
}

// subscribe subscribes to a subject and waits until the server knows it.
func subscribe(t *testing.T, conn *Conn, subject string) *nats.Subscription {
	t.Helper()
	subscription, err := conn.SubscribeSync(subject)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return subscription
}

// next returns the next message of a subscription.
func next(t *testing.T, subscription *nats.Subscription) *nats.Msg {
	t.Helper()
	message, err := subscription.NextMsg(10 * time.Second)
	if err != nil {
		t.Fatalf("%s: %v", subscription.Subject, err)
	}
	return message
}
