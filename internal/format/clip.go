package format

// ClipMiddle sanitizes a text and shortens it to n characters in its middle:
// names of pods differ at their end.
func ClipMiddle(text string, n int) string {
	runes := []rune(Sanitize(text))
	if len(runes) <= n {
		return string(runes)
	}
	head := n / 3
	return string(runes[:head]) + "…" + string(runes[len(runes)-(n-head-1):])
}

// Clip sanitizes a text and shortens it to n characters.
func Clip(text string, n int) string {
	runes := []rune(Sanitize(text))
	if len(runes) > n {
		return string(runes[:n-1]) + "…"
	}
	return string(runes)
}
