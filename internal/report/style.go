package report

import "strings"

// A style colours text on a terminal. Its zero value leaves text as it is.
type style struct{ on bool }

// codes are the parameters of ANSI's "select graphic rendition" for a mood.
var codes = map[mood]string{good: "32", doubtful: "33", bad: "31", faint: "2", strong: "1", accent: "36"}

// These moods are of text only.
const (
	faint  mood = "faint"
	strong mood = "strong"
	accent mood = "accent"
)

// paint returns a text in the colours of moods.
func (s style) paint(text string, moods ...mood) string {
	if !s.on || text == "" || len(moods) == 0 {
		return text
	}
	var parameters []string
	for _, m := range moods {
		parameters = append(parameters, codes[m])
	}
	return "\x1b[" + strings.Join(parameters, ";") + "m" + text + "\x1b[0m"
}
