package param

import "strings"

// Closest returns the option with the fewest edits to name, or "" if none is
// close enough to be what was meant. It ignores the case of name.
func Closest(name string, options []string) string {
	if len(name) > 64 {
		return ""
	}
	best, distance := "", max(len(name)/3, 1)+1
	for _, option := range options {
		if d := edits(strings.ToLower(name), strings.ToLower(option)); d < distance {
			best, distance = option, d
		}
	}
	return best
}

// edits returns the Levenshtein distance between two strings, in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
