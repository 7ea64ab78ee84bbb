package api

import (
	"bufio"
	"strings"
	"testing"
)

func FuzzReadEvent(f *testing.F) {
	f.Add("id: 7\nevent: progress\ndata: {}\n\n")
	f.Add(": comment\n\n:\n\n")
	f.Add("data: a\ndata\nid:\n\nid: x")
	f.Fuzz(func(t *testing.T, stream string) {
		reader := bufio.NewReader(strings.NewReader(stream))
		for range len(stream) + 1 {
			if _, err := ReadEvent(reader); err != nil {
				return
			}
		}
		t.Errorf("%q has no end", stream)
	})
}
