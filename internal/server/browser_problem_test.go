package server

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/aurea-orchestrator/aurea"
	"github.com/aurea-orchestrator/aurea/internal/runs"
)

// Every message of the service is shown at its field. The first wrong field has
// the focus, and typing removes its message.
func TestBrowserWrongFields(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{})
	b := browse(t, s.URL, 1)
	b.ready()
	wrong := map[string]string{"num_jobs": "-3", "rate": "fast", "thresholds": "p99 < 1s\n\np99 <", "timeout": "soon"}
	b.click("#more summary")
	b.fill(wrong)
	b.click("#more summary") // closed: the message must not be hidden
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility() && document.getElementById("run").checkVisibility()`)

	_, messages := s.run(`{"num_jobs": -3, "rate": "fast", "thresholds": ["p99 < 1s", "p99 <"], "timeout": "soon"}`).problem(t, 400)
	messages["body.thresholds"] = "Line 3: " + messages["body.thresholds[1]"]
	for _, field := range []string{"num_jobs", "concurrency", "rate", "thresholds", "timeout", "seed"} {
		want := messages["body."+field]
		got := look[string](b, `document.getElementById(document.getElementById(%q).getAttribute("aria-describedby"))?.innerText ?? ""`, field)
		invalid := look[bool](b, `document.getElementById(%q).getAttribute("aria-invalid") === "true"`, field)
		if got != want {
			t.Errorf("%s has the message %q, want %q", field, got, want)
		}
		if invalid != (wrong[field] != "") || invalid != (want != "") {
			t.Errorf("%s is marked as invalid: %t, with the message %q", field, invalid, want)
		}
	}
	if focus := b.focus(); focus != "num_jobs" {
		t.Errorf("the focus is on %q, want the first wrong field", focus)
	}
	if text := b.text("#problem[role=alert]"); !strings.Contains(text, messages["body.num_jobs"]) {
		t.Errorf("the alert says %q", text)
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#num_jobs"), "0"))
	if look[bool](b, `document.querySelector("#num_jobs[aria-invalid], #num_jobs-error") !== null`) {
		t.Error("the message remains while the field is edited")
	}
}

// If a token is needed the page asks for it, and keeps it for the next run.
func TestBrowserToken(t *testing.T) {
	t.Parallel()
	s := serve(t, runs.Options{}, func(o *Options) { o.Tokens = []Token{{Secret: "secret"}} })
	b := browse(t, s.URL, 3)
	b.until(`document.activeElement.id === "token"`)
	b.fill(map[string]string{"num_jobs": "3"})
	b.click("#run")
	b.until(`document.activeElement.id === "token" && document.getElementById("run").checkVisibility()`)
	for token, fits := range map[string]bool{"": false, "two words": false, "→": false, "!tok-en~_/+=": true} {
		if look[bool](b, `(() => {
			const field = document.getElementById("token");
			field.value = %q;
			const fits = field.checkValidity();
			field.value = "";
			return fits;
		})()`, token) != fits {
			t.Errorf("%q is accepted as a token: %t", token, !fits)
		}
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "guess\r"))
	b.until(`document.getElementById("problem").innerText.includes("does not accept the token that was sent") && document.activeElement.id === "token"`)
	if look[bool](b, `sessionStorage.length > 0`) {
		t.Error("a wrong token is kept")
	}
	b.do(chromedp.SendKeys(chromedp.CSS("#token"), "secret\r"))
	b.finishes()
	if look[bool](b, `document.getElementById("auth").checkVisibility() || document.getElementById("problem").checkVisibility()`) {
		t.Error("the token is accepted, but the page still asks for it")
	}
	b.do(chromedp.Reload())
	b.ready()
	b.click("#run")
	b.finishes()
}

// An unreachable service is reported.
func TestBrowserNoService(t *testing.T) {
	t.Parallel()
	url := host(t, newStoringFake(fake{do: func(context.Context, aurea.Spec) (aurea.Run, error) {
		panic(http.ErrAbortHandler) // closes the connection without a response
	}}))
	b := browse(t, url, 1)
	b.click("#run")
	b.until(`document.getElementById("problem").checkVisibility()`)
	text := b.text("#problem")
	if !strings.HasPrefix(text, "The service cannot be reached\n") || !strings.Contains(text, url) {
		t.Errorf("the page shows %q", text)
	}
}
