package specfile

import "strings"

// bytesPerNode exceeds what the parser allocates for a node: 457 bytes at most,
// for each comma of {a,a}, which is a key and a value.
const bytesPerNode = 512

// MemorySize returns an upper limit of the memory in bytes that Parse takes for a
// YAML file, without what its aliases stand for. It reads the file once and
// allocates nothing.
func MemorySize(content []byte) int64 {
	nodes := int64(1)
	for _, c := range content {
		if strings.IndexByte(",:-?[{\n", c) >= 0 {
			nodes++
		}
	}
	return 6*int64(len(content)) + nodes*bytesPerNode
}
