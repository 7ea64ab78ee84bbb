package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aurea-orchestrator/aurea/internal/live"
)

// elements returns the elements of an SVG as "name text", in order.
func elements(t *testing.T, svg string) (list []string) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := decoder.Token()
		switch token := token.(type) {
		case xml.StartElement:
			list = append(list, token.Name.Local)
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				list[len(list)-1] += " " + strings.ReplaceAll(text, "\u00a0", " ")
			}
		}
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Texts are texts, runs of a block character are rectangles, spaces are
// nothing.
func TestPicture(t *testing.T) {
	lines := []live.Line{
		{{Text: " p99 < 1s & <b>  ", Style: live.Bold}, {Text: "██▌ 12", Style: live.Cyan}},
		nil,
		{{Text: "▁▁█", Style: live.Plain}, {Text: "   ", Style: live.Faint}},
	}
	want := []string{"svg", "rect", "g", "text p99 < 1s & <b>", "rect", "rect", "text 12", "rect", "rect"}
	if diff := cmp.Diff(want, elements(t, picture(lines, 40))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// The README's picture shows every part of the view.
func TestReadmePicture(t *testing.T) {
	svg, err := os.ReadFile("../../../docs/live.svg")
	if err != nil {
		t.Fatal(err)
	}
	shown := strings.Join(elements(t, string(svg)), "\n")
	for _, part := range []string{
		"checkout", "seed 7", "left", "running", "rate", "p99", "jobs", "classes", "pass", "latency",
		"where the time goes", "pause",
	} {
		if !strings.Contains(shown, part) {
			t.Errorf("docs/live.svg does not show %q; make it anew with go run ./internal/live/svg >docs/live.svg", part)
		}
	}
}
