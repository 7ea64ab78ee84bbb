package specfile

import (
	"errors"
	"strings"
)

// ReplaceVariables returns a text of a file with the value of each reference in
// place of it. A reference is what stands between ${ and }; $${ stands for ${
// itself. It returns the errors of value as they are.
func ReplaceVariables(text string, value func(reference string) (string, error)) (string, error) {
	var replaced strings.Builder
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			replaced.WriteString(text)
			return replaced.String(), nil
		}
		if literal, escaped := strings.CutSuffix(before, "$"); escaped {
			replaced.WriteString(literal + "${")
			text = rest
			continue
		}
		reference, after, closed := strings.Cut(rest, "}")
		if !closed {
			return "", errors.New("has ${ without }; write $${ for ${ itself")
		}
		known, err := value(reference)
		if err != nil {
			return "", err
		}
		replaced.WriteString(before + known)
		text = after
	}
}
