package budget

// The memory of a JSON value that is decoded into any, at most: perItem for
// each value, and perObject for the map of an object.
const (
	perItem   = 64
	perObject = 304
)

// DecodedSize estimates the memory of a JSON document decoded into any, from
// its length and the number of its values. It reads the document once and
// allocates nothing. The estimate includes an eighth of the text, because Go
// rounds allocations up.
func DecodedSize(document []byte) int64 {
	items, objects := int64(1), int64(0)
	inString := false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{':
			objects++
		case c == ',' || c == ':' || c == '[':
			items++
		}
	}
	bytes := int64(len(document))
	return bytes + bytes/8 + items*perItem + objects*perObject
}
