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

// edits returns how many bytes to add, drop, change or swap with their neighbor
// turn a into b: the optimal string alignment distance. Two letters swapped are
// the commonest slip of a hand, so they count as one.
func edits(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			changed := rows[i-1][j-1]
			if a[i-1] != b[j-1] {
				changed++
			}
			least := min(changed, rows[i-1][j]+1, rows[i][j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				least = min(least, rows[i-2][j-2]+1)
			}
			rows[i][j] = least
		}
	}
	return rows[len(a)][len(b)]
}
