package api

import (
	"fmt"
	"strings"

	"github.com/aurea-orchestrator/aurea"
)

// MaxCompared is the most runs on one side of a comparison.
const MaxCompared = 100

// SplitWords returns the words of one side of a comparison, which commas
// separate. A comma in a name or in a label's value is part of it: what follows
// it is no word. isWord reports whether a text is one beside those that a
// service knows.
func SplitWords(side string, isWord func(text string) bool) []string {
	var words []string
	for part := range strings.SplitSeq(side, ",") {
		if last := len(words) - 1; last >= 0 && isSelection(words[last]) && !startsWord(part) && !isWord(part) {
			words[last] += "," + part
			continue
		}
		words = append(words, part)
	}
	return words
}

// isSelection reports whether a word is a name or a label.
func isSelection(word string) bool {
	return strings.HasPrefix(word, "name:") || strings.HasPrefix(word, "label:")
}

// startsWord reports whether a text is a word that a service knows: an id, or a
// selection.
func startsWord(text string) bool {
	return strings.HasPrefix(text, "benchmark-") || isSelection(text) || text == "baseline"
}

// A Selection is a word in a comparison that stands for several runs.
type Selection struct {
	Query aurea.RunQuery
	What  string // describes one of the runs, such as `completed run named "a"`
}

// ParseSelection parses name:NAME, label:KEY=VALUE or baseline, the word for the
// baseline of the runs in head. ok is false for another word, such as an id. The
// error says what is wrong with a word that is one of them.
func ParseSelection(word string, head []*aurea.Result) (s Selection, ok bool, err error) {
	completed := aurea.RunQuery{Statuses: []aurea.Status{aurea.StatusCompleted}, Limit: MaxCompared}
	if name, is := strings.CutPrefix(word, "name:"); is {
		if completed.Name = name; name == "" {
			err = fmt.Errorf("must be name:NAME, such as name:search-api; the name is empty")
		}
		return Selection{completed, fmt.Sprintf("completed run named %q", name)}, true, err
	}
	if label, is := strings.CutPrefix(word, "label:"); is {
		key, value, ok := strings.Cut(label, "=")
		if completed.Labels = map[string]string{key: value}; !ok || key == "" {
			err = fmt.Errorf("must be label:KEY=VALUE, such as label:branch=main; got %s", word)
		}
		return Selection{completed, fmt.Sprintf("completed run with the label %q", label)}, true, err
	}
	if word != "baseline" {
		return Selection{}, false, nil
	}
	name, err := nameOf(head)
	query := aurea.RunQuery{Name: name, Baseline: true, Limit: MaxCompared}
	return Selection{query, fmt.Sprintf("baseline named %q", name)}, true, err
}

// nameOf returns the name that all results of head share.
func nameOf(head []*aurea.Result) (string, error) {
	if len(head) == 0 {
		return "", fmt.Errorf("cannot be the baseline, which is what head is held against; give its id")
	}
	name := head[0].Name
	for _, r := range head {
		if r.Name == "" {
			return "", fmt.Errorf("cannot be the baseline: run %s of head has no name; give ids", r.ID)
		}
		if r.Name != name {
			return "", fmt.Errorf("cannot be the baseline: the runs of head have several names, %q and %q; give ids",
				name, r.Name)
		}
	}
	return name, nil
}
