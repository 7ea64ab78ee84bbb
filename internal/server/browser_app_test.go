package server

import "testing"

// The page that is being built: each address shows its screen, and one that is unknown says so.
func TestBrowserScreens(t *testing.T) {
	t.Parallel()
	url := host(t, newStoringFake(finishingFake()))
	b := visit(t, url+"/", 0)
	for address, want := range map[string]string{
		"#/new": "New run", "#/system": "System", "#/nowhere": "There is no such page",
	} {
		look[bool](b, `(location.hash = %q) && true`, address)
		b.until(`document.querySelector("h1")?.textContent === %q`, want)
	}
}
