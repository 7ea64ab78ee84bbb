package store

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

func TestCursor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := cursor{rapid.Int64().Draw(t, "created"),
			rapid.StringN(1, -1, -1).Filter(func(id string) bool { return id == searchable(id) }).Draw(t, "id")}
		if got, err := parseCursor(want.String()); err != nil || got != want {
			t.Fatalf("%+v came back as %+v, %v", want, got, err)
		}
	})
}

// Law: a cursor is refused as invalid, or formats as the same text.
func FuzzCursor(f *testing.F) {
	f.Add(cursor{1, "benchmark-1"}.String())
	f.Add("MSB4=")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := parseCursor(text)
		if err != nil && !errors.Is(err, aurea.ErrInvalid) {
			t.Fatalf("%q: %v is not invalid", text, err)
		}
		if err == nil && c.String() != text {
			t.Fatalf("%q formats as %q", text, c.String())
		}
	})
}
