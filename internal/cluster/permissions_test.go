package cluster

import (
	"errors"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// A worker cannot hear what is for others or for servers.
func TestWorkerHearsOnlyItsOwn(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: "mine"})
	for _, subject := range []string{
		reportsSubject("x"), reportSubject("x", 0, "mine"), reportPrefix + ">", // reports
		helloSubject("*"), helloSubject("mine"), // who else there is
		workerSubject("other", askPrepare), workerSubject("*", "*"), workerPrefix + ">",
		serverInbox + ".>", workerInbox + ".>", workerInbox + ".other.>",
		">", "*.>", "$SYS.>", "$JS.>",
	} {
		if err := subscriptionError(t, worker, subject); !errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("a worker subscribes to %s: %v, want %v", subject, err, nats.ErrPermissionViolation)
		}
	}
	for _, subject := range []string{
		workerSubject("mine", "*"), workerSubject("mine", askRecords), askSubject, workerInbox + ".mine.>",
	} {
		if err := subscriptionError(t, worker, subject); !errors.Is(err, nats.ErrTimeout) {
			t.Errorf("a worker subscribes to %s: %v, want silence", subject, err)
		}
	}
}

// subscriptionError returns what becomes of a subscription to which nothing is
// sent: nats.ErrTimeout if it is allowed.
func subscriptionError(t *testing.T, conn *Conn, subject string) error {
	t.Helper()
	subscription, err := conn.SubscribeSync(subject)
	if err != nil {
		return err
	}
	defer func() { _ = subscription.Unsubscribe() }() // it may be invalid
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	_, err = subscription.NextMsg(time.Millisecond)
	return err
}

// A worker can neither order nor answer as a server, nor speak for another
// worker: what it publishes reaches no subscriber.
func TestWorkerSpeaksOnlyForItself(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	server := serverConn(t, embedded)
	other := connect(t, ConnectOptions{URL: embedded.URL(), ID: "other"})
	worker := connect(t, ConnectOptions{URL: embedded.URL(), ID: "mine"})
	heard := map[string]*nats.Subscription{
		workerSubject("other", askPrepare): subscribe(t, other, workerSubject("other", "*")),
		askSubject:                         subscribe(t, other, askSubject),
		workerInbox + ".other.1":           subscribe(t, other, workerInbox+".other.>"),
		serverInbox + ".1":                 subscribe(t, server, serverInbox+".>"),
		helloSubject("other"):              subscribe(t, server, helloSubject("other")),
		reportSubject("x", 0, "other"):     subscribe(t, server, reportSubject("x", 0, "other")),
	}
	for subject := range heard {
		if err := worker.Publish(subject, []byte("forged")); err != nil {
			t.Fatal(err)
		}
	}
	if err := worker.Flush(); err != nil {
		t.Fatal(err)
	}
	for _, conn := range []*Conn{other, server} {
		if err := conn.Flush(); err != nil { // what was delivered before is here by then
			t.Fatal(err)
		}
	}
	for subject, subscription := range heard {
		if pending, _, err := subscription.Pending(); err != nil || pending > 0 {
			t.Errorf("a worker's message on %s arrived (%d, %v)", subject, pending, err)
		}
	}
}

// What a run needs passes: hello, reports and their answers, requests and one
// answer to each, broadcasts.
func TestRolesTalk(t *testing.T) {
	embedded := listen(t, EmbedOptions{})
	checkRolesTalk(t, serverConn(t, embedded), connect(t, ConnectOptions{URL: embedded.URL(), ID: "mine"}))
}

// checkRolesTalk exchanges every kind of message between a server and the worker
// with the id mine.
func checkRolesTalk(t *testing.T, server, worker *Conn) {
	t.Helper()
	answer := func(text string) nats.MsgHandler {
		return func(message *nats.Msg) {
			_ = message.Respond([]byte(text))
			_ = message.Respond([]byte("again")) // refused: a request has one answer
		}
	}
	for conn, subject := range map[*Conn]string{server: reportsSubject("x"), worker: workerSubject("mine", "*")} {
		if _, err := conn.Subscribe(subject, answer(subject)); err != nil {
			t.Fatal(err)
		}
		if err := conn.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	report, err := worker.Request(reportSubject("x", 3, "mine"), nil, 10*time.Second)
	if err != nil || string(report.Data) != reportsSubject("x") {
		t.Errorf("a report is answered by %v, %v", report, err)
	}
	for _, what := range []string{askPrepare, askClock, askOrder, askRecords, askAttach} {
		inbox := server.NewInbox()
		answers := subscribe(t, server, inbox)
		if err := server.PublishRequest(workerSubject("mine", what), inbox, nil); err != nil {
			t.Fatal(err)
		}
		if got := string(next(t, answers).Data); got != workerSubject("mine", "*") {
			t.Errorf("%s is answered by %q", what, got)
		}
		for _, conn := range []*Conn{worker, server} {
			if err := conn.Flush(); err != nil {
				t.Fatal(err)
			}
		}
		if pending, _, err := answers.Pending(); err != nil || pending > 0 {
			t.Errorf("%s has %d more answers (%v), want one in all", what, pending, err)
		}
	}
	asked, hellos := subscribe(t, worker, askSubject), subscribe(t, server, helloSubject("*"))
	if err := server.Publish(askSubject, []byte("who?")); err != nil {
		t.Fatal(err)
	}
	if got := string(next(t, asked).Data); got != "who?" {
		t.Errorf("a broadcast arrives as %q", got)
	}
	if err := worker.Publish(helloSubject("mine"), []byte("here")); err != nil {
		t.Fatal(err)
	}
	if got := next(t, hellos); got.Subject != helloSubject("mine") {
		t.Errorf("a hello arrives on %s", got.Subject)
	}
}

// A server with tokens admits only workers that have one, and never as a
// server.
func TestTokens(t *testing.T) {
	embedded := listen(t, EmbedOptions{Tokens: []string{"first-token-of-16", "second-token-of-16"}})
	for _, token := range []string{"first-token-of-16", "second-token-of-16"} {
		if _, err := tryConnect(t, ConnectOptions{URL: embedded.URL(), Token: token}); err != nil {
			t.Errorf("with %s: %v", token, err)
		}
	}
	for name, o := range map[string]ConnectOptions{
		"no token":                  {},
		"a wrong token":             {Token: "wrong-token-of-16"},
		"an id with a wildcard":     {Token: "first-token-of-16", ID: "*"},
		"an id with a dot":          {Token: "first-token-of-16", ID: "a.b"},
		"the server's with a token": {Token: "first-token-of-16", ID: serverUser, Role: RoleServer},
		"the server's without":      {ID: serverUser, Role: RoleServer},
	} {
		o.URL = embedded.URL()
		if _, err := tryConnect(t, o); !errors.Is(err, nats.ErrAuthorization) {
			t.Errorf("%s: %v, want %v", name, err, nats.ErrAuthorization)
		}
	}
}
