package budget

// What a JSON value takes at most once it is decoded into any: an item of a list,
// and, beside that, the map that an object becomes.
const (
	perItem   = 64
	perObject = 304
)

// DecodedSize estimates how much memory a JSON document takes once it is decoded,
// from the number of its values. It reads the document once and takes nothing.
func DecodedSize(document []byte) int64 {
	items, objects := int64(1), int64(0)
	inText := false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case inText && c == '\\':
			i++
		case c == '"':
			inText = !inText
		case inText:
		case c == '{':
			objects++
		case c == ',' || c == ':' || c == '[':
			items++
		}
	}
	return int64(len(document)) + items*perItem + objects*perObject
}
