package server

import (
	"net"
	"net/http"
	"testing"

	"github.com/chromedp/chromedp"
)

// A fixedPort serves a handler at one address, and can stop and start again.
type fixedPort struct {
	t       *testing.T
	handler http.Handler
	address string
	server  *http.Server
}

func newFixedPort(t *testing.T, handler http.Handler) *fixedPort {
	f := &fixedPort{t: t, handler: handler, address: "127.0.0.1:0"}
	f.start()
	t.Cleanup(f.stop)
	return f
}

func (f *fixedPort) start() {
	f.t.Helper()
	listener, err := net.Listen("tcp", f.address)
	if err != nil {
		f.t.Fatal(err)
	}
	f.address = listener.Addr().String()
	f.server = &http.Server{Handler: f.handler}
	go func() { _ = f.server.Serve(listener) }() // it ends with stop
}

func (f *fixedPort) stop() { _ = f.server.Close() }

// While the service is away the page says so. When it is back the page goes on
// by itself.
func TestBrowserOutage(t *testing.T) {
	t.Parallel()
	service := newFixedPort(t, New(newOptions(newStoringFake(finishingFake()))))
	b := visit(t, "http://"+service.address+"/#/system", anyRefused)
	b.until(`document.querySelector("h1")?.textContent === "System"`)
	if look[bool](b, `document.getElementById("outage").checkVisibility()`) {
		t.Error("the page reports an outage before there is one")
	}

	service.stop()
	b.goTo("#/names/nightly")
	b.until(`document.getElementById("outage").checkVisibility()`)
	b.until(`document.querySelector("#screen .notice h2")?.textContent === "The service cannot be reached"`)

	service.start()
	b.until(`!document.getElementById("outage").checkVisibility()`)
	b.until(`document.querySelector("#screen h1")?.textContent === "nightly"`)
	b.until(`!document.querySelector("#screen .notice.bad")`)
	b.do(chromedp.Reload())
	b.until(`document.querySelector("#screen h1")?.textContent === "nightly"`)
}
