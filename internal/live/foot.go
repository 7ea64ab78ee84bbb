package live

import (
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/format"
)

// keys lists what the keys do: in a word, and in a sentence.
var keys = []struct{ key, word, help string }{
	{"p", "pause", "pause or resume: a paused run starts no jobs; those in flight go on"},
	{"+ -", "load", "raise or lower the rate, or without one the jobs in flight"},
	{"q", "stop", "stop the run; the result is of the jobs that have ended"},
	{"?", "help", "show or hide this"},
}

// foot returns the line of the keys, or with Help one line for each.
func (s *State) foot(width int) []Line {
	switch {
	case !s.Keys:
		return []Line{{{" ctrl-c stops the run; the result is of the jobs that have ended", Faint}}}
	case s.Help:
		var lines []Line
		for _, k := range keys {
			lines = append(lines, Line{{" " + format.Pad(k.key, 5), Bold}, {k.help, Faint}})
		}
		return lines
	}
	line := Line{{" ", Plain}}
	for i, k := range keys {
		word := k.word
		if k.key == "p" && s.paused() {
			word = "resume"
		}
		if i > 0 {
			line = append(line, Span{strings.Repeat(" ", 3), Plain})
		}
		line = append(line, Span{k.key, Bold}, Span{" " + word, Faint})
	}
	return []Line{line.cut(width)}
}
