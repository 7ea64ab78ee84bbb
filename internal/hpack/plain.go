package hpack

// AppendPlain appends a field as it is, without tables or Huffman's code: the
// cheapest way for a value that is sent once. The name must be in lower case.
func AppendPlain[T ~string | ~[]byte](dst []byte, name string, value T) []byte {
	dst = appendInteger(append(dst, 0), 0, 7, len(name))
	dst = append(dst, name...)
	dst = appendInteger(dst, 0, 7, len(value))
	return append(dst, value...)
}

// PlainSize returns the size of such a field as RFC 9113, 6.5.2, counts it.
func PlainSize[T ~string | ~[]byte](name string, value T) int {
	return len(name) + len(value) + entryOverhead
}
