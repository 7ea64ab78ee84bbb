package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/aurea-orchestrator/aurea"
)

// goTo leads to an address and waits until its screen is shown.
func (b *tab) goTo(address string) {
	b.t.Helper()
	b.leaveFor(address)
	b.until(`!document.querySelector("#screen").inert`)
}

// leaveFor leads to an address. The screen of before may still be shown.
func (b *tab) leaveFor(address string) {
	b.t.Helper()
	look[bool](b, `new Promise((resolve) => {
		if (location.hash === %[1]q) return resolve(true);
		addEventListener("hashchange", () => resolve(true), { once: true });
		location.hash = %[1]q;
	})`, address)
}

// The page that is being built: each address shows its screen, and one that is unknown says so.
func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	url := host(t, newStoringFake(finishingFake()))
	b := visit(t, url+"/", 0)
	for address, want := range map[string]string{
		"#/new": "New run", "#/system": "System", "#/nowhere": "There is no such page",
	} {
		b.goTo(address)
		if title := b.text("h1"); title != want {
			t.Errorf("%s shows %q, want %q", address, title, want)
		}
	}
}

// A gate serves a handler, and holds the requests of the API while it is closed.
type gate struct {
	http.Handler
	opened atomic.Pointer[chan struct{}] // which is closed to open the gate; nil before it is first closed
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ofAPI := strings.HasPrefix(r.URL.Path, "/v1/") || r.URL.Path == "/health"
	if opened := g.opened.Load(); ofAPI && opened != nil {
		<-*opened
	}
	g.Handler.ServeHTTP(w, r)
}

// close closes the gate until open is called, or the test ends.
func (g *gate) close(t *testing.T) (open func()) {
	opened := make(chan struct{})
	g.opened.Store(&opened)
	open = sync.OnceFunc(func() { close(opened) })
	t.Cleanup(open)
	return open
}

// A new address leaves what is shown until its own screen is there, or its error.
// The page says so if that takes long. Screen readers are told the new title, and
// Tab goes on in the new screen.
func TestBrowserKeepsScreen(t *testing.T) {
	t.Parallel()
	shelf := newStoringFake(finishingFake())
	other := steadyRun(t, "other")
	other.ID = "benchmark-2"
	shelf.runs = []aurea.Run{other, steadyRun(t, "first")}
	gate := gate{Handler: New(newOptions(shelf))}
	server := httptest.NewServer(&gate)
	t.Cleanup(server.Close)
	b := visit(t, server.URL+"/", 1) // a run that does not exist
	b.rows(2)
	look[bool](b, `(() => {
		window.empty = 0;
		new MutationObserver(() => { if (!document.querySelector("#screen :is(h1, h2)")) empty++; })
			.observe(document.body, { subtree: true, childList: true });
		return true;
	})()`)
	const title = `document.querySelector("#screen :is(h1, h2)").textContent`
	const loads = `document.getElementById("loading").checkVisibility()`
	const tooFew = "Too little evidence: 1 against 1 run cannot tell a difference from chance: " +
		"it takes 4 of each – Aurea"
	for _, to := range []struct{ address, title, said string }{
		{"#/runs/benchmark-1", "first", "first – Aurea"},
		{"#/runs/benchmark-2", "other", "other – Aurea"},
		{"#/names/first", "first", "first – Aurea"},
		{"#/compare?base=benchmark-1&head=benchmark-2", "Compare", tooFew},
		{"#/compare?base=benchmark-2&head=benchmark-1", "Compare", tooFew},
		{"#/new", "New run", "New run – Aurea"},
		{"#/system", "System", "System – Aurea"},
		{"#/", "Runs", "Runs – Aurea"},
		{"#/runs/nothing", "It is not there", "Run – Aurea"},
		{"#/?name=first", "Runs", "Runs – Aurea"},
	} {
		look[bool](b, `document.querySelector("#screen :is(a, button)").focus() ?? true`)
		before := look[string](b, title)
		open := gate.close(t)
		b.leaveFor(to.address)
		if shown := look[string](b, title); shown != before {
			t.Errorf("before %s is there, %q is shown, want %q", to.address, shown, before)
		}
		b.until(loads)
		b.shot("loading" + strings.NewReplacer("/", "-", "?", "-").Replace(to.address[1:]))
		if !look[bool](b, `document.querySelector("#screen").inert`) {
			t.Errorf("before %s is there, the screen of before can be used", to.address)
		}
		open()
		b.until(`!document.querySelector("#screen").inert && ` + title + ` === "` + to.title + `"`)
		if look[bool](b, loads) {
			t.Errorf("%s is there, and the page says that it loads", to.address)
		}
		if said := look[string](b, `document.getElementById("status").textContent`); said != to.said {
			t.Errorf("at %s screen readers are told %q, want %q", to.address, said, to.said)
		}
		b.do(chromedp.KeyEvent(kb.Tab))
		if !look[bool](b, `document.querySelector("#screen").contains(document.activeElement)`) {
			t.Errorf("at %s Tab leads to %s", to.address, look[string](b, `document.activeElement.outerHTML`))
		}
	}
	if empty := look[int](b, "empty"); empty != 0 {
		t.Errorf("the screen was empty %d times", empty)
	}
}
